import Diagnostics

/// Energies, forces and virials of a model with changing parameters, and their derivatives.
///
/// One step is `setParameters`, `predict`, then any number of `addGradient`.
public protocol GradientEngine: AnyObject {
  var layout: ParameterLayout { get }

  /// - Parameter values: [layout.count]
  func setParameters(_ values: [Double]) throws(MACEError)

  /// - Parameter virials: whether virials are wanted.
  func predict(_ frames: [TrainingFrame], virials: Bool) throws(MACEError) -> BatchPrediction

  /// Adds ∂L/∂θ for the batch of the last `predict` to `gradient` [layout.count].
  func addGradient(_ adjoint: BatchAdjoint, to gradient: inout [Double]) throws(MACEError)
}

/// What a model says about a batch of graphs.
public struct BatchPrediction: Sendable {
  /// [graph], eV
  public var energies: [Double]
  /// [atom of all graphs in order], eV/Å
  public var forces: [SIMD3<Double>]
  /// [graph][9] row-major W = −dE/dε, eV; empty when not asked for
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
  /// ∂L/∂W [graph][9]; empty when the loss does not depend on virials
  public var virials: [Double]

  public init(energies: [Double], forces: [SIMD3<Double>], virials: [Double] = []) {
    self.energies = energies
    self.forces = forces
    self.virials = virials
  }
}
