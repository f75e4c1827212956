/// Weights of a frame and of its labels in the loss.
public struct PropertyWeights: Sendable {
  public var config: Double
  public var energy: Double
  public var forces: Double
  public var stress: Double
  public var virials: Double

  public init(
    config: Double = 1, energy: Double = 1, forces: Double = 1, stress: Double = 1, virials: Double = 1
  ) {
    self.config = config
    self.energy = energy
    self.forces = forces
    self.stress = stress
    self.virials = virials
  }
}
