import Glibc
import KernelInterface

/// Double precision, plain or with a tangent: geometry, and scalar functions of features.
protocol WideScalar: Sendable {
  /// Whether there is a tangent to compute.
  static var isDual: Bool { get }
  init(value: Double, tangent: Double)
  var value: Double { get }
  var tangent: Double { get }
  /// What a gradient of parameters takes: the tangent, or the number itself where there is none.
  var gradient: Double { get }
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
  func scaled(by factor: Double) -> Self
}

extension WideScalar {
  @inline(__always) init(constant: Double) { self.init(value: constant, tangent: 0) }
  @inline(__always) static var zero: Self { Self(constant: 0) }
  @inline(__always) static func += (a: inout Self, b: Self) { a = a + b }

  /// f(x) from the value of f at x.value and its slope there.
  @inline(__always) func map(_ value: Double, slope: Double) -> Self {
    Self(value: value, tangent: slope * tangent)
  }
  func exponential() -> Self {
    let e = exp(value)
    return map(e, slope: e)
  }
  func hyperbolicTangent() -> Self {
    let t = tanh(value)
    return map(t, slope: 1 - t * t)
  }
  func root() -> Self {
    let root = value.squareRoot()
    return map(root, slope: 0.5 / root)
  }
}

extension Double: WideScalar {
  @inline(__always) static var isDual: Bool { false }
  @inline(__always) init(value: Double, tangent: Double) { self = value }
  @inline(__always) var value: Double { self }
  @inline(__always) var tangent: Double { 0 }
  @inline(__always) var gradient: Double { self }
  @inline(__always) func scaled(by factor: Double) -> Double { self * factor }
}

extension Dual: WideScalar where Scalar == Double {
  @inline(__always) static var isDual: Bool { true }
  @inline(__always) init(value: Double, tangent: Double) { self.init(value, tangent) }
  @inline(__always) var gradient: Double { tangent }
  @inline(__always) func scaled(by factor: Double) -> Dual { Dual(value * factor, tangent * factor) }
}
