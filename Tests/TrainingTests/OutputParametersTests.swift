import Checkpoint
import Diagnostics
import MACE
import TestSupport
import Testing

@testable import Training

/// E0s, scale and shift as parameters of training.
struct OutputParametersTests {
  private static let names: Set<String> = Set(OutputParameter.allCases.map(\.rawValue))
  /// One of every kind of parameter.
  private static let probes = names.union(["readouts.0.linear.weight", "interactions.1.linear.weight"])

  private static func frames() throws -> [TrainingFrame] {
    try TrainingFixtures.batch("weighted").trainingFrames.enumerated().map { k, frame in
      var frame = frame
      frame.head = ["Default", "pt_head"][k % 2]
      return frame
    }
  }

  /// An engine whose E0s, scales and shifts are not those that it began with.
  private static func moved(_ engine: ModelEngine) throws -> [Double] {
    var parameters = engine.initialParameters
    for entry in engine.layout.entries where names.contains(entry.name) {
      for (k, place) in entry.range.enumerated() { parameters[place] += 0.3 + 0.1 * Double(k) }
    }
    try engine.setParameters(parameters)
    return parameters
  }

  private static func loss(_ engine: ModelEngine, _ frames: [TrainingFrame]) throws -> LossValue {
    let loss = Loss(.stress, weights: .init(energy: 2, forces: 3, stress: 5))
    return loss.evaluate(try engine.predict(frames, virials: true), for: frames)
  }

  @Test func sameAsAModelWithTheseValues() throws {
    let frames = try Self.frames()
    let engine = try ModelEngine(
      Fixtures.model("tiny_multihead2"), output: Set(OutputParameter.allCases), threads: 1)
    #expect(Self.names.isSubset(of: engine.layout.entries.map(\.name)))
    _ = try Self.moved(engine)
    let fresh = try ModelEngine(engine.model, threads: 1)
    let mine = try engine.predict(frames, virials: true), theirs = try fresh.predict(frames, virials: true)
    #expect(largestDifference(mine.energies, theirs.energies) < 1e-10)
    #expect(largestDifference(mine.virials, theirs.virials) < 1e-10)
    for (a, b) in zip(mine.forces, theirs.forces) { #expect(((a - b) * (a - b)).sum() < 1e-20) }
  }

  @Test func finiteDifferences() throws {
    let frames = try Self.frames()
    let engine = try ModelEngine(
      Fixtures.model("tiny_multihead2"), output: Set(OutputParameter.allCases), threads: 1)
    let parameters = try Self.moved(engine)
    var gradient = [Double](repeating: 0, count: engine.layout.count)
    try engine.addGradient(try Self.loss(engine, frames).adjoint, to: &gradient)
    var compared = 0
    for entry in engine.layout.entries where Self.probes.contains(entry.name) {
      for place in entry.range.prefix(8) {
        let step = 1e-5
        var sides: [Double] = []
        for sign in [1.0, -1.0] {
          var changed = parameters
          changed[place] += sign * step
          try engine.setParameters(changed)
          sides.append(try Self.loss(engine, frames).total)
        }
        let expected = (sides[0] - sides[1]) / (2 * step)
        #expect(
          abs(gradient[place] - expected) < 1e-6 * max(1, abs(expected)),
          "\(entry.name) \(place - entry.range.lowerBound): \(gradient[place]), \(expected)")
        compared += 1
      }
    }
    // 2 heads × 4 elements, 2 scales, 2 shifts, and weights
    #expect(compared >= 20)
  }

  @Test func stayWithoutTheOption() throws {
    let engine = try ModelEngine(Fixtures.model("tiny_multihead2"), threads: 1)
    #expect(Self.names.isDisjoint(with: engine.layout.entries.map(\.name)))
  }
}
