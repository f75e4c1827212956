import Glibc

/// A basis of short vectors for the lattice spanned by the periodic cell vectors.
///
/// A skewed cell has lattice planes much closer than its vectors are long, and a search over its images would
/// visit far too many of them. The reduced vectors are (nearly) as short as possible and span the same lattice:
/// reduced[k] = Σ_l transform[k][l] · vectors[l] with an integer, unimodular transform.
struct LatticeReduction {
  private(set) var vectors: [SIMD3<Double>]
  private(set) var transform: [[Int]]
  private let original: [SIMD3<Double>]

  /// Coefficients beyond this are refused: S would not fit the 32-bit shifts.
  private static let coefficientLimit = 1 << 24

  /// - Parameter vectors: at most three vectors, finite.
  /// - Returns: nil when the vectors are so skewed that the shifts are not representable.
  init?(_ vectors: [SIMD3<Double>]) {
    self.vectors = vectors
    original = vectors
    transform = vectors.indices.map { row in vectors.indices.map { $0 == row ? 1 : 0 } }
    // Every accepted step shortens a vector; the bound only guards against rounding in hopeless input.
    for _ in 0..<500 {
      guard let changed = reducePairs() else { return nil }
      if changed { continue }
      guard let shortened = reduceTriple() else { return nil }
      if !shortened { return }
    }
  }

  /// Subtracts from every vector the nearest multiple of each other one; nil on overflow.
  private mutating func reducePairs() -> Bool? {
    var changed = false
    for k in vectors.indices {
      for l in vectors.indices where l != k {
        let square = vectors[l].squaredLength
        guard square > 0 else { continue }
        let multiple = (vectors[k].dot(vectors[l]) / square).rounded()
        guard multiple.magnitude < Double(Self.coefficientLimit) else { return nil }
        guard multiple != 0 else { continue }
        var coefficients = [0, 0, 0]
        coefficients[l] = -Int(multiple)
        guard let accepted = add(coefficients, to: k) else { return nil }
        if accepted { changed = true }
      }
    }
    return changed
  }

  /// Tries ± both others on every vector of three, which pairs alone cannot find; nil on overflow.
  private mutating func reduceTriple() -> Bool? {
    guard vectors.count == 3 else { return false }
    for k in 0..<3 {
      for first in [-1, 1] {
        for second in [-1, 1] {
          var coefficients = [0, 0, 0]
          coefficients[(k + 1) % 3] = first
          coefficients[(k + 2) % 3] = second
          guard let accepted = add(coefficients, to: k) else { return nil }
          if accepted { return true }
        }
      }
    }
    return false
  }

  /// Adds the combination `coefficients` of the current vectors to vector k if that makes it clearly shorter.
  private mutating func add(_ coefficients: [Int], to k: Int) -> Bool? {
    var row = transform[k]
    for l in vectors.indices where coefficients[l] != 0 {
      for m in row.indices {
        let (product, overflow) = transform[l][m].multipliedReportingOverflow(by: coefficients[l])
        let (sum, overflow2) = row[m].addingReportingOverflow(product)
        guard !overflow, !overflow2, sum.magnitude <= Self.coefficientLimit else { return nil }
        row[m] = sum
      }
    }
    // From the given vectors each time, so that rounding does not accumulate.
    var candidate = SIMD3<Double>.zero
    for m in row.indices { candidate += Double(row[m]) * original[m] }
    guard candidate.squaredLength < vectors[k].squaredLength * (1 - 1e-9) else { return false }
    vectors[k] = candidate
    transform[k] = row
    return true
  }
}
