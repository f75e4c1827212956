import Testing

@testable import Training

@Suite struct SingularValueDecompositionTests {
  @Test(arguments: [(3, 3), (5, 2), (2, 5), (1, 4)])
  func factorsGiveTheMatrixBack(_ rows: Int, _ columns: Int) throws {
    var matrix: [Double] = []
    for i in 0..<rows * columns { matrix.append(Double((7 * i * i + 3 * i) % 11) - 4) }
    let svd = try SingularValueDecomposition(matrix, rows: rows, columns: columns)
    #expect(svd.values.count == min(rows, columns) && svd.right.count == columns)
    for r in 0..<rows {
      for c in 0..<columns {
        var sum = 0.0
        for k in svd.values.indices { sum += svd.left[r * columns + k] * svd.values[k] * svd.right[k][c] }
        #expect(abs(sum - matrix[r * columns + c]) < 1e-12)
      }
    }
    for a in 0..<columns {
      for b in 0..<columns {
        let dot = zip(svd.right[a], svd.right[b]).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(dot - (a == b ? 1 : 0)) < 1e-12)
      }
    }
  }
}
