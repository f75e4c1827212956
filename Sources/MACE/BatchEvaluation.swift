/// What a batch of structures gives, graph after graph.
public struct BatchEvaluation: Sendable {
  /// Total energy of each graph, eV.
  public var energies: [Double] = []
  /// −∂E/∂r of all atoms, graph after graph, eV/Å.
  public var forces: [SIMD3<Double>] = []
  /// −dE/dε of each graph, [3][3] row-major, eV.
  public var virials: [[Double]] = []

  public init() {}
}

/// ∂L/∂(energies, forces, virials) of a batch, in the layout of `BatchEvaluation`.
public struct BatchAdjoint: Sendable {
  public var energies: [Double]
  public var forces: [SIMD3<Double>]
  /// Empty when the loss does not depend on virials.
  public var virials: [[Double]]

  public init(energies: [Double], forces: [SIMD3<Double>], virials: [[Double]]) {
    self.energies = energies
    self.forces = forces
    self.virials = virials
  }
}
