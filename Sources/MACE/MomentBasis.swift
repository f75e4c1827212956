/// Few functions of the distance that a layer's many path weights are combinations of:
///
///     R_pk(r) = Σ_q B_q(r) P[q][pk]
///
/// There are no more than the radial network's last hidden layer has numbers. In terms of samples S[site][pk] ≈
/// B[site][q] P[q][pk] with orthonormal columns B: Gram and Schmidt's method, the largest remainder first.
struct MomentBasis {
  let rank: Int
  /// B, [site][rank].
  let functions: [Double]
  /// P, [rank][slice][channel].
  let projection: [Double]

  /// - Parameters:
  ///   - samples: S, [site][slice][channel].
  ///   - tolerance: the largest remainder of a slice relative to its largest sample.
  ///   - limit: so many functions are taken, unless fewer make S exactly.
  /// - Returns: nil when they do not reach the tolerance.
  init?(
    _ samples: Buffer<Double>, sites n: Int, slices: Int, channels: Int, tolerance: Double, limit: Int
  ) {
    let width = slices * channels
    // columns of S, each slice in units of its largest sample
    let columns = Buffer<Double>(width * n)
    var units = [Double](repeating: 0, count: slices)
    for k in 0..<n {
      for c in 0..<width { units[c / channels] = max(units[c / channels], abs(samples.base[k * width + c])) }
    }
    for c in 0..<width {
      let unit = units[c / channels]
      for k in 0..<n where unit > 0 { columns.base[c * n + k] = samples.base[k * width + c] / unit }
    }
    var basis: [[Double]] = []
    var projection: [Double] = []
    while let (column, size) = Self.largest(columns, n, width), size > 1e-15 {
      guard basis.count < limit else {
        if size > tolerance { return nil }
        break
      }
      var u = (0..<n).map { columns.base[column * n + $0] }
      // once more, since what is left of a column is mostly rounding error of what was taken from it
      for v in basis {
        let overlap = Self.dot(u, v)
        for k in 0..<n { u[k] -= overlap * v[k] }
      }
      let norm = Self.dot(u, u).squareRoot()
      guard norm > 0 else { return nil }
      for k in 0..<n { u[k] /= norm }
      let row = u.withUnsafeBufferPointer { Self.project(columns, n, width, $0) }
      projection += row.enumerated().map { $1 * units[$0 / channels] }
      basis.append(u)
    }
    rank = basis.count
    functions = (0..<n).flatMap { k in basis.map { $0[k] } }
    self.projection = projection
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  /// The column with the largest element.
  private static func largest(_ columns: Buffer<Double>, _ n: Int, _ width: Int) -> (Int, Double)? {
    var best: (Int, Double)?
    for c in 0..<width {
      var size = 0.0
      for k in 0..<n { size = max(size, abs(columns.base[c * n + k])) }
      if size > best?.1 ?? -1 { best = (c, size) }
    }
    return best
  }

  /// Takes the component along u from all columns; returns it.
  private static func project(
    _ columns: Buffer<Double>, _ n: Int, _ width: Int, _ u: UnsafeBufferPointer<Double>
  ) -> [Double] {
    (0..<width).map { c in
      let x = columns.base + c * n
      var overlap = 0.0
      for k in 0..<n { overlap += x[k] * u[k] }
      for k in 0..<n { x[k] -= overlap * u[k] }
      return overlap
    }
  }
}
