import Diagnostics
import TestSupport
import Testing

@testable import Training

/// The losses of mace-torch's classes under this library's names.
private let losses: [(name: String, kind: Loss.Kind)] = [
  ("WeightedEnergyForcesLoss", .weighted), ("WeightedForcesLoss", .forcesOnly),
  ("WeightedEnergyForcesStressLoss", .stress), ("WeightedEnergyForcesVirialsLoss", .virials),
  ("WeightedHuberEnergyForcesStressLoss", .huber), ("UniversalLoss", .universal),
  ("UniversalLoss_delta1", .universal), ("WeightedEnergyForcesL1L2Loss", .l1l2),
]

@Suite struct LossTests {
  private func loss(_ name: String, _ kind: Loss.Kind, _ batch: TrainingFixtures.Batch) throws -> Loss {
    let weights = try #require(batch.losses[name]).weights
    return Loss(
      kind,
      weights: .init(
        energy: weights["energy"] ?? 1, forces: weights["forces"] ?? 1, stress: weights["stress"] ?? 1,
        virials: weights["virials"] ?? 1), huberDelta: weights["huber_delta"] ?? 0.01)
  }

  @Test(arguments: ["plain", "weighted"])
  func valuesAreThoseOfMACETorch(_ set: String) throws {
    let batch = try TrainingFixtures.batch(set)
    #expect(batch.losses.count == losses.count)
    for (name, kind) in losses {
      let value = try loss(name, kind, batch).evaluate(batch.batchPrediction, for: batch.trainingFrames).total
      let reference = try #require(batch.losses[name]).loss
      #expect(abs(value - reference) <= 1e-12 * abs(reference), "\(set) \(name): \(value), not \(reference)")
    }
  }

  /// Central differences of the value; the step is small enough that no |F| band or kink is crossed.
  @Test(arguments: ["plain", "weighted"])
  func derivativesAreThoseOfTheValue(_ set: String) throws {
    let batch = try TrainingFixtures.batch(set)
    var frames = batch.trainingFrames
    frames[0].head = "other"
    for (name, kind) in losses {
      var loss = try loss(name, kind, batch)
      loss.headWeights = ["other": 0.3]
      let prediction = batch.batchPrediction
      let adjoint = loss.evaluate(prediction, for: frames).adjoint
      func check(_ analytic: Double, _ change: (inout BatchPrediction, Double) -> Void, _ what: String) {
        // dyadic, so that p ± h are exact
        let h = 0x1p-20
        var (plus, minus) = (prediction, prediction)
        change(&plus, h)
        change(&minus, -h)
        let numeric =
          (loss.evaluate(plus, for: frames).total - loss.evaluate(minus, for: frames).total) / (2 * h)
        // the rounding of the total, divided by h
        let noise = 1e-15 * loss.evaluate(prediction, for: frames).total / h
        #expect(abs(analytic - numeric) <= 1e-6 * abs(numeric) + noise, "\(set) \(name) \(what)")
      }
      for g in 0..<2 { check(adjoint.energies[g], { $0.energies[g] += $1 }, "energy \(g)") }
      for i in [0, 1, 23, 24, 25, 26, 34] {
        for axis in 0..<3 {
          check(adjoint.forces[i][axis], { $0.forces[i][axis] += $1 }, "force \(i) \(axis)")
        }
      }
      guard loss.needsVirials else {
        #expect(adjoint.virials.isEmpty)
        continue
      }
      for k in 0..<18 { check(adjoint.virials[k], { $0.virials[k] += $1 }, "virial \(k)") }
    }
  }

  @Test func partsAddUpAndHeadsWeigh() throws {
    let batch = try TrainingFixtures.batch("weighted")
    var frames = batch.trainingFrames
    for i in frames.indices { frames[i].head = "pt_head" }
    for (name, kind) in losses {
      var loss = try loss(name, kind, batch)
      let value = loss.evaluate(batch.batchPrediction, for: frames)
      #expect((value.stress > 0) == loss.usesStress && (value.virials > 0) == loss.usesVirials)
      loss.headWeights = ["pt_head": 0.25]
      let weighted = loss.evaluate(batch.batchPrediction, for: frames)
      #expect(abs(weighted.total - value.total / 4) < 1e-14 * value.total, "\(name)")
    }
  }

  /// As weight 0 in mace-torch: nothing is added, and the mean still counts the frame.
  @Test func missingLabelsAddNothing() throws {
    let batch = try TrainingFixtures.batch("weighted")
    var (missing, zero) = (batch.trainingFrames, batch.trainingFrames)
    missing[1].labels = Labels()
    zero[1].weights = PropertyWeights(config: 0, energy: 0, forces: 0, stress: 0, virials: 0)
    for (name, kind) in losses {
      let loss = try loss(name, kind, batch)
      let a = loss.evaluate(batch.batchPrediction, for: missing)
      #expect(a.adjoint.energies[1] == 0 && a.adjoint.forces[24...].allSatisfy { $0 == .zero })
      #expect(a.adjoint.virials.dropFirst(9).allSatisfy { $0 == 0 })
      // these ignore weights, as in mace-torch
      if kind == .huber || kind == .l1l2 { continue }
      let b = loss.evaluate(batch.batchPrediction, for: zero)
      #expect(a.total == b.total && a.total > 0, "\(name)")
    }
  }

  @Test func stageTwoFollowsMACETorch() throws {
    let expected: [Loss.Kind: Loss.Kind] = [
      .weighted: .weighted, .energyForces: .weighted, .huber: .weighted, .universal: .universal,
      .virials: .virials, .stress: .stress, .l1l2: .weighted,
    ]
    for kind in Loss.Kind.allCases where kind != .forcesOnly {
      let loss = try Loss(kind, huberDelta: 0.02, headWeights: ["a": 2]).stageTwo()
      #expect(loss.kind == expected[kind] && loss.weights == .stageTwo && loss.headWeights == ["a": 2])
      if loss.kind == .universal { #expect(loss.huberDelta == 0.02) }
    }
    #expect(throws: MACEError.self) { try Loss(.forcesOnly).stageTwo() }
    #expect(Loss(.energyForces, weights: .stageTwo).weights == Loss.Weights(energy: 1, forces: 1))
  }
}
