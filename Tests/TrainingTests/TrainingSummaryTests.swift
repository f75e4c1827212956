import Atomistics
import Checkpoint
import Diagnostics
import Foundation
import TestSupport
import Testing
import Training

struct TrainingSummaryTests {
  @Test func describesTheData() throws {
    let water = Structure(
      atomicNumbers: [8, 1, 1],
      positions: [SIMD3(0, 0, 0), SIMD3(0, 0.76, 0.59), SIMD3(0, -0.76, 0.59)])
    let summary = try TrainingSummary(
      of: [Structures.cubicCaO(4.8), Structures.cubicCaO(4.6), water], cutoff: 4)
    #expect(summary.frames == 3)
    for (z, atoms, least, most) in [(1, 2, 0.0, 2.0 / 3), (8, 9, 1.0 / 3, 0.5), (20, 8, 0, 0.5)] {
      let use = try #require(summary.elements[z])
      #expect(use.atoms == atoms)
      #expect(use.fractions == least...most)
    }
    #expect(summary.elements.count == 3)
    // four formula units of 56.077 u
    let densities = try #require(summary.densities)
    #expect(abs(densities.lowerBound - 224.308 * 1.660539 / 110.592) < 1e-4)
    #expect(abs(densities.upperBound - 224.308 * 1.660539 / 97.336) < 1e-4)
    #expect(summary.nearestDistances.count == 5)
    #expect(abs(summary.nearestDistances[.init(20, 8)]! - 2.3) < 1e-12)
    #expect(abs(summary.nearestDistances[.init(20, 20)]! - 4.6 / 2.0.squareRoot()) < 1e-12)
    #expect(abs(summary.nearestDistances[.init(1, 1)]! - 1.52) < 1e-12)
    #expect(summary.nearestDistances[.init(1, 20)] == nil)
  }

  @Test func travelsWithTheModel() throws {
    var summary = try TrainingSummary(of: [Structures.cubicCaO(4.8)], cutoff: 3)
    summary.levels = ["Default": .init(name: "revPBE-D3 \"quoted\"", dispersion: .included), "b": .init()]
    summary.options = ["lr": "0.01"]
    summary.dataHashes = ["train.xyz": "12 frames, 0f"]
    var model = try Fixtures.model("tiny_L0")
    #expect(try model.trainingSummary() == nil)
    model.setTrainingSummary(summary)
    let read = try MACEModel(bytes: model.safetensors(), name: "test.safetensors")
    #expect(try read.trainingSummary() == summary)
    #expect(try TrainingSummary(text: TrainingSummary(of: [], cutoff: 3).text).densities == nil)
    for damaged in ["", "{}", "[1]", summary.text.replacingOccurrences(of: "included", with: "perhaps")] {
      #expect(throws: MACEError.self) { try TrainingSummary(text: damaged) }
    }
  }
}
