import Glibc

/// A peak or minimum of a curve.
public struct Extremum: Sendable, Equatable {
  public enum Kind: String, Sendable { case maximum, minimum }

  public let kind: Kind
  public let x: Double
  public let y: Double
}

/// Finds the peaks and minima of a curve with noise.
///
/// The curve is smoothed with a Gaussian, extrema that stand out less than a threshold from their neighbours are
/// dropped in pairs, and the position of the others is the vertex of the parabola through three points. Where the
/// curve is constant at its minimum (no atom was ever seen there) the position is the middle.
public enum Extrema {
  /// - Parameters:
  ///   - x: equally spaced.
  ///   - smoothing: standard deviation of the Gaussian, in the unit of x.
  ///   - threshold: least height difference between neighbouring extrema.
  /// - Returns: alternating extrema inside the range, beginning with the first peak.
  public static func find(
    x: [Double], y: [Double], smoothing: Double, threshold: Double
  ) -> [Extremum] {
    guard x.count >= 5 else { return [] }
    let spacing = x[1] - x[0]
    let smooth = gaussian(y, width: smoothing / spacing)
    var turns = alternating(smooth)
    drop(&turns, smooth, below: threshold)
    guard turns.count > 2 else { return [] }
    var result = (1..<turns.count - 1).map { k in
      extremum(x, y, smooth, turns[k], isMaximum: smooth[turns[k]] > smooth[turns[k - 1]])
    }
    if let first = result.firstIndex(where: { $0.kind == .maximum }) { result.removeFirst(first) }
    return Array(result)
  }

  /// Smoothed with a Gaussian of `width` bins, mirrored at the ends.
  static func gaussian(_ y: [Double], width: Double) -> [Double] {
    let reach = min(Int((4 * width).rounded(.up)), y.count - 1)
    guard width > 0.1, reach >= 1 else { return y }
    let weights = (-reach...reach).map { exp(-0.5 * Double($0 * $0) / (width * width)) }
    let total = weights.reduce(0, +)
    return y.indices.map { i in
      var sum = 0.0
      for k in -reach...reach {
        var place = i + k
        if place < 0 { place = -place - 1 }
        if place >= y.count { place = 2 * y.count - 1 - place }
        sum += weights[k + reach] * y[place]
      }
      return sum / total
    }
  }

  /// The ends and every place where the curve turns; of a flat stretch its middle.
  private static func alternating(_ y: [Double]) -> [Int] {
    var turns = [0]
    var direction = 0
    var flatStart = 0
    for i in 1..<y.count {
      let step = y[i] > y[i - 1] ? 1 : y[i] < y[i - 1] ? -1 : 0
      if step == 0 { continue }
      if direction != 0, step != direction { turns.append((flatStart + i - 1) / 2) }
      direction = step
      flatStart = i
    }
    turns.append(y.count - 1)
    return turns
  }

  /// Removes the pair of neighbours that differ least until all differ by `threshold`.
  private static func drop(_ turns: inout [Int], _ y: [Double], below threshold: Double) {
    while turns.count > 2 {
      var smallest = (difference: Double.infinity, place: 0)
      for k in 0..<turns.count - 1 {
        let difference = (y[turns[k + 1]] - y[turns[k]]).magnitude
        if difference < smallest.difference { smallest = (difference, k) }
      }
      if smallest.difference >= threshold { return }
      // The ends stay: they are no extrema, but bound them.
      if smallest.place == 0 {
        turns.remove(at: 1)
      } else if smallest.place == turns.count - 2 {
        turns.remove(at: turns.count - 2)
      } else {
        turns.removeSubrange(smallest.place...smallest.place + 1)
      }
    }
  }

  /// Position from the smooth curve, height from the curve itself, which smoothing would lower.
  private static func extremum(
    _ x: [Double], _ y: [Double], _ smooth: [Double], _ place: Int, isMaximum: Bool
  ) -> Extremum {
    let curvature = smooth[place - 1] - 2 * smooth[place] + smooth[place + 1]
    var offset = 0.0
    if curvature != 0 { offset = 0.5 * (smooth[place - 1] - smooth[place + 1]) / curvature }
    if !(offset.magnitude <= 1) { offset = 0 }
    return Extremum(
      kind: isMaximum ? .maximum : .minimum, x: x[place] + offset * (x[1] - x[0]), y: y[place])
  }
}
