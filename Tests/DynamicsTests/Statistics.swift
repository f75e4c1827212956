import Foundation

/// Tests of samples against the distributions they should have.
enum Statistics {
  /// The regularised incomplete gamma function P(a, x) by its series.
  static func gammaCDF(shape a: Double, _ x: Double) -> Double {
    guard x > 0 else { return 0 }
    var term = 1 / a
    var sum = term
    var n = a
    while term > sum * 1e-16 {
      n += 1
      term *= x / n
      sum += term
    }
    return min(1, sum * exp(-x + a * log(x) - lgamma(a)))
  }

  static func normalCDF(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

  /// √n times the largest distance of the empirical distribution from `cdf`: beyond 1.95 with probability 1e-3
  /// for independent samples (Kolmogorov and Smirnov).
  static func kolmogorovSmirnov(_ samples: [Double], _ cdf: (Double) -> Double) -> Double {
    let sorted = samples.sorted()
    let n = Double(sorted.count)
    var largest = 0.0
    for (i, x) in sorted.enumerated() {
      let p = cdf(x)
      largest = max(largest, abs(p - Double(i) / n), abs(Double(i + 1) / n - p))
    }
    return largest * n.squareRoot()
  }

  static func mean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }

  static func deviation(_ x: [Double]) -> Double {
    let m = mean(x)
    return (x.reduce(0) { $0 + ($1 - m) * ($1 - m) } / Double(x.count)).squareRoot()
  }

  /// The slope of a straight line through equidistant points, per point.
  static func slope(_ y: [Double]) -> Double {
    let m = Double(y.count - 1) / 2
    var (above, below) = (0.0, 0.0)
    for (i, value) in y.enumerated() {
      above += (Double(i) - m) * value
      below += (Double(i) - m) * (Double(i) - m)
    }
    return above / below
  }
}
