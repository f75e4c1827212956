import TestSupport
import Testing

@testable import Training

@Suite struct CompositionFitTests {
  private let prior = [-13.6, -1030.0, -2041.0, -1000.0]

  private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  @Test func oneCompositionIsRankOne() throws {
    // the study's: 98 H2O and CaCO3
    let counts = [[Int]](repeating: [196, 1, 101, 1], count: 30)
    let targets = (0..<30).map { -215_000 + 0.1 * Double($0 % 5) }
    let fit = try CompositionFit(counts: counts, targets: targets, prior: prior)
    #expect(fit.rank == 1 && fit.conditionNumber == 1)
    #expect(fit.determined == [[196, 1, 101, 1]])
    #expect(fit.undetermined == [[1, 0, 0, -196], [0, 1, 0, -1], [0, 0, 1, -101]])
    let mean = targets.reduce(0, +) / 30
    #expect(abs(dot([196, 1, 101, 1], fit.values) - mean) < 1e-8)
    for row in fit.undetermined { #expect(abs(dot(row, fit.values) - dot(row, prior)) < 1e-8) }
    // without a prior: numpy's minimum-norm solution
    let plain = try CompositionFit(counts: counts, targets: targets, prior: [0, 0, 0, 0])
    let scale = mean / Double(196 * 196 + 1 + 101 * 101 + 1)
    #expect(largestDifference(plain.values, [196, 1, 101, 1].map { $0 * scale }) < 1e-8)
  }

  @Test func twoCompositions() throws {
    let counts = [[196, 1, 101, 1], [40, 0, 20, 0], [40, 0, 20, 0]]
    let truth = [-14.0, -1031, -2045, -1003]
    let targets = counts.map { row in dot(row.map { Double($0) }, truth) }
    let fit = try CompositionFit(counts: counts, targets: targets, prior: prior)
    #expect(fit.rank == 2)
    #expect(fit.determined == [[2, 0, 1, 0], [0, 1, 3, 1]])
    for row in fit.determined { #expect(abs(dot(row, fit.values) - dot(row, truth)) < 1e-8) }
    for row in fit.undetermined { #expect(abs(dot(row, fit.values) - dot(row, prior)) < 1e-8) }
    #expect(fit.undetermined.count == 2)
  }

  @Test func fullRankForgetsThePrior() throws {
    let counts = [[2, 0, 1, 0], [0, 1, 2, 0], [0, 0, 1, 1], [0, 1, 3, 1], [4, 1, 0, 0]]
    let truth = [-14.0, -1031, -2045, -1003]
    let targets = counts.map { row in dot(row.map { Double($0) }, truth) }
    for perAtom in [false, true] {
      let fit = try CompositionFit(counts: counts, targets: targets, prior: prior, perAtom: perAtom)
      #expect(fit.rank == 4 && fit.undetermined.isEmpty && fit.singularValues.count == 4)
      #expect(largestDifference(fit.values, truth) < 1e-9)
      #expect(fit.determined == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
      #expect((fit.standardErrors ?? [1]).allSatisfy { $0 < 1e-8 })
    }
  }

  @Test func duplicatedRowsChangeNothing() throws {
    let counts = [[2, 0, 1, 0], [0, 1, 2, 0], [0, 0, 1, 1]]
    let targets = [-1.0, -2, -4]
    let once = try CompositionFit(counts: counts, targets: targets, prior: prior)
    let twice = try CompositionFit(counts: counts + counts, targets: targets + targets, prior: prior)
    #expect(once.rank == 3 && twice.rank == 3)
    #expect(largestDifference(once.values, twice.values) < 1e-9)
    #expect(once.determined == twice.determined && once.standardErrors == nil && twice.standardErrors != nil)
  }

  @Test func absentElementKeepsThePriorExactly() throws {
    let counts = [[2, 0, 1, 0], [4, 0, 1, 0], [1, 0, 3, 0]]
    let fit = try CompositionFit(counts: counts, targets: [-1, -2, -5], prior: prior)
    #expect(fit.rank == 2 && fit.values[1] == prior[1] && fit.values[3] == prior[3])
    #expect(fit.undetermined == [[0, 1, 0, 0], [0, 0, 0, 1]])
  }

  @Test func weightsPerAtomFavourSmallFrames() throws {
    // one element, contradicting frames: Σ n ε / Σ n² without weights, the mean of ε / n with them
    let counts = [[1], [10]]
    let targets = [-2.0, -10]
    #expect(
      abs(try CompositionFit(counts: counts, targets: targets, prior: [0]).values[0] + 102.0 / 101) < 1e-12)
    #expect(
      abs(try CompositionFit(counts: counts, targets: targets, prior: [0], perAtom: true).values[0] + 1.5)
        < 1e-12)
  }

  /// 38 frames of many compositions: correcting GFN1-xTB energies towards GFN2-xTB must find about the difference
  /// of the isolated atoms; the rest, differences of binding energies, is 69 meV/atom.
  @Test func realMixedFramesHaveFullRank() throws {
    let data = try MixedFrames.load()
    let targets = zip(data.gfn2, data.gfn1).map { $0 - $1 }
    let fit = try CompositionFit(counts: data.counts, targets: targets, prior: [0, 0, 0, 0])
    #expect(fit.rank == 4)
    // numpy.linalg.lstsq
    #expect(largestDifference(fit.values, [0.7333113, -1.28791613, 17.78092279, 0.63126685]) < 1e-7)
    #expect(
      largestDifference(fit.singularValues, [258.03690324, 60.34722227, 6.01837912, 1.98706848]) < 1e-7)
    #expect(abs(fit.conditionNumber - 258.03690324 / 1.98706848) < 1e-5)
    // with the isolated atoms as energies, the fit gives them back
    let exact = data.counts.map { dot($0.map { Double($0) }, data.isolated_gfn2) }
    let found = try CompositionFit(counts: data.counts, targets: exact, prior: [0, 0, 0, 0])
    #expect(largestDifference(found.values, data.isolated_gfn2) < 1e-10)
  }
}
