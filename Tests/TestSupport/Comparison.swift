/// Largest |a − b|; infinite when the counts differ or a number is not finite.
public func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  var largest = 0.0
  for (x, y) in zip(a, b) {
    guard (x - y).isFinite else { return .infinity }
    largest = max(largest, abs(x - y))
  }
  return largest
}

/// Largest component of |a − b|.
public func largestDifference(_ a: [SIMD3<Double>], _ b: [SIMD3<Double>]) -> Double {
  largestDifference(a.flatMap { [$0.x, $0.y, $0.z] }, b.flatMap { [$0.x, $0.y, $0.z] })
}

/// Largest |a − b| / max(1, |b|).
public func largestRelativeDifference(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return largestDifference(
    zip(a, b).map { $0 / max(1, abs($1)) }, b.map { $0 / max(1, abs($0)) })
}

/// Largest |component|.
public func largest(_ a: [SIMD3<Double>]) -> Double {
  a.reduce(0) { max($0, abs($1.x), abs($1.y), abs($1.z)) }
}

public func largest(_ a: [Double]) -> Double { a.reduce(0) { max($0, abs($1)) } }
