import Analysis
import Atomistics
import Foundation
import TestSupport
import Testing

/// Against the definition, with drift, wrapped positions and an odd number of frames.
@Test func displacementsAgreeWithTheDefinition() throws {
  let folder = try TemporaryFolder()
  var random = SeededGenerator(seed: 11)
  let cell = Cell(SIMD3(7, 0, 0), SIMD3(2, 8, 0), SIMD3(1, -1, 9))
  let masses = [8: 15.999, 1: 1.008]
  let elements = [8, 1, 8]
  var walk = elements.map { _ in random.vector(0...5) }
  var free: [[SIMD3<Double>]] = []
  var wrapped: [[SIMD3<Double>]] = []
  for _ in 0..<37 {
    for atom in walk.indices { walk[atom] += 0.4 * random.normalVector() + SIMD3(0.3, 0, 0) }
    free.append(walk)
    wrapped.append(
      walk.map {
        let s = cell.fractional(of: $0) ?? .zero
        return cell.cartesian(of: s - s.rounded(.down))
      })
  }
  let path = try folder.trajectory("a.xyz", elements: elements, cell: cell, interval: 2, positions: wrapped)
  for removesDrift in [true, false] {
    let series = try ParticleSeries(
      .positions, of: "O", path: path, options: TrajectoryOptions(), removesDrift: removesDrift)
    let msd = MeanSquareDisplacement(series)
    let total = elements.reduce(0) { $0 + (masses[$1] ?? 0) }
    let reference = free.map { frame -> [SIMD3<Double>] in
      let centre = zip(frame, elements).reduce(SIMD3<Double>.zero) { $0 + (masses[$1.1] ?? 0) * $1.0 } / total
      return removesDrift ? frame.map { $0 - centre } : frame
    }
    for lag in [0, 1, 5, 18, 36] {
      var sum = 0.0
      for t in 0..<37 - lag {
        for atom in [0, 2] {
          let d = reference[t + lag][atom] - reference[t][atom]
          sum += (d * d).sum()
        }
      }
      let expected = sum / Double(2 * (37 - lag))
      #expect(abs(msd.values[lag] - expected) < 1e-9 * max(1, expected))
    }
    #expect(msd.times[5] == 10)
  }
}

@Test func ballisticMotion() throws {
  let folder = try TemporaryFolder()
  let path = try folder.trajectory(
    "a.xyz", elements: [1, 8], cell: nil, interval: 0.5,
    positions: (0..<200).map { k in [SIMD3(1e4, 0, 0) + 0.01 * Double(k) * SIMD3(3, 0, 4), .zero] })
  let series = try ParticleSeries(
    .positions, of: "H", path: path, options: TrajectoryOptions(), removesDrift: false)
  let msd = MeanSquareDisplacement(series)
  for lag in [1, 10, 150] {
    let expected = 0.0025 * Double(lag * lag)
    #expect(abs(msd.values[lag] / expected - 1) < 1e-6)
  }
  let diffusion = try DiffusionCoefficient(series, msd, window: 2...10)
  #expect(abs(diffusion.exponent - 2) < 1e-4 && diffusion.warning?.contains("no diffusion") == true)
  #expect(failure { _ = try DiffusionCoefficient(series, msd, window: 2...1000) }?.kind == .invalidArgument)
}

/// A random walk in a periodic box, read from wrapped positions: D = σ²/(2 Δt).
@Test func randomWalk() throws {
  let folder = try TemporaryFolder()
  var random = SeededGenerator(seed: 2)
  let edge = 10.0
  let sigma = 0.25
  var walk = (0..<40).map { _ in random.vector(0...edge) }
  let positions = (0..<3000).map { _ in
    walk = walk.map { $0 + sigma * random.normalVector() }
    return walk.map { $0 - edge * ($0 / edge).rounded(.down) }
  }
  let path = try folder.trajectory(
    "a.xyz", elements: [Int](repeating: 18, count: 40), cell: Cell(orthorhombic: SIMD3(repeating: edge)),
    interval: 10, positions: positions)
  let series = try ParticleSeries(
    .positions, of: "Ar", path: path, options: TrajectoryOptions(), removesDrift: false)
  #expect(series.warnings.isEmpty && series.isCubic && abs((series.volume ?? 0) - 1000) < 1e-9)
  let msd = MeanSquareDisplacement(series)
  let expected = sigma * sigma / 20
  let diffusion = try DiffusionCoefficient(series, msd)
  let error = try #require(diffusion.error)
  #expect(diffusion.errorSource == .timeBlocks(5))
  #expect(abs(diffusion.value - expected) < 4 * error && error < 0.1 * expected, "\(diffusion)")
  #expect(diffusion.warning == nil)
  let late = try DiffusionCoefficient(series, msd, window: 1000...20000)
  #expect(late.errorSource == .atomGroups(10))
}

/// k_B T ξ/(6πηL) for water at 300 K in a box of 14.08 Å: 4.14e-21 · 2.8373 / (18.85 · 0.85e-3 · 14.08e-10) m²/s.
@Test func finiteSizeCorrection() {
  let value = DiffusionCoefficient.finiteSizeCorrection(temperature: 300, viscosity: 0.85e-3, edge: 14.081269)
  #expect(abs(value * DiffusionCoefficient.inConventionalUnits - 0.52088) < 1e-4)
}

@Test func harmonicOscillator() throws {
  let folder = try TemporaryFolder()
  // 1000 /cm is a period of 33.356 fs.
  let period = 1e15 / (29_979_245_800 * 1000)
  let times = (0..<4000).map { Double($0) }
  let phase = times.map { 2 * Double.pi * $0 / period }
  let path = try folder.trajectory(
    "a.xyz", elements: [1, 8], cell: nil, interval: 1,
    positions: phase.map { [SIMD3(0.1 * sin($0), 0, 0), SIMD3(5, 0, 0)] },
    velocities: phase.map { [SIMD3(cos($0), 0, 0), .zero] })
  let plain = try folder.trajectory(
    "b.xyz", elements: [1, 8], cell: nil, interval: 1,
    positions: phase.map { [SIMD3(0.1 * sin($0), 0, 0), SIMD3(5, 0, 0)] })
  for (file, hasVelocities) in [(path, true), (plain, false)] {
    let series = try ParticleSeries(
      .velocities, of: "H", path: file, options: TrajectoryOptions(), removesDrift: false)
    #expect(series.warnings.isEmpty == hasVelocities)
    let result = try VelocityCorrelation(series, maximumLag: 1000)
    for lag in [0, 8, 17, 500] {
      #expect(abs(result.values[lag] - cos(2 * .pi * Double(lag) / period)) < 2e-2)
    }
    let peak = try #require(result.spectrum.indices.max { result.spectrum[$0] < result.spectrum[$1] })
    #expect(abs(result.wavenumbers[peak] - 1000) < 5)
    let step = result.wavenumbers[1]
    // Half of the term at 0: the integral from there on.
    let area = step * (result.spectrum.reduce(0, +) - (result.spectrum[0] + (result.spectrum.last ?? 0)) / 2)
    #expect(abs(area - 1) < 1e-9)
  }
}

@Test func seriesOfDifferentSpacing() throws {
  let folder = try TemporaryFolder()
  let path = try folder.file(
    "a.xyz", "1\ntime=0\nH 0 0 0\n1\ntime=1\nH 1 0 0\n1\ntime=3\nH 2 0 0\n")
  func read(_ options: TrajectoryOptions) throws {
    _ = try ParticleSeries(.positions, of: "H", path: path, options: options, removesDrift: false)
  }
  #expect(failure { try read(TrajectoryOptions()) }?.message.contains("equally spaced") == true)
  var options = TrajectoryOptions()
  options.interval = 1
  #expect(throws: Never.self) { try read(options) }
}
