import Diagnostics

/// Least squares of frame energies on compositions: N c = ε, N the number of atoms of each element.
///
/// Of all solutions the one nearest to the prior is taken, c = p + N⁺ (ε − N p). What N does not determine, its
/// null space, so keeps the prior; the singular value decomposition of N tells what that is.
public struct CompositionFit: Sendable {
  /// Solution, eV, one per column.
  public let values: [Double]
  /// Statistical standard errors, eV, of what is determined; nil without more frames than the rank.
  public let standardErrors: [Double]?
  /// Of N (of rows divided by atoms if these are weighted), largest first.
  public let singularValues: [Double]
  public let rank: Int
  /// σ₁ / σ_rank, of the determined part.
  public let conditionNumber: Double
  /// Combinations of columns that N determines, and those that it does not, as coefficients that are whole
  /// numbers where possible.
  public let determined: [[Double]]
  public let undetermined: [[Double]]

  /// - Parameters:
  ///   - counts: [frame][element].
  ///   - targets: ε, eV.
  ///   - prior: one value per element, eV.
  ///   - perAtom: each row and its ε are divided by the frame's number of atoms.
  /// - Throws: `.invalidArgument` without frames or elements.
  public init(counts: [[Int]], targets: [Double], prior: [Double], perAtom: Bool = false) throws(MACEError) {
    let columns = prior.count
    guard !counts.isEmpty, columns > 0 else {
      throw MACEError(.invalidArgument, "E0 fit: there is no frame with an energy, or no element")
    }
    precondition(counts.count == targets.count && counts.allSatisfy { $0.count == columns })
    var matrix: [Double] = []
    var right: [Double] = []
    for (row, target) in zip(counts, targets) {
      let scale = perAtom ? 1 / Double(max(row.reduce(0, +), 1)) : 1
      matrix += row.map { Double($0) * scale }
      right.append(scale * (target - zip(row, prior).reduce(0) { $0 + Double($1.0) * $1.1 }))
    }
    let svd = try SingularValueDecomposition(matrix, rows: counts.count, columns: columns)
    let rank = svd.rank
    var shift = [Double](repeating: 0, count: columns)
    for k in 0..<rank {
      var projection = 0.0
      for row in right.indices { projection += svd.left[row * columns + k] * right[row] }
      for c in 0..<columns { shift[c] += svd.right[k][c] * projection / svd.values[k] }
    }
    // An element that does not occur keeps its prior to the last bit.
    for c in 0..<columns where counts.allSatisfy({ $0[c] == 0 }) { shift[c] = 0 }
    values = zip(prior, shift).map { $0 + $1 }
    standardErrors = Self.errors(svd, rank: rank, residuals: right.indices.map { row in
      right[row] - (0..<columns).reduce(0) { $0 + matrix[row * columns + $1] * shift[$1] }
    })
    singularValues = svd.values
    self.rank = rank
    conditionNumber = rank == 0 ? 1 : svd.values[0] / svd.values[rank - 1]
    determined = Self.readable(Array(svd.right[..<rank]))
    undetermined = Self.readable(Array(svd.right[rank...]))
  }

  /// √diag(s² V Σ⁻² Vᵀ), s² = Σ r² / (frames − rank).
  private static func errors(
    _ svd: SingularValueDecomposition, rank: Int, residuals: [Double]
  ) -> [Double]? {
    guard residuals.count > rank else { return nil }
    let variance = residuals.reduce(0) { $0 + $1 * $1 } / Double(residuals.count - rank)
    return (0..<svd.columns).map { c in
      var sum = 0.0
      for k in 0..<rank { sum += (svd.right[k][c] / svd.values[k]) * (svd.right[k][c] / svd.values[k]) }
      return (variance * sum).squareRoot()
    }
  }

  /// Another basis of the space of `rows`: reduced to echelon form and scaled to whole numbers if these are small.
  private static func readable(_ rows: [[Double]]) -> [[Double]] {
    guard let width = rows.first?.count else { return [] }
    var rows = rows
    var next = 0
    for column in 0..<width where next < rows.count {
      let pivot = (next..<rows.count).max { rows[$0][column].magnitude < rows[$1][column].magnitude } ?? next
      guard rows[pivot][column].magnitude > 1e-9 else { continue }
      rows.swapAt(next, pivot)
      let scale = 1 / rows[next][column]
      rows[next] = rows[next].map { $0 * scale }
      for other in rows.indices where other != next {
        let factor = rows[other][column]
        for c in 0..<width { rows[other][c] -= factor * rows[next][c] }
      }
      next += 1
    }
    return rows.map(whole)
  }

  private static func whole(_ row: [Double]) -> [Double] {
    for factor in 1...1000 {
      let scaled = row.map { $0 * Double(factor) }
      if scaled.allSatisfy({ ($0 - $0.rounded()).magnitude < 1e-7 * Double(factor) }) {
        return scaled.map { $0.rounded() + 0 }
      }
    }
    return row
  }
}
