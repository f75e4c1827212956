import Equivariance
import KernelInterface

/// Where the numbers of an irreps feature lie in `[row][channel]`: each block of degree l takes 2l + 1 rows,
/// channels are innermost and padded with zeros to a multiple of `channelAlignment`.
///
/// e3nn stores a block as `[channel][m]`. A wide block of scalars may be cut into several rows.
struct FeatureLayout: Sendable {
  /// Channels `first ..< first + count` of a block, stored from `row` on.
  struct Segment: Sendable {
    var first: Int, count: Int, row: Int
  }

  let irreps: Irreps
  /// Segments of each block.
  let segments: [[Segment]]
  let rows: Int
  let channels: Int

  init(_ irreps: Irreps) {
    var row = 0
    var segments: [[Segment]] = []
    for block in irreps.blocks {
      segments.append([Segment(first: 0, count: block.multiplicity, row: row)])
      row += block.irrep.dimension
    }
    self.init(irreps, segments: segments, rows: row)
  }

  init(_ irreps: Irreps, segments: [[Segment]], rows: Int) {
    self.irreps = irreps
    self.segments = segments
    self.rows = rows
    let widest = segments.joined().map(\.count).max() ?? 0
    channels = paddedToVectors(max(widest, 1))
  }

  /// Numbers of one atom.
  var width: Int { rows * channels }
  func firstRow(ofBlock b: Int) -> Int { segments[b][0].row }
}

/// `count` rounded up to whole vectors.
func paddedToVectors(_ count: Int) -> Int {
  (count + channelAlignment - 1) / channelAlignment * channelAlignment
}
