import Foundation
import KernelInterface
import Kernels
import TestSupport
import Testing

/// The vectorised silu and its slope against libm.
struct SiLUTests {
  static let constants = [1.0, 1.6791767923989418]

  @Test(arguments: InstructionSet.available, constants)
  func matchesLibm(_ set: InstructionSet, _ constant: Double) {
    var random = SeededGenerator(seed: 22)
    var arguments = [
      0, -0.0, 1e-300, -1e-300, 1e-10, -1e-10, 0.5, -0.5, 1, -1, 20, -20, 36.7, -36.7, 86, -86,
    ]
    arguments += stride(from: -40.0, through: 40, by: 0.01)
    arguments += (0..<2000).map { _ in 700 * random.uniform() }
    // Four roundings of the sigmoid and the product.
    check(Double.table(set), arguments, constant, tolerance: 1e-15)
    // float32: e⁻ˣ to 1 ulp, where the sigmoid is not yet below float32's smallest normal numbers.
    check(Float.table(set), arguments.filter { abs($0) <= 80 }, constant, tolerance: 6e-7)
  }

  private func check<T: KernelScalar>(
    _ table: KernelTable<T>, _ arguments: [Double], _ constant: Double, tolerance: Double
  ) {
    var x = arguments.map { T($0) }
    while x.count % channelAlignment != 0 { x.append(0) }
    let input = Numbers(x), y = Numbers<T>(x), slope = Numbers<T>(x)
    table.silu(x.count, constant, input.read, y.base, slope.base)
    var worst = (value: 0.0, slope: 0.0)
    for (k, x) in x.enumerated() {
      let z = Double(x), sigmoid = 1 / (1 + exp(-z))
      // 1 − sigmoid without cancellation
      let value = constant * z * sigmoid, derivative = constant * sigmoid * (1 + z / (1 + exp(z)))
      worst.value = max(worst.value, abs(Double(y.base[k]) - value) / max(abs(value), 1e-30))
      // the slope passes through zero at −1.278: absolute there
      let slopeError = abs(Double(slope.base[k]) - derivative)
      worst.slope = max(worst.slope, slopeError / max(abs(derivative), constant * sigmoid))
    }
    #expect(worst.value <= tolerance, "\(T.self) \(table.instructionSet)")
    // 1 − sigmoid has an absolute error of an ulp of 1, times arguments of up to 37 where it matters
    #expect(worst.slope <= 25 * Double(T.ulpOfOne), "\(T.self) \(table.instructionSet)")
    // in place
    let same = Numbers(x)
    table.silu(x.count, constant, same.read, same.base, slope.base)
    #expect(same.values == y.values)
  }

  /// Far beyond where eˣ overflows: x or 0 (to the smallest normal numbers), slope 1 or 0; nothing turns into
  /// NaN.
  @Test(arguments: InstructionSet.available)
  func extremeArguments(_ set: InstructionSet) {
    extremes(Double.table(set), [709, 720, 1000, 1e6, 1e300])
    extremes(Float.table(set), [88, 90, 104, 1000, 1e6, 1e30])
  }

  private func extremes<T: KernelScalar>(_ table: KernelTable<T>, _ sizes: [Double]) {
    for size in sizes {
      for sign in [1.0, -1] {
        let x = [T](repeating: T(sign * size), count: channelAlignment)
        let input = Numbers(x), y = Numbers<T>(x), slope = Numbers<T>(x)
        table.silu(channelAlignment, 2, input.read, y.base, slope.base)
        for k in 0..<channelAlignment {
          let note = Comment(rawValue: "\(T.self) \(table.instructionSet): silu(\(sign * size))")
          if sign > 0 {
            #expect(abs(Double(y.base[k]) / (2 * size) - 1) <= 2 * Double(T.ulpOfOne), note)
            #expect(abs(Double(slope.base[k]) - 2) <= 2 * Double(T.ulpOfOne), note)
          } else {
            // the clamped sigmoid is 1e-38 (float32) or 3e-308: nothing against weights of order one
            #expect(abs(Double(y.base[k])) <= size * 4 * Double(T.leastNormalMagnitude), note)
            #expect(abs(Double(slope.base[k])) <= (1 + size) * 4 * Double(T.leastNormalMagnitude), note)
          }
        }
      }
    }
  }

  /// Not a number stays not a number.
  @Test(arguments: InstructionSet.available)
  func notANumber(_ set: InstructionSet) {
    let x = [Double](repeating: .nan, count: channelAlignment)
    let y = Numbers(x), slope = Numbers(x.map { _ in 0.0 })
    set.float64.silu(channelAlignment, 1, y.read, y.base, slope.base)
    #expect(y.values.allSatisfy { $0.isNaN } && slope.values.allSatisfy { $0.isNaN })
    let z = [Float](repeating: .nan, count: channelAlignment)
    let u = Numbers(z), v = Numbers(z.map { _ in Float(0) })
    set.float32.silu(channelAlignment, 1, u.read, u.base, v.base)
    #expect(u.values.allSatisfy { $0.isNaN } && v.values.allSatisfy { $0.isNaN })
  }
}
