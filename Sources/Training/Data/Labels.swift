/// Reference values of a frame; nil where the data have none.
public struct Labels: Sendable {
  /// eV
  public var energy: Double?
  /// [atom], eV/Å
  public var forces: [SIMD3<Double>]?
  /// [3][3] row-major, eV/Å³, ASE's sign
  public var stress: [Double]?
  /// [3][3] row-major, eV, −dE/dε
  public var virials: [Double]?

  public init(
    energy: Double? = nil, forces: [SIMD3<Double>]? = nil, stress: [Double]? = nil, virials: [Double]? = nil
  ) {
    self.energy = energy
    self.forces = forces
    self.stress = stress
    self.virials = virials
  }
}
