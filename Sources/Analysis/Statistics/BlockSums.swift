/// Sums over frames, kept in blocks of equal length so that errors of averages can be told from one pass.
///
/// Frames follow each other with memory of the frame before; averages over long blocks do not, and their
/// scatter is the error (Flyvbjerg and Petersen, J. Chem. Phys. 91, 461 (1989)).
struct BlockSums {
  /// [block][bin]
  private var sums: [[Double]] = []
  private var counts: [Int] = []
  private var framesPerBlock = 1
  private let width: Int

  /// At twice as many, neighbours are joined.
  private static let finestBlocks = 64

  init(width: Int) { self.width = width }

  var frames: Int { counts.reduce(0, +) }

  mutating func add(_ values: [Double]) {
    precondition(values.count == width)
    if let last = counts.last, last < framesPerBlock {
      for bin in values.indices { sums[sums.count - 1][bin] += values[bin] }
      counts[counts.count - 1] += 1
      return
    }
    if counts.count == 2 * Self.finestBlocks { joinNeighbors() }
    sums.append(values)
    counts.append(1)
  }

  private mutating func joinNeighbors() {
    for block in 0..<Self.finestBlocks {
      sums[block] = zip(sums[2 * block], sums[2 * block + 1]).map(+)
      counts[block] = counts[2 * block] + counts[2 * block + 1]
    }
    sums.removeLast(Self.finestBlocks)
    counts.removeLast(Self.finestBlocks)
    framesPerBlock *= 2
  }

  /// The mean over all frames.
  var mean: [Double] {
    var total = [Double](repeating: 0, count: width)
    for sum in sums { for bin in total.indices { total[bin] += sum[bin] } }
    let frames = Double(max(frames, 1))
    return total.map { $0 / frames }
  }

  /// Means of `count` consecutive parts, as equal as the stored blocks allow; fewer if there are fewer frames.
  func blockMeans(_ count: Int) -> [[Double]] {
    let count = min(count, sums.count)
    return (0..<count).map { part in
      let range = part * sums.count / count..<(part + 1) * sums.count / count
      var total = [Double](repeating: 0, count: width)
      var frames = 0
      for block in range {
        for bin in total.indices { total[bin] += sums[block][bin] }
        frames += counts[block]
      }
      return total.map { $0 / Double(frames) }
    }
  }

  /// The standard error of `mean` from the scatter of `count` blocks; nil with fewer than two.
  func standardError(_ count: Int) -> [Double]? {
    let blocks = blockMeans(count)
    guard blocks.count >= 2 else { return nil }
    return (0..<width).map { bin in StandardError.ofMean(blocks.map { $0[bin] }) ?? 0 }
  }
}
