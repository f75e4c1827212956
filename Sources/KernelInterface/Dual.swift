/// A number and its derivative along one direction: value + tangent·ε with ε² = 0.
///
/// Evaluated with duals, every quantity of the model carries its derivative along a displacement of the atoms.
/// The tangent of ∂E/∂θ along v is v·∂²E/∂r∂θ, which is the forces' part of a loss gradient.
@frozen
public struct Dual<Scalar: BinaryFloatingPoint & Sendable>: Sendable, Equatable {
  public var value: Scalar
  public var tangent: Scalar

  @inlinable @inline(__always)
  public init(_ value: Scalar, _ tangent: Scalar = 0) {
    self.value = value
    self.tangent = tangent
  }

  @inlinable @inline(__always)
  public static func + (a: Dual, b: Dual) -> Dual { Dual(a.value + b.value, a.tangent + b.tangent) }

  @inlinable @inline(__always)
  public static func - (a: Dual, b: Dual) -> Dual { Dual(a.value - b.value, a.tangent - b.tangent) }

  @inlinable @inline(__always)
  public static func * (a: Dual, b: Dual) -> Dual {
    Dual(a.value * b.value, a.value * b.tangent + a.tangent * b.value)
  }

  @inlinable @inline(__always)
  public static func / (a: Dual, b: Dual) -> Dual {
    let q = a.value / b.value
    return Dual(q, (a.tangent - q * b.tangent) / b.value)
  }
}
