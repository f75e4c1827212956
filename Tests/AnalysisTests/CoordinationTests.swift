import Analysis
import Atomistics
import Foundation
import TestSupport
import Testing

@Test func switchingFunction() throws {
  let s = try SwitchingFunction(radius: 3.25)
  #expect(s(3.25) == 0.3)
  #expect(abs(s(3.25 * (1 + 1e-15)) - 0.3) < 1e-12 && abs(s(3.25 * (1 - 1e-9)) - 0.3) < 1e-6)
  #expect(s(0) == 1 && s(1e-300) == 1 && s(1.5) == 1 && abs(s(2.4) - 1) < 2e-8)
  #expect(s(1e300) == 0 && s(.infinity) == 0 && s(6.5) > 0 && s(6.5) < 1e-40)
  for x in [0.9, 0.95, 0.99, 1.01, 1.05, 1.2] {
    let direct = (1 - pow(x, 60)) / (1 - pow(x, 200))
    #expect(abs(s(3.25 * x) - direct) < 1e-11)
  }
  #expect(s(s.reach(threshold: 1e-9)) <= 1e-9)
  for (radius, n, m) in [(0, 6, 12), (3, 12, 6), (3, 0, 6), (.nan, 6, 12)] as [(Double, Int, Int)] {
    #expect(failure { _ = try SwitchingFunction(radius: radius, n: n, m: m) }?.kind == .invalidArgument)
  }
}

/// An ion with six neighbours, one of them across the border, the seventh far away.
@Test func coordinationOfAnIon() throws {
  let folder = try TemporaryFolder()
  let ion = SIMD3(1.0, 5, 5)
  let d = 2.4
  let near = [
    ion + SIMD3(d, 0, 0), ion + SIMD3(10 - d, 0, 0), ion + SIMD3(0, d, 0), ion - SIMD3(0, d, 0),
    ion + SIMD3(0, 0, d),
    ion - SIMD3(0, 0, d), ion + SIMD3(0, 4.5, 0),
  ]
  let cell = Cell(orthorhombic: SIMD3(repeating: 10))
  let path = try folder.trajectory(
    "a.xyz", elements: [20] + [Int](repeating: 8, count: 7), cell: cell, interval: 1000,
    positions: [[ion] + near, [ion] + near])
  let pair = try AtomPair("Ca-O")
  let series = try CoordinationSeries(
    pair, SwitchingFunction(radius: 3.25), path: path, options: TrajectoryOptions())
  #expect(series.values.count == 1 && abs(series.values[0][0] - 6) < 1e-6)
  let error = failure {
    _ = try CoordinationSeries(
      pair, SwitchingFunction(radius: 3.25, n: 6, m: 12), path: path, options: TrajectoryOptions())
  }
  #expect(error?.kind == .geometry && error?.message.contains("too small") == true)
}

private func series(_ values: [Double], interval: Double = 100) throws -> CoordinationSeries {
  CoordinationSeries(
    name: "test", times: values.indices.map { Double($0) * interval }, values: [values],
    switching: try SwitchingFunction(radius: 3))
}

/// 30 frames of 8, one of 7, 29 of 8, 40 of 7: excursions are left out, populations are not touched.
@Test func residenceTimes() throws {
  let values =
    [Double](repeating: 8.1, count: 30) + [7.2] + [Double](repeating: 7.9, count: 29)
    + [Double](repeating: 7, count: 40)
  let all = try CoordinationStates(series(values), tolerance: 0).states
  #expect(all.map(\.number) == [7, 8] && all.map(\.population) == [0.41, 0.59])
  #expect(all[1].exits == 2 && all[1].residenceTime == 59 * 100 / 2.0)
  #expect(all[0].exits == 1 && all[0].residenceTime == 41 * 100.0)
  let smooth = try CoordinationStates(series(values), tolerance: 200).states
  #expect(smooth[1].exits == 1 && smooth[1].residenceTime == 6000 && smooth[0].residenceTime == nil)
  #expect(smooth.map(\.population) == [0.41, 0.59])
}

/// A normal distribution has a parabola as its free energy; errors cover the deviations.
@Test func freeEnergyOfAParabola() throws {
  var random = SeededGenerator(seed: 9)
  let values = (0..<40_000).map { _ in 7 + 0.5 * random.normal() }
  let bins = try FreeEnergyProfile.Bins(covering: [values], width: 0.1)
  let profile = try FreeEnergyProfile([values], bins: bins, temperature: 300)
  let thermal = 300 * Units.boltzmann
  #expect(profile.values.compactMap { $0 }.min() == 0)
  #expect(abs(profile.countFloor - thermal * log(Double(profile.counts.max() ?? 0))) < 1e-15)
  var deviations: [Double] = []
  for (place, x) in bins.centers.enumerated() where abs(x - 7) < 1.3 {
    let value = try #require(profile.values[place])
    let error = try #require(profile.errors[place])
    let expected = thermal * (x - 7) * (x - 7) / 0.5
    #expect(abs(value - expected) < 4 * error + 0.03 * thermal)
    deviations.append(error)
  }
  #expect((deviations.max() ?? 1) < 0.3 * thermal)
  let hot = try FreeEnergyProfile([values], bins: bins, temperature: 600)
  for (a, b) in zip(hot.values, profile.values) {
    #expect((a == nil) == (b == nil))
    #expect(abs((a ?? 0) - 2 * (b ?? 0)) < 1e-12)
  }
  #expect(
    failure { _ = try FreeEnergyProfile([values], bins: bins, temperature: 0) }?.kind == .invalidArgument)
  #expect(failure { _ = try FreeEnergyProfile.Bins(covering: [[]], width: 0.1) }?.kind == .invalidArgument)
}

@Test func sharedBins() throws {
  let bins = try FreeEnergyProfile.Bins(covering: [[5.96, 7], [7.5, 8.92]], width: 0.1)
  #expect(bins.first == 60 && bins.count == 30 && abs(bins.centers[10] - 7) < 1e-12)
  let one = try FreeEnergyProfile([[5.96, 6.04, 6.99]], bins: bins, temperature: 300)
  #expect(one.counts[0] == 2 && one.counts[10] == 1 && one.values[20] == nil && one.counts.count == 30)
}

@Test func firstPartOfARun() throws {
  let run = try series((0..<101).map { Double($0) })
  #expect(try run.prefix(5000).times.count == 51)
  #expect(failure { _ = try run.prefix(20_000) }?.message.contains("shorter") == true)
}
