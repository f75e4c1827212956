import KernelInterface
import Kernels

/// Precision of the features; geometry, E0, sums and outputs are float64 in both.
public enum Precision: String, Sendable, CaseIterable { case float64, float32 }

/// The number types features are computed in: plain numbers, and duals that carry a derivative along.
protocol FeatureScalar: KernelElement where Weight: PlainScalar, Wide: WideScalar {
  static func kernels(_ set: InstructionSet) -> KernelTable<Self>
  init(weight: Weight)
  static func + (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
}

extension FeatureScalar {
  @inline(__always) static func += (a: inout Self, b: Self) { a = a + b }
  @inline(__always) static func *= (a: inout Self, b: Self) { a = a * b }
}

/// A plain number type.
protocol PlainScalar: FeatureScalar, BinaryFloatingPoint where Weight == Self, Wide == Double {
  /// Radial tables: B-splines of degree taps − 1, and their error relative to the largest value of a path.
  static var splineTaps: Int { get }
  static var splineTolerance: Double { get }
  static func dualKernels(_ set: InstructionSet) -> KernelTable<Dual<Self>>
}

extension PlainScalar {
  @inline(__always) init(weight: Self) { self = weight }
}

extension Double: PlainScalar {
  static var splineTaps: Int { 8 }
  static var splineTolerance: Double { 3e-11 }
  static func kernels(_ set: InstructionSet) -> KernelTable<Double> { set.float64 }
  static func dualKernels(_ set: InstructionSet) -> KernelTable<Dual<Double>> { set.float64Dual }
}

extension Float: PlainScalar {
  static var splineTaps: Int { 6 }
  static var splineTolerance: Double { 2e-8 }
  static func kernels(_ set: InstructionSet) -> KernelTable<Float> { set.float32 }
  static func dualKernels(_ set: InstructionSet) -> KernelTable<Dual<Float>> { set.float32Dual }
}

extension Dual: FeatureScalar where Scalar: PlainScalar {
  static func kernels(_ set: InstructionSet) -> KernelTable<Dual> { Scalar.dualKernels(set) }
  @inline(__always) init(weight: Scalar) { self.init(weight) }
}
