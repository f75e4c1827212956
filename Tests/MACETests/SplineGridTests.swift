import TestSupport
import Testing

@testable import MACE

struct SplineGridTests {
  /// The kernels' polynomials are the recursion of de Boor.
  @Test(arguments: [6, 8])
  func polynomials(_ taps: Int) {
    let grid = SplineGrid(0.4, 5, intervals: 23, taps: taps)
    let powers = SplineGrid.polynomials(taps: taps), stride = SplineGrid.tapStride
    let values = Buffer<Double>(taps), slopes = Buffer<Double>(taps)
    for t in [0, 0.1, 0.5, 0.75, 1] {
      grid.evaluate(t, values.base, slopes.base)
      for k in 0..<taps {
        var value = 0.0, slope = 0.0
        for p in (0..<taps).reversed() {
          slope = slope * t + value
          value = value * t + powers[p * stride + k]
        }
        #expect(abs(value - values.base[k]) <= 1e-15)
        #expect(abs(slope / grid.spacing - slopes.base[k]) <= 1e-13)
      }
    }
  }
}
