/// What a model says about a batch of graphs.
public struct BatchPrediction: Sendable {
  /// [graph], eV, E0s included.
  public var energies: [Double]
  /// [atom of all graphs in order], −∂E/∂r, eV/Å.
  public var forces: [SIMD3<Double>]
  /// [graph][9] row-major W = −dE/dε, eV; empty when not asked for.
  public var virials: [Double]

  public init(energies: [Double], forces: [SIMD3<Double>], virials: [Double] = []) {
    self.energies = energies
    self.forces = forces
    self.virials = virials
  }
}

/// Derivatives of a loss with respect to a `BatchPrediction`, in its shapes.
public struct BatchAdjoint: Sendable {
  /// ∂L/∂E [graph]
  public var energies: [Double]
  /// ∂L/∂F [atom of all graphs in order]
  public var forces: [SIMD3<Double>]
  /// ∂L/∂W [graph][9]; empty when the loss does not depend on virials.
  public var virials: [Double]

  public init(energies: [Double], forces: [SIMD3<Double>], virials: [Double] = []) {
    self.energies = energies
    self.forces = forces
    self.virials = virials
  }
}
