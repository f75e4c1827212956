import Atomistics
import Diagnostics

/// The radial distribution function of two sets of atoms, accumulated frame by frame.
///
/// g(r) = V ⟨n(r)⟩ / (P · 4π/3 ((r+Δ)³ − r³)) with n(r) the number of pairs i ∈ A, j ∈ B, i ≠ j at r ... r+Δ and
/// P the number of such pairs, |A||B| − |A∩B|. Independent atoms spread evenly have g = 1 for any number of
/// atoms. Up to half the width of the cell all pairs are counted with their nearest image.
///
/// With images (`countsImages`) r may go beyond: then every image of every pair counts, also those of an atom
/// itself, and P = |A||B|.
public struct RadialDistribution {
  public let maximumRadius: Double
  public let binCount: Int
  private let first: [Int]
  private let second: [Int]
  private let countsImages: Bool
  private let pairCount: Double
  /// Of every frame: V n(r)/P and, behind it, n(r)/|A|.
  private var sums: BlockSums
  private var histogram: [Double]

  /// - Parameter maximumRadius: Å.
  /// - Throws: `.invalidArgument` for an empty set of pairs or impossible bins.
  public init(
    _ first: Selection, _ second: Selection, maximumRadius: Double, binCount: Int, countsImages: Bool = false
  ) throws(MACEError) {
    guard maximumRadius > 0, maximumRadius < 1000, (1...100_000).contains(binCount) else {
      throw MACEError(
        .invalidArgument, "rdf: r_max must lie between 0 and 1000 Å, and bins between 1 and 100000")
    }
    let overlap = Set(first.atoms).intersection(second.atoms).count
    pairCount = Double(first.atoms.count * second.atoms.count - (countsImages ? 0 : overlap))
    guard pairCount > 0 else {
      throw MACEError(
        .invalidArgument,
        "rdf: '\(first.text)' and '\(second.text)' are the same single atom: there is no pair")
    }
    self.first = first.atoms
    self.second = second.atoms
    self.maximumRadius = maximumRadius
    self.binCount = binCount
    self.countsImages = countsImages
    sums = BlockSums(width: 2 * binCount)
    histogram = [Double](repeating: 0, count: binCount)
  }

  public var binWidth: Double { maximumRadius / Double(binCount) }

  /// Counts the pairs of one frame.
  ///
  /// - Throws: `.geometry` for a structure that is not periodic (it has no density) or too small for r_max.
  public mutating func add(_ structure: Structure) throws(MACEError) {
    guard structure.pbc.isAll, let volume = structure.cell?.volume, volume > 0 else {
      throw MACEError(
        .geometry,
        "rdf: the structure is not periodic in three directions, so that it has no density to compare with")
    }
    let search = try PairSearch(structure)
    for bin in histogram.indices { histogram[bin] = 0 }
    let scale = Double(binCount) / maximumRadius
    if countsImages {
      var counts = histogram
      try search.images(first, second, cutoff: maximumRadius) { _, _, r in
        counts[min(Int(r * scale), counts.count - 1)] += 1
      }
      histogram = counts
    } else {
      // Equal but for rounding is what a user means who asks for half the cell.
      guard maximumRadius <= search.halfWidth * (1 + 1e-9) else {
        throw MACEError(
          .geometry,
          "rdf: r_max = \(maximumRadius) Å is more than half the width of the cell (\(search.halfWidth) Å); take "
            + "less, or count all periodic images (--images)")
      }
      histogram.withUnsafeMutableBufferPointer { counts in
        search.nearest(first, second, cutoff: min(maximumRadius, search.halfWidth)) { _, _, r in
          counts[min(Int(r * scale), counts.count - 1)] += 1
        }
      }
    }
    let perCentre = 1 / Double(first.count)
    sums.add(histogram.map { $0 * volume / pairCount } + histogram.map { $0 * perCentre })
  }

  /// g(r), coordination and errors from all frames.
  ///
  /// - Parameters:
  ///   - blocks: number of blocks for the errors.
  ///   - smoothing: Å, for finding extrema.
  /// - Throws: `.invalidArgument` when there is no frame.
  public func result(blocks: Int = 10, smoothing: Double = 0.04) throws(MACEError) -> RadialDistributionResult
  {
    guard sums.frames > 0 else {
      throw MACEError(.invalidArgument, "rdf: there is no frame in the chosen part")
    }
    let width = binWidth
    let mean = sums.mean
    let errors = sums.standardError(blocks)
    let shells = (0..<binCount).map { bin -> Double in
      let (inner, outer) = (Double(bin) * width, Double(bin + 1) * width)
      return 4 * Double.pi / 3 * (outer * outer * outer - inner * inner * inner)
    }
    let g = (0..<binCount).map { mean[$0] / shells[$0] }
    let r = (0..<binCount).map { (Double($0) + 0.5) * width }
    var running = 0.0
    let coordination = (0..<binCount).map { bin -> Double in
      running += mean[binCount + bin]
      return running
    }
    let gErrors = errors.map { e in (0..<binCount).map { e[$0] / shells[$0] } }
    // A high first peak must not hide what follows it, and noise must not look like a peak.
    let noise = gErrors.map { $0.sorted()[$0.count / 2] } ?? 0
    let threshold = max(min(0.03 * (g.max() ?? 0), 0.2), 2 * noise)
    return RadialDistributionResult(
      r: r, g: g, gErrors: gErrors,
      coordinationRadii: (0..<binCount).map { Double($0 + 1) * width }, coordination: coordination,
      extrema: Extrema.find(x: r, y: g, smoothing: smoothing, threshold: threshold), frames: sums.frames)
  }
}
