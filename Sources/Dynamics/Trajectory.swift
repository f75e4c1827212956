import Diagnostics

/// A file that takes states of a run.
public protocol Trajectory: RunOutput {
  /// - Parameter time: fs.
  /// - Throws: `.io`
  func write(_ state: DynamicsState, time: Double) throws(MACEError)
}
