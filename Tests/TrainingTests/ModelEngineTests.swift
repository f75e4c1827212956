import Checkpoint
import Diagnostics
import MACE
import TestSupport
import Testing

@testable import Training

/// The engine on a real model against mace-torch: gradients of every loss, and optimizer steps.
struct ModelEngineTests {
  private static func engine(threads: Int = 1) throws -> ModelEngine {
    try ModelEngine(Fixtures.model("tiny_L1"), threads: threads)
  }

  /// Ten steps of four optimizers: losses, norms and parameters as mace-torch recorded them.
  @Test func optimizerSteps() throws {
    try RecordedSteps().replay(engine: Self.engine(), tolerance: 1e-8)
  }

  /// ∂L/∂θ of all parameters to 1e-8 of the largest component of each tensor.
  @Test(arguments: ["plain", "weighted"], [1, 3])
  func lossGradients(_ kind: String, _ threads: Int) throws {
    let engine = try Self.engine(threads: threads)
    let batch = try TrainingFixtures.batch(kind)
    let frames = batch.trainingFrames
    for (name, lossKind) in losses {
      let loss = try batch.loss(name, lossKind)
      let recorded = try TrainingFixtures.gradient(kind, name)
      let prediction = try engine.predict(frames, virials: true)
      var gradient = [Double](repeating: 0, count: engine.layout.count)
      try engine.addGradient(loss.evaluate(prediction, for: frames).adjoint, to: &gradient)
      for entry in engine.layout.entries {
        let mine = Array(gradient[entry.range]), theirs = try #require(recorded[entry.name])
        #expect(
          largestDifference(mine, theirs) <= 1e-8 * max(largest(theirs), 1e-8),
          "\(kind) \(name) \(entry.name)")
      }
    }
  }
}
