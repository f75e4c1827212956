import Diagnostics

/// Three independent directions in which a structure is cut into bins: short lattice vectors in the periodic
/// directions, unit vectors perpendicular to all of them (and to each other) in the others.
///
/// The cell vectors of directions that are not periodic play no role.
package struct PeriodicBasis {
  /// w_k: reduced lattice vectors or unit vectors, in Å.
  package private(set) var rows: [SIMD3<Double>]
  /// u_k with w_k · u_l = δ_kl, so that the coordinate of r along w_k is r · u_k.
  package private(set) var reciprocal: [SIMD3<Double>]
  /// Distance of the lattice planes along each direction, 1 / |u_k|, in Å.
  package private(set) var spacing: SIMD3<Double>
  package let periodic: [Bool]
  /// Coefficients of w_k in the given cell vectors: S(cell) = Σ_k S(basis)_k · transform[k].
  private(set) var transform: [SIMD3<Int>]

  /// - Throws: `.geometry` when a periodic direction has no cell vector, or the periodic vectors span nothing.
  package init(cell: Cell?, pbc: Periodicity) throws(MACEError) {
    periodic = [pbc.a, pbc.b, pbc.c]
    rows = [.zero, .zero, .zero]
    transform = [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)]
    reciprocal = []
    spacing = .zero
    let directions = (0..<3).filter { pbc[$0] }
    let lattice = try Self.lattice(cell, directions)
    guard let reduced = LatticeReduction(lattice) else {
      throw MACEError(
        .geometry,
        "the cell is so skewed that its images cannot be counted; replace its vectors by shorter ones "
          + "that span the same lattice")
    }
    if let shortest = reduced.vectors.map(\.length).min(), shortest < 1e-6 {
      throw MACEError(
        .geometry,
        "the cell vectors of the periodic directions (\(Self.names(directions))) span no volume (they are "
          + "linearly dependent); correct the cell, or switch off pbc where the structure is not periodic")
    }
    for (k, direction) in directions.enumerated() {
      rows[direction] = reduced.vectors[k]
      transform[direction] = .zero
      for (l, other) in directions.enumerated() { transform[direction][other] = reduced.transform[k][l] }
    }
    completeWithPerpendiculars(directions)
    try computeReciprocal()
  }

  private static func names(_ directions: [Int]) -> String {
    directions.map { ["a", "b", "c"][$0] }.joined(separator: ", ")
  }

  private static func lattice(
    _ cell: Cell?, _ directions: [Int]
  ) throws(MACEError) -> [SIMD3<Double>] {
    if directions.isEmpty { return [] }
    guard let cell, !cell.isZero else {
      throw MACEError(
        .geometry,
        "pbc is true along \(names(directions)) but the structure has no cell; give it lattice vectors, "
          + "or set pbc to F F F for an isolated structure")
    }
    for direction in directions where cell[direction].length < 1e-6 {
      throw MACEError(
        .geometry,
        "pbc is true along \(names([direction])) but that cell vector has no length; give it a lattice "
          + "vector, or switch off pbc in this direction")
    }
    return directions.map { cell[$0] }
  }

  /// Gram-Schmidt: fills the rows of the directions that are not periodic.
  private mutating func completeWithPerpendiculars(_ directions: [Int]) {
    var orthonormal: [SIMD3<Double>] = []
    func residual(_ vector: SIMD3<Double>) -> SIMD3<Double> {
      // Twice: the first pass leaves rounding errors of nearly parallel vectors.
      var rest = vector
      for _ in 0..<2 {
        for unit in orthonormal { rest -= rest.dot(unit) * unit }
      }
      return rest
    }
    for direction in directions {
      let rest = residual(rows[direction])
      if rest.length > 0 { orthonormal.append(rest / rest.length) }
    }
    let axes: [SIMD3<Double>] = [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)]
    for direction in 0..<3 where !periodic[direction] {
      let best = axes.map(residual).max { $0.length < $1.length } ?? axes[direction]
      rows[direction] = best / best.length
      orthonormal.append(rows[direction])
    }
  }

  private mutating func computeReciprocal() throws(MACEError) {
    let determinant = rows[0].dot(rows[1].cross(rows[2]))
    reciprocal = (0..<3).map { rows[($0 + 1) % 3].cross(rows[($0 + 2) % 3]) / determinant }
    for k in 0..<3 { spacing[k] = 1 / reciprocal[k].length }
    // A flat cell of representable but meaningless volume ends here.
    guard reciprocal.allSatisfy(\.isFinite), spacing.isFinite, spacing.min() > 1e-7 else {
      throw MACEError(
        .geometry,
        "the cell has (almost) no volume; correct the lattice vectors (Å), or switch off pbc where the "
          + "structure is not periodic")
    }
  }

  /// Shift in units of the given cell vectors, nil when it does not fit 32 bits.
  func cellShift(of shift: SIMD3<Int>) -> SIMD3<Int32>? {
    var result = SIMD3<Int32>.zero
    for l in 0..<3 {
      var sum = 0
      for k in 0..<3 {
        let (product, overflow) = shift[k].multipliedReportingOverflow(by: transform[k][l])
        let (total, overflow2) = sum.addingReportingOverflow(product)
        if overflow || overflow2 { return nil }
        sum = total
      }
      // The most negative number has no opposite, which (j, i, −S) needs.
      guard sum.magnitude <= Int(Int32.max) else { return nil }
      result[l] = Int32(sum)
    }
    return result
  }
}
