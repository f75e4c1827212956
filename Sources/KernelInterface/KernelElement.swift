/// A number type that features are computed in, the type of the model's parameters then, and that of geometry.
public protocol KernelElement: Sendable {
  associatedtype Weight: BinaryFloatingPoint & Sendable
  /// float64, or float64 with a tangent.
  associatedtype Wide: Sendable
  init(wide: Wide)
  var wide: Wide { get }
}

extension Double: KernelElement {
  public typealias Weight = Double
  @inlinable @inline(__always) public init(wide: Double) { self = wide }
  @inlinable @inline(__always) public var wide: Double { self }
}

extension Float: KernelElement {
  public typealias Weight = Float
  @inlinable @inline(__always) public init(wide: Double) { self = Float(wide) }
  @inlinable @inline(__always) public var wide: Double { Double(self) }
}

extension Dual: KernelElement {
  public typealias Weight = Scalar
  @inlinable @inline(__always) public init(wide: Dual<Double>) {
    self.init(Scalar(wide.value), Scalar(wide.tangent))
  }
  @inlinable @inline(__always) public var wide: Dual<Double> { Dual<Double>(Double(value), Double(tangent)) }
}
