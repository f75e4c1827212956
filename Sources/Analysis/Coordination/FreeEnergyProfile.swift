import Atomistics
import Diagnostics
import Glibc

/// F(x) = −k_B T ln p(x) along a coordinate, with its minimum at zero.
public struct FreeEnergyProfile: Sendable, Equatable {
  /// Equal bins that several profiles share, centred at multiples of their width: integers are not at a border.
  public struct Bins: Sendable, Equatable {
    public let first: Int
    public let count: Int
    public let width: Double

    /// Bins from the least to the greatest of all values.
    ///
    /// - Throws: `.invalidArgument` without values, for a width that is not positive or far too small.
    public init(covering values: [[Double]], width: Double) throws(MACEError) {
      let all = values.joined()
      guard let least = all.min(), let greatest = all.max(), least.isFinite, greatest.isFinite else {
        throw MACEError(.invalidArgument, "free energy: there are no values, or some are not finite")
      }
      guard width > 0, (greatest - least) / width < 1e5,
        max(least.magnitude, greatest.magnitude) / width < 1e9
      else {
        throw MACEError(
          .invalidArgument, "free energy: bins of width \(width) for values from \(least) to \(greatest)")
      }
      first = Int((least / width).rounded())
      count = Int((greatest / width).rounded()) - first + 1
      self.width = width
    }

    public var centers: [Double] { (0..<count).map { Double(first + $0) * width } }

    func index(of value: Double) -> Int {
      min(max(Int((value / width).rounded()) - first, 0), count - 1)
    }
  }

  public let bins: Bins
  /// eV; nil where no value was seen.
  public let values: [Double?]
  /// Standard errors, eV, of the difference to the lowest bin; nil where resampled runs often miss the bin.
  public let errors: [Double?]
  public let counts: [Int]
  /// k_B T ln of the highest count, eV: what a bin with a single count shows, whatever its true free energy.
  public let countFloor: Double
  /// K.
  public let temperature: Double

  /// - Parameters:
  ///   - series: [independent series][frame], consecutive frames after each other.
  ///   - temperature: K.
  ///   - blocks: the run is cut into so many blocks, which are drawn with replacement `resamples` times.
  ///   - seed: of the draw.
  /// - Throws: `.invalidArgument` for no values or a temperature that is not positive.
  public init(
    _ series: [[Double]], bins: Bins, temperature: Double, blocks: Int = 20, resamples: Int = 400,
    seed: UInt64 = 1
  ) throws(MACEError) {
    guard temperature > 0, temperature.isFinite else {
      throw MACEError(.invalidArgument, "free energy: the temperature must be positive, not \(temperature) K")
    }
    guard series.contains(where: { !$0.isEmpty }) else {
      throw MACEError(.invalidArgument, "free energy: there are no values")
    }
    self.bins = bins
    self.temperature = temperature
    let thermal = Units.boltzmann * temperature
    let histograms = Self.histograms(series, bins, blocks)
    var counts = [Int](repeating: 0, count: bins.count)
    for block in histograms { for bin in counts.indices { counts[bin] += block[bin] } }
    let highest = counts.indices.max { counts[$0] < counts[$1] } ?? 0
    self.counts = counts
    countFloor = thermal * log(Double(counts[highest]))
    values = counts.map { $0 == 0 ? nil : -thermal * log(Double($0) / Double(counts[highest])) }
    errors = Self.bootstrap(histograms, reference: highest, resamples, seed).map { $0.map { thermal * $0 } }
  }

  /// Counts of every block.
  private static func histograms(_ series: [[Double]], _ bins: Bins, _ blocks: Int) -> [[Int]] {
    var result: [[Int]] = []
    for one in series where !one.isEmpty {
      let blocks = max(1, min(blocks, one.count))
      for block in 0..<blocks {
        var counts = [Int](repeating: 0, count: bins.count)
        for value in one[(block * one.count / blocks)..<((block + 1) * one.count / blocks)] {
          counts[bins.index(of: value)] += 1
        }
        result.append(counts)
      }
    }
    return result
  }

  /// Standard deviations of ln(count / count of the reference bin) over resampled runs.
  private static func bootstrap(
    _ histograms: [[Int]], reference: Int, _ resamples: Int, _ seed: UInt64
  ) -> [Double?] {
    let width = histograms[0].count
    guard histograms.count >= 2 else { return [Double?](repeating: nil, count: width) }
    var generator = SplitMix64(seed: seed)
    var sums = [Double](repeating: 0, count: width)
    var squares = sums
    var seen = [Int](repeating: 0, count: width)
    var counts = [Int](repeating: 0, count: width)
    for _ in 0..<resamples {
      for bin in counts.indices { counts[bin] = 0 }
      for _ in histograms.indices {
        let block = histograms[Int.random(in: 0..<histograms.count, using: &generator)]
        for bin in counts.indices { counts[bin] += block[bin] }
      }
      guard counts[reference] > 0 else { continue }
      for bin in counts.indices where counts[bin] > 0 {
        let value = log(Double(counts[bin]) / Double(counts[reference]))
        sums[bin] += value
        squares[bin] += value * value
        seen[bin] += 1
      }
    }
    return (0..<width).map { bin in
      guard Double(seen[bin]) > 0.9 * Double(resamples) else { return nil }
      let n = Double(seen[bin])
      return max(0, squares[bin] / n - sums[bin] / n * (sums[bin] / n)).squareRoot()
    }
  }
}
