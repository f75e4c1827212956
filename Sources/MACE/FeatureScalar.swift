import KernelInterface
import Kernels

/// Precision of the features; geometry, E0, sums and outputs are float64 in both.
public enum Precision: String, Sendable, CaseIterable { case float64, float32 }

/// The number types features are computed in.
protocol FeatureScalar: BinaryFloatingPoint, Sendable {
  static func kernels(_ set: InstructionSet) -> KernelTable<Self>
}

extension Double: FeatureScalar {
  static func kernels(_ set: InstructionSet) -> KernelTable<Double> { set.float64 }
}

extension Float: FeatureScalar {
  static func kernels(_ set: InstructionSet) -> KernelTable<Float> { set.float32 }
}
