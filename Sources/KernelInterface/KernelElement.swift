/// A number type that features are computed in, and the type of the model's parameters then.
public protocol KernelElement: Sendable {
  associatedtype Weight: BinaryFloatingPoint & Sendable
}

extension Double: KernelElement { public typealias Weight = Double }
extension Float: KernelElement { public typealias Weight = Float }
extension Dual: KernelElement { public typealias Weight = Scalar }
