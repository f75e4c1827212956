import Diagnostics
import Glibc

/// How often each integer coordination number (the rounded CN) occurs, and how long it lasts.
public struct CoordinationStates: Sendable, Equatable {
  public struct State: Sendable, Equatable {
    public let number: Int
    /// Fraction of all frames and centres.
    public let population: Double
    /// Standard error from blocks of frames; nil with fewer than two blocks.
    public let populationError: Double?
    /// How often the state was left.
    public let exits: Int
    /// Mean residence time, fs: time in the state per exit, the maximum-likelihood estimate for exponential
    /// waiting times, also when the run begins and ends inside the state. nil without times or exits.
    public let residenceTime: Double?
  }

  /// In ascending order.
  public let states: [State]
  /// Visits shorter than this (fs) counted as part of the state before.
  public let tolerance: Double

  /// - Parameters:
  ///   - tolerance: fs; excursions that are shorter do not end a visit (they are recrossings).
  ///   - blocks: for the errors of the populations.
  public init(_ series: CoordinationSeries, tolerance: Double, blocks: Int = 10) throws(MACEError) {
    self.tolerance = tolerance
    let integers = series.values.map { $0.map { Int($0.rounded()) } }
    let interval =
      series.times.contains { $0 == nil } || series.times.count < 2
      ? nil : try TimeAxis(times: series.times, name: series.name).interval
    var exits: [Int: Int] = [:]
    var stays: [Int: Int] = [:]
    for centre in integers {
      let smooth = Self.withoutExcursions(centre, shorterThan: interval.map { tolerance / $0 } ?? 0)
      for (k, state) in smooth.enumerated() {
        stays[state, default: 0] += 1
        if k + 1 < smooth.count, smooth[k + 1] != state { exits[state, default: 0] += 1 }
      }
    }
    let frames = series.times.count
    let total = Double(frames * integers.count)
    let blockCount = min(blocks, frames)
    states = Set(integers.joined()).sorted().map { number in
      let perBlock = (0..<blockCount).map { block -> Double in
        let part = block * frames / blockCount..<(block + 1) * frames / blockCount
        let count = integers.reduce(0) { sum, centre in sum + part.count { centre[$0] == number } }
        return Double(count) / Double(part.count * integers.count)
      }
      let count = integers.reduce(0) { sum, centre in sum + centre.count { $0 == number } }
      let exit = exits[number] ?? 0
      return State(
        number: number, population: Double(count) / total, populationError: StandardError.ofMean(perBlock),
        exits: exit,
        residenceTime: exit == 0 ? nil : interval.map { Double(stays[number] ?? 0) * $0 / Double(exit) })
    }
  }

  /// Stays of fewer than `limit` frames become part of the state before them.
  private static func withoutExcursions(_ states: [Int], shorterThan limit: Double) -> [Int] {
    var result = states
    var start = 0
    while start < result.count {
      var end = start
      while end < result.count, states[end] == states[start] { end += 1 }
      if start > 0, Double(end - start) < limit {
        for k in start..<end { result[k] = result[start - 1] }
      }
      start = end
    }
    return result
  }
}
