import CLAPACKE
import Diagnostics

/// A = U Σ Vᵀ of a dense matrix, by LAPACK (dgesdd).
struct SingularValueDecomposition {
  let rows: Int
  let columns: Int
  /// Singular values, largest first: min(rows, columns) of them.
  let values: [Double]
  /// Orthonormal left vectors U, [row][k] for k < min(rows, columns).
  let left: [Double]
  /// All orthonormal right vectors: row k of Vᵀ, [columns][columns]. Those beyond `rank` span the null space.
  let right: [[Double]]

  /// - Parameter matrix: row-major, [rows][columns], at least one of each.
  /// - Throws: `.invalidArgument` for entries that are not finite or when the iteration does not converge.
  init(_ matrix: [Double], rows: Int, columns: Int) throws(MACEError) {
    precondition(rows > 0 && columns > 0 && matrix.count == rows * columns)
    guard matrix.allSatisfy(\.isFinite) else {
      throw MACEError(.invalidArgument, "singular value decomposition: an entry is not finite")
    }
    // More rows than columns: with zeros added, job S gives all right vectors.
    let padded = max(rows, columns)
    var a = matrix + [Double](repeating: 0, count: (padded - rows) * columns)
    var values = [Double](repeating: 0, count: columns)
    var left = [Double](repeating: 0, count: padded * columns)
    var right = [Double](repeating: 0, count: columns * columns)
    let width = Int32(columns)
    let info = LAPACKE_dgesdd(
      LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "S")), Int32(padded), width, &a, width, &values, &left, width,
      &right, width)
    guard info == 0 else {
      throw MACEError(.invalidArgument, "singular value decomposition failed (LAPACK's dgesdd: \(info))")
    }
    self.rows = rows
    self.columns = columns
    self.values = Array(values[..<min(rows, columns)])
    self.left = Array(left[..<(rows * columns)])
    self.right = (0..<columns).map { Array(right[($0 * columns)..<(($0 + 1) * columns)]) }
  }

  /// Number of singular values that are not rounding: above σ₁ · max(rows, columns) · 2⁻⁵², numpy's rule.
  var rank: Int {
    let limit = (values.first ?? 0) * Double(max(rows, columns)) * 0x1p-52
    return values.count { $0 > limit }
  }
}
