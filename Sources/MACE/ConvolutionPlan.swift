import Checkpoint
import Diagnostics
import Equivariance
import KernelInterface

/// The channel-wise tensor product of one layer as programs: which couplings an edge has (from its
/// harmonics), and which tiles of message and sender rows they couple.
///
/// Message row m3 of path p gets √(2l₃+1) Σ_{m1 m2} C^{l1 l2 l3}_{m1 m2 m3} R_p S_{m1} Y_{m2} (e3nn 'uvu').
final class ConvolutionPlan: @unchecked Sendable {
  let tiles: Buffer<ConvolutionTile>
  let tileCount: Int
  let terms: Buffer<CouplingTerm>
  let termCount: Int
  /// Couplings per edge.
  let couplingCount: Int
  let pathCount: Int
  /// The tiles of each path.
  let paths: [Range<Int>]

  init(_ layer: Configuration.Layer, harmonics: Irreps, roundsToFloat32: Bool) throws(MACEError) {
    let senders = FeatureLayout(layer.edgeIrreps), messages = FeatureLayout(layer.messageIrreps)
    var tiles: [ConvolutionTile] = []
    var terms: [CouplingTerm] = []
    var paths: [Range<Int>] = []
    var couplings = 0
    for (p, path) in layer.paths.enumerated() {
      guard layer.edgeIrreps.blocks.indices.contains(path.input),
        harmonics.blocks.indices.contains(path.harmonic),
        layer.messageIrreps.blocks.indices.contains(path.output)
      else { throw MACEError(.format, "conv_tp: instruction \(p) names a block that does not exist") }
      let (l1, l2, l3) = (
        layer.edgeIrreps.blocks[path.input].irrep.l, harmonics.blocks[path.harmonic].irrep.l,
        layer.messageIrreps.blocks[path.output].irrep.l
      )
      guard abs(l1 - l2) <= l3, l3 <= l1 + l2 else {
        throw MACEError(.format, "conv_tp: instruction \(p) couples degrees \(l1), \(l2) to \(l3)")
      }
      let w = Wigner3j(l1, l2, l3)
      let firstTile = tiles.count
      var isFirst = true
      for columns in Self.columnPieces(2 * l1 + 1) {
        for rows in Self.rowPieces(2 * l3 + 1, columns: columns.count) {
          tiles.append(
            ConvolutionTile(
              path: p, messageRow: messages.firstRow(ofBlock: path.output) + rows.lowerBound,
              senderRow: senders.firstRow(ofBlock: path.input) + columns.lowerBound, rows: rows.count,
              columns: columns.count, coupling: couplings, isFirst: isFirst))
          isFirst = false
          for m3 in rows {
            for m1 in columns {
              for m2 in 0...(2 * l2) {
                var c = w[m1, m2, m3]
                if abs(c) < 1e-14 { continue }
                if roundsToFloat32 && l1 * l2 * l3 != 0 { c = Double(Float(c)) }
                terms.append(
                  CouplingTerm(
                    coupling: couplings, harmonic: l2 * l2 + m2,
                    coefficient: Double(2 * l3 + 1).squareRoot() * c))
              }
              couplings += 1
            }
          }
        }
      }
      paths.append(firstTile..<tiles.count)
    }
    self.paths = paths
    self.tiles = Buffer(tiles)
    self.terms = Buffer(terms)
    tileCount = tiles.count
    termCount = terms.count
    couplingCount = couplings
    pathCount = layer.paths.count
  }

  /// Pieces of 5, 3, 2 or 1 columns, the shapes that the kernels have.
  private static func columnPieces(_ n: Int) -> [Range<Int>] { pieces(n, sizes: [5, 3, 2, 1]) }

  private static func rowPieces(_ n: Int, columns: Int) -> [Range<Int>] {
    guard columns == 5 else { return pieces(n, sizes: [7, 5, 4, 3, 2, 1]) }
    let parts = (n + 3) / 4  // near-equal pieces of at most four rows
    return (0..<parts).map { $0 * n / parts..<($0 + 1) * n / parts }
  }

  private static func pieces(_ n: Int, sizes: [Int]) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var first = 0
    while first < n {
      let size = sizes.first { $0 <= n - first } ?? 1
      pieces.append(first..<(first + size))
      first += size
    }
    return pieces
  }
}
