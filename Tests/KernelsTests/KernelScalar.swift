import KernelInterface
import Kernels
import TestSupport

/// The two element types, with their round-off.
protocol KernelScalar: BinaryFloatingPoint & KernelElement where Weight == Self {
  static func table(_ set: InstructionSet) -> KernelTable<Self>
}

extension Double: KernelScalar {
  static func table(_ set: InstructionSet) -> KernelTable<Double> { set.float64 }
}

extension Float: KernelScalar {
  static func table(_ set: InstructionSet) -> KernelTable<Float> { set.float32 }
}

/// Sums of a few dozen products of numbers below 1: that many roundings, relative to numbers of order 1.
func roundOff<T: KernelScalar>(_ type: T.Type) -> Double { Double(T.ulpOfOne) * 100 }

/// Numbers at stable addresses.
final class Numbers<T> {
  let base: UnsafeMutablePointer<T>
  let count: Int

  init(_ values: [T]) {
    count = values.count
    base = .allocate(capacity: max(count, 1))
    base.initialize(from: values, count: count)
  }

  deinit { base.deallocate() }

  var values: [T] { (0..<count).map { base[$0] } }
  var read: UnsafePointer<T> { UnsafePointer(base) }
}

extension Numbers where T: BinaryFloatingPoint {
  var doubles: [Double] { values.map { Double($0) } }
}

func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
