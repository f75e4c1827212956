import CMace
import Diagnostics
import MACE
import Synchronization

/// What a `mace_calculator *` points to: a calculator, and the fact that a call is inside it.
final class CalculatorHandle {
  private let calculator: Calculator
  private let isInUse = Atomic<Bool>(false)

  init(_ calculator: Calculator) {
    self.calculator = calculator
  }

  /// Lends the calculator to one call; a second one, from another thread or out of a callback, is refused.
  func use<Value>(_ body: (Calculator) throws(MACEError) -> Value) throws(MACEError) -> Value {
    guard !isInUse.exchange(true, ordering: .acquiring) else {
      throw MACEError(
        .invalidArgument,
        "the calculator is inside another call; give each thread its own, made from the same model")
    }
    defer { isInUse.store(false, ordering: .releasing) }
    return try body(calculator)
  }

  /// A pointer that keeps the handle alive until `release`.
  func retained() -> OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  static func release(_ pointer: OpaquePointer) {
    Unmanaged<CalculatorHandle>.fromOpaque(UnsafeRawPointer(pointer)).release()
  }

  static func at(_ pointer: OpaquePointer?) throws(MACEError) -> CalculatorHandle {
    Unmanaged.fromOpaque(UnsafeRawPointer(try required(pointer, "calculator"))).takeUnretainedValue()
  }
}
