import CMace
import Diagnostics
import MACE

/// What a `mace_calculator *` points to: a calculator, and the fact that a call is inside it.
final class CalculatorHandle {
  private let calculator: Calculator
  private let inUse = InUse()

  init(_ calculator: Calculator) {
    self.calculator = calculator
  }

  /// Lends the calculator to one call.
  func use<Value>(_ body: (Calculator) throws(MACEError) -> Value) throws(MACEError) -> Value {
    try inUse.hold(
      orFail: "the calculator is inside another call; give each thread its own, made from the same model"
    ) { () throws(MACEError) in try body(calculator) }
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
