import Atomistics
import Diagnostics

/// The coordination number CN(t) = Σ_j s(|r_j − r_i|) of every chosen centre i, with nearest images.
public struct CoordinationSeries: Sendable {
  public let name: String
  /// fs, nil if the file has no times.
  public let times: [Double?]
  /// [centre][frame]
  public let values: [[Double]]
  /// The switching function in use.
  public let switching: SwitchingFunction

  /// For a series that is known, for example from another program.
  public init(name: String, times: [Double?], values: [[Double]], switching: SwitchingFunction) {
    precondition(values.allSatisfy { $0.count == times.count })
    self.name = name
    self.times = times
    self.values = values
    self.switching = switching
  }

  /// Reads a trajectory.
  ///
  /// - Throws: whatever is wrong with the file; `.geometry` when the cell is so small that atoms beyond half its
  ///   width would count.
  public init(
    _ pair: AtomPair, _ switching: SwitchingFunction, path: String, options: TrajectoryOptions
  ) throws(MACEError) {
    var reader = try TrajectoryReader(path: path, options: options)
    var centres: [Int] = []
    var neighbors: [Int] = []
    var times: [Double?] = []
    var values: [[Double]] = []
    var sums: [Double] = []
    while let frame = try reader.next() {
      do throws(MACEError) {
        if times.isEmpty {
          centres = try Selection(pair.first, in: frame.structure).atoms
          neighbors = try Selection(pair.second, in: frame.structure).atoms
          values = [[Double]](repeating: [], count: centres.count)
          sums = [Double](repeating: 0, count: frame.structure.count)
        }
        try Self.count(frame.structure, centres, neighbors, switching, &sums)
      } catch {
        throw MACEError(error.kind, "\(path), frame \(reader.frameCount): \(error.message)")
      }
      times.append(frame.time)
      for (place, centre) in centres.enumerated() { values[place].append(sums[centre]) }
    }
    guard !times.isEmpty else {
      throw MACEError(.invalidArgument, "\(path): there is no frame in the chosen part")
    }
    self.init(name: path, times: times, values: values, switching: switching)
  }

  private static func count(
    _ structure: Structure, _ centres: [Int], _ neighbors: [Int], _ switching: SwitchingFunction,
    _ sums: inout [Double]
  ) throws(MACEError) {
    let search = try PairSearch(structure)
    let cutoff = min(switching.reach(threshold: 1e-9), search.halfWidth)
    guard switching(cutoff) < 1e-3 else {
      throw MACEError(
        .geometry,
        "coordination: an atom at half the width of the cell (\(search.halfWidth) Å) would still count "
          + "\(switching(cutoff)); the cell is too small for r0 = \(switching.radius) Å")
    }
    for centre in centres { sums[centre] = 0 }
    sums.withUnsafeMutableBufferPointer { sums in
      search.nearest(centres, neighbors, cutoff: cutoff) { i, _, r in sums[i] += switching(r) }
    }
  }

  /// All values of all centres.
  public var allValues: [Double] { values.flatMap { $0 } }

  /// The first part of the run: frames up to `length` (fs) after its first one.
  ///
  /// - Throws: `.invalidArgument` when there are no times, or the run is shorter.
  public func prefix(_ length: Double) throws(MACEError) -> CoordinationSeries {
    guard let first = times.first ?? nil, let last = times.last ?? nil else {
      throw MACEError(
        .invalidArgument, "\(name): the file has no times; give the time between frames (--interval)")
    }
    guard last - first > length * (1 - 1e-3) - 1 else {
      throw MACEError(
        .invalidArgument,
        "\(name): the run is \((last - first) / 1e3) ps long, shorter than \(length / 1e3) ps")
    }
    let count = times.firstIndex { ($0 ?? 0) > first + length * (1 + 1e-9) } ?? times.count
    return CoordinationSeries(
      name: name, times: Array(times[..<count]), values: values.map { Array($0[..<count]) },
      switching: switching)
  }
}
