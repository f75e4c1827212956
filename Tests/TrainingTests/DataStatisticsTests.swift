import Diagnostics
import TestSupport
import Testing

@testable import Training

@Suite struct DataStatisticsTests {
  @Test func numbersAreMaceTorchs() throws {
    let reference = try DataReference.load().train
    let set = try FrameSet(contentsOf: [DataReference.path("train.xyz")])
    #expect(set.frames.count == reference.frames)
    #expect(set.isolatedAtoms == Dictionary(uniqueKeysWithValues: reference.isolated.map { (Int($0)!, $1) }))
    var frames = set.frames
    for i in frames.indices { frames[i].head = i < 15 ? "A" : "B" }
    let heads = [("A", set.isolatedAtoms), ("B", set.isolatedAtoms.mapValues { $0 + 0.25 })]
    for (scaling, expected) in [
      (DataStatistics.Scaling.standardDeviation, reference.std_scaling),
      (.rmsForces, reference.rms_forces_scaling),
      (.none, [[0, 0], [1, 1]]),
    ] {
      let statistics = try DataStatistics(of: frames, heads: heads, cutoff: 4.5, scaling: scaling)
      #expect(abs(statistics.averageNeighbors - reference.avg_num_neighbors) < 1e-12)
      #expect(largestDifference(statistics.means, expected[0]) < 1e-12)
      #expect(largestDifference(statistics.scales, expected[1]) < 1e-12)
    }
  }

  @Test func framesWithoutLabelsDoNotCount() throws {
    var frames = try FrameSet(contentsOf: [DataReference.path("train.xyz")]).frames
    let heads = [("Default", [1: 0.0, 6: 0, 8: 0, 20: 0])]
    let all = try DataStatistics(of: frames, heads: heads, cutoff: 4.5, scaling: .rmsForces)
    var other = frames[0]
    other.labels = Labels()
    frames.append(other)
    let more = try DataStatistics(of: frames, heads: heads, cutoff: 4.5, scaling: .rmsForces)
    #expect(more.means == all.means && more.scales == all.scales)
    let error = failure {
      _ = try DataStatistics(of: frames, heads: [("Default", [1: 0])], cutoff: 4.5, scaling: .none)
    }
    #expect(error?.message.contains("train.xyz, frame") == true)
    let lonely = failure { _ = try DataStatistics.averageNeighbors(of: [frames[0]], cutoff: 0.1) }
    #expect(lonely?.message.contains("no atom") == true)
  }

  @Test func fileKeepsEverything() throws {
    try withDirectory { place in
      let path = place + "/statistics.json"
      let file = StatisticsFile(
        atomicEnergies: [1: -13.6, 8: -2041.5], averageNeighbors: 61.96, mean: -0.1, std: 1.25,
        atomicNumbers: [1, 8], cutoff: 6)
      try file.write(to: path)
      #expect(try StatisticsFile(contentsOf: path) == file)
      // as mace-torch writes it
      try write(
        #"{"atomic_energies": "{np.int64(1): -13.6}", "avg_num_neighbors": 2, "mean": 0, "std": 1}"#, path)
      #expect(failure { _ = try StatisticsFile(contentsOf: path) }?.message.contains("r_max") == true)
    }
  }
}
