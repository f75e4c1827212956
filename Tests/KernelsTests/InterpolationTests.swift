import KernelInterface
import Kernels
import TestSupport
import Testing

/// R[e][c] = Σ_k w_e[k] T_e[k][c] and its two adjoints, against plain sums.
struct InterpolationTests {
  @Test(arguments: InstructionSet.available, [6, 8])
  func plain(_ set: InstructionSet, _ taps: Int) {
    for channels in [16, 48] {
      check(Double.self, set, taps, channels)
      check(Float.self, set, taps, channels)
    }
  }

  /// Edges 0, 1 and 2 of the table's order are edges 2, 0 and 3 of the tile; two share rows.
  private func check<T: KernelScalar>(_ type: T.Type, _ set: InstructionSet, _ taps: Int, _ channels: Int) {
    let table = T.table(set), note = Comment(rawValue: "\(T.self) \(set) \(taps) taps, \(channels) channels")
    var random = SeededGenerator(seed: 41)
    let edges = 3, rows = taps + 2
    let targets = Numbers<Int32>([2, 0, 3]), starts = [0, 0, 2]
    let coefficients = Numbers<T>(random.values(rows * channels))
    let weights = Numbers<T>(random.values(edges * taps))
    let values = Numbers<T>(random.values(4 * channels)), before = values.doubles
    let pointers = Numbers(starts.map { UnsafePointer(coefficients.base + $0 * channels) })
    table.interpolate(edges, taps, channels, pointers.read, weights.read, targets.read, values.base)

    var expected = before
    let adjoints = Numbers<T>(random.values(4 * channels))
    let weightAdjoints = Numbers<T>(random.values(edges * taps))
    var expectedWeights = weightAdjoints.doubles
    let gradient = Numbers<T>(random.values(rows * channels))
    var expectedGradient = gradient.doubles
    for e in 0..<edges {
      for c in 0..<channels {
        let y = Int(targets.base[e]) * channels + c
        expected[y] = 0
        for k in 0..<taps {
          let t = (starts[e] + k) * channels + c
          expected[y] += Double(weights.base[e * taps + k]) * Double(coefficients.base[t])
          expectedWeights[e * taps + k] += Double(coefficients.base[t]) * Double(adjoints.base[y])
          expectedGradient[t] += Double(weights.base[e * taps + k]) * Double(adjoints.base[y])
        }
      }
    }
    #expect(largestDifference(values.doubles, expected) <= roundOff(T.self), note)
    table.interpolateAdjoint(
      edges, taps, channels, pointers.read, targets.read, adjoints.read, weightAdjoints.base)
    #expect(largestDifference(weightAdjoints.doubles, expectedWeights) <= roundOff(T.self), note)
    let gradientPointers = Numbers(starts.map { gradient.base + $0 * channels })
    table.interpolateGradient(
      edges, taps, channels, gradientPointers.read, weights.read, targets.read, adjoints.read)
    #expect(largestDifference(gradient.doubles, expectedGradient) <= roundOff(T.self), note)
  }

  /// Polynomials p_k(τ) = Σ_p c[p][k] τᵖ and their slopes, for all instruction sets and number types.
  @Test(arguments: InstructionSet.available, [6, 8])
  func splineWeights(_ set: InstructionSet, _ taps: Int) {
    var random = SeededGenerator(seed: 43)
    let edges = 3
    let polynomials = Numbers<Double>(random.values(8 * taps))
    let fractions = Numbers<Double>([0, 0.3, 0.99]), scales = Numbers<Double>([1, 2, -4])
    let values = Numbers<Double>(random.values(8 * edges)), slopes = Numbers<Double>(random.values(8 * edges))
    for kernel in [
      set.float64.splineWeights, set.float32.splineWeights, set.float64Dual.splineWeights,
      set.float32Dual.splineWeights,
    ] {
      kernel(edges, taps, polynomials.read, fractions.read, scales.read, values.base, slopes.base)
      for e in 0..<edges {
        let t = fractions.base[e]
        for k in 0..<8 {
          var value = 0.0, slope = 0.0, power = 1.0
          for p in 0..<taps {
            value += polynomials.base[8 * p + k] * power
            if p + 1 < taps { slope += Double(p + 1) * polynomials.base[8 * (p + 1) + k] * power }
            power *= t
          }
          #expect(abs(values.base[8 * e + k] - value) <= 1e-14)
          #expect(abs(slopes.base[8 * e + k] - slope * scales.base[e]) <= 1e-13)
        }
      }
    }
  }

  /// Values and tangents of duals; the gradient of the table is the tangent of w G.
  @Test(arguments: InstructionSet.available, [6, 8])
  func duals(_ set: InstructionSet, _ taps: Int) {
    let channels = 16, table = set.float64Dual
    var random = SeededGenerator(seed: 42)
    func dual(_ count: Int) -> Numbers<Dual<Double>> {
      Numbers((0..<count).map { _ in Dual(random.values(1)[0], random.values(1)[0]) })
    }
    let coefficients = Numbers<Double>(random.values(taps * channels))
    let weights = dual(taps), adjoints = dual(channels), values = dual(channels)
    let gradient = Numbers([Double](repeating: 0, count: taps * channels))
    let target = Numbers<Int32>([0]), rows = Numbers([coefficients.read]),
      gradientRows = Numbers([gradient.base])
    table.interpolate(1, taps, channels, rows.read, weights.read, target.read, values.base)
    table.interpolateGradient(
      1, taps, channels, gradientRows.read, weights.read, target.read, adjoints.read)
    for c in 0..<channels {
      var sum = Dual(0.0)
      for k in 0..<taps {
        let w = weights.base[k], g = adjoints.base[c]
        sum = sum + w * Dual(coefficients.base[k * channels + c])
        #expect(abs(gradient.base[k * channels + c] - (w * g).tangent) <= 1e-14)
      }
      #expect(abs(values.base[c].value - sum.value) <= 1e-14)
      #expect(abs(values.base[c].tangent - sum.tangent) <= 1e-14)
    }
  }
}
