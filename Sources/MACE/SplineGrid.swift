/// Uniform B-splines of odd degree d = taps − 1 on [first, last], and interpolation by them.
///
///     s(r) = Σ_k w_k(τ) T[i + k],   r = first + (i + τ) h,  0 ≤ τ < 1,  0 ≤ i < intervals
///
/// The error of interpolation falls as h^taps. Coefficients come from samples at `sites`: the knots, and the
/// midpoints of the (d − 1)/2 intervals nearest to each end, which take the place of conditions there.
struct SplineGrid: Sendable {
  let first: Double
  let spacing: Double
  let intervals: Int
  let taps: Int
  let sites: [Double]
  /// The collocation matrix as LU factors without pivoting (it is totally positive):
  /// `factors[i · bandwidth + (j − i) + taps − 1]`, the unit diagonal of L left out.
  private let factors: [Double]

  /// As many as there are sites.
  var coefficientCount: Int { intervals + taps - 1 }
  private var bandwidth: Int { 2 * taps - 1 }

  init(_ first: Double, _ last: Double, intervals: Int, taps: Int) {
    precondition(taps % 2 == 0 && intervals >= taps && last > first)
    self.first = first
    self.intervals = intervals
    self.taps = taps
    let h = (last - first) / Double(intervals)
    spacing = h
    let extra = taps / 2 - 1
    var steps = (0...intervals).map(Double.init)
    for k in 0..<extra { steps += [Double(k) + 0.5, Double(intervals - k) - 0.5] }
    steps.sort()
    sites = steps.map { $0 == Double(intervals) ? last : first + $0 * h }
    factors = Self.factorise(steps, intervals, taps)
  }

  /// Numbers that the kernel writes for an edge: the taps, and zeros.
  static let tapStride = 8

  /// w_k(τ) as polynomials, [power][tapStride]: in the truncated powers of d = taps − 1,
  ///
  ///     w_k(τ) = 1/d! Σ_{j ≤ d−k} (−1)^j (d+1 over j) (τ + d − k − j)^d
  static func polynomials(taps: Int) -> [Double] {
    let d = taps - 1
    func power(_ x: Int, _ n: Int) -> Int { (0..<n).reduce(1) { p, _ in p * x } }
    func choose(_ n: Int, _ k: Int) -> Int { (0..<k).reduce(1) { $0 * (n - $1) / ($1 + 1) } }
    let factorial = (1...d).reduce(1, *)
    var result = [Double](repeating: 0, count: taps * tapStride)
    for p in 0...d {
      for k in 0...d {
        let sum = (0...(d - k)).reduce(0) {
          $0 + ($1 % 2 == 0 ? 1 : -1) * choose(d + 1, $1) * power(d - k - $1, d - p)
        }
        result[p * tapStride + k] = Double(choose(d, p) * sum) / Double(factorial)
      }
    }
    return result
  }

  /// Interval and τ of a distance within the grid.
  @inline(__always)
  func locate(_ r: Double) -> (interval: Int, fraction: Double) {
    let x = (r - first) / spacing
    let i = min(max(Int(x), 0), intervals - 1)
    return (i, x - Double(i))
  }

  /// w_k(τ) and dw_k/dr, k < taps, by the recursion of de Boor.
  @inline(__always)
  func evaluate(
    _ t: Double, _ values: UnsafeMutablePointer<Double>, _ slopes: UnsafeMutablePointer<Double>
  ) {
    values[0] = 1
    for j in 1..<taps - 1 { Self.raise(values, to: j, t) }
    let d = taps - 1
    let inverse = 1 / spacing
    slopes[0] = -values[0] * inverse
    for k in 1..<d { slopes[k] = (values[k - 1] - values[k]) * inverse }
    slopes[d] = values[d - 1] * inverse
    Self.raise(values, to: d, t)
  }

  /// B_j from B_{j−1}: j B_j[k] = (τ + j − k) B_{j−1}[k − 1] + (1 − τ + k) B_{j−1}[k].
  @inline(__always)
  private static func raise(_ b: UnsafeMutablePointer<Double>, to j: Int, _ t: Double) {
    let inverse = 1 / Double(j)
    b[j] = t * b[j - 1] * inverse
    for k in stride(from: j - 1, to: 0, by: -1) {
      b[k] = ((t + Double(j - k)) * b[k - 1] + (Double(1 + k) - t) * b[k]) * inverse
    }
    b[0] = (1 - t) * b[0] * inverse
  }

  private static func factorise(_ steps: [Double], _ intervals: Int, _ taps: Int) -> [Double] {
    let n = steps.count, band = 2 * taps - 1, centre = taps - 1
    let grid = SplineGrid(intervals: intervals, taps: taps)
    var a = [Double](repeating: 0, count: n * band)
    var values = [Double](repeating: 0, count: taps)
    var slopes = values
    for (row, step) in steps.enumerated() {
      let (i, t) = grid.locate(step)
      values.withUnsafeMutableBufferPointer { v in
        slopes.withUnsafeMutableBufferPointer { s in
          guard let v = v.baseAddress, let s = s.baseAddress else { return }
          grid.evaluate(t, v, s)
        }
      }
      for k in 0..<taps where values[k] != 0 { a[row * band + (i + k - row) + centre] = values[k] }
    }
    for k in 0..<n {
      let pivot = a[k * band + centre]
      for i in (k + 1)..<max(min(k + taps, n), k + 1) {
        let factor = a[i * band + (k - i) + centre] / pivot
        if factor == 0 { continue }
        a[i * band + (k - i) + centre] = factor
        for j in (k + 1)..<max(min(k + taps, n), k + 1) {
          a[i * band + (j - i) + centre] -= factor * a[k * band + (j - k) + centre]
        }
      }
    }
    return a
  }

  /// A grid of knots 0, 1, …, for the collocation matrix only.
  private init(intervals: Int, taps: Int) {
    first = 0
    spacing = 1
    self.intervals = intervals
    self.taps = taps
    sites = []
    factors = []
  }

  /// From samples `[site][width]` to coefficients, in place.
  func solve(_ x: UnsafeMutablePointer<Double>, width: Int) {
    let n = coefficientCount
    for i in 0..<n { subtract(x, width, row: i, columns: max(i - taps + 1, 0)..<i) { ($0, $1) } }
    for i in stride(from: n - 1, through: 0, by: -1) {
      subtract(x, width, row: i, columns: (i + 1)..<max(min(i + taps, n), i + 1)) { ($0, $1) }
      divide(x, width, row: i)
    }
  }

  /// From ∂L/∂coefficients to ∂L/∂samples, in place: the transpose of `solve`.
  func solveTransposed(_ x: UnsafeMutablePointer<Double>, width: Int) {
    let n = coefficientCount
    for i in 0..<n {
      subtract(x, width, row: i, columns: max(i - taps + 1, 0)..<i) { ($1, $0) }
      divide(x, width, row: i)
    }
    for i in stride(from: n - 1, through: 0, by: -1) {
      subtract(x, width, row: i, columns: (i + 1)..<max(min(i + taps, n), i + 1)) { ($1, $0) }
    }
  }

  /// x[row] −= Σ_j a x[j] with the factor a at the place that `entry` makes of (row, j).
  @inline(__always)
  private func subtract(
    _ x: UnsafeMutablePointer<Double>, _ width: Int, row: Int, columns: Range<Int>,
    _ entry: (_ row: Int, _ column: Int) -> (Int, Int)
  ) {
    let y = x + row * width
    for j in columns {
      let (a, b) = entry(row, j)
      let factor = factors[a * bandwidth + (b - a) + taps - 1]
      if factor == 0 { continue }
      let z = x + j * width
      for c in 0..<width { y[c] -= factor * z[c] }
    }
  }

  @inline(__always)
  private func divide(_ x: UnsafeMutablePointer<Double>, _ width: Int, row: Int) {
    let inverse = 1 / factors[row * bandwidth + taps - 1]
    for c in 0..<width { x[row * width + c] *= inverse }
  }
}
