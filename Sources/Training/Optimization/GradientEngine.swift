import Diagnostics
import MACE

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
