import CMace
import Diagnostics
import Training

/// What a `mace_trainer *` points to: a training, and the fact that a call is inside it.
final class TrainerHandle {
  private let training: StepwiseTraining
  private let inUse = InUse()

  init(_ training: StepwiseTraining) {
    self.training = training
  }

  /// Lends the training to one call.
  func use<Value>(_ body: (StepwiseTraining) throws(MACEError) -> Value) throws(MACEError) -> Value {
    try inUse.hold(orFail: "the trainer is inside another call; it is for one thread at a time") {
      () throws(MACEError) in try body(training)
    }
  }

  /// A pointer that keeps the handle alive until `release`.
  func retained() -> OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  static func release(_ pointer: OpaquePointer) {
    Unmanaged<TrainerHandle>.fromOpaque(UnsafeRawPointer(pointer)).release()
  }

  static func at(_ pointer: OpaquePointer?) throws(MACEError) -> TrainerHandle {
    Unmanaged.fromOpaque(UnsafeRawPointer(try required(pointer, "trainer"))).takeUnretainedValue()
  }
}
