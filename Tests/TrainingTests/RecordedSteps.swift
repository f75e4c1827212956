import Checkpoint
import Foundation
import TestSupport
import Testing

@testable import Training

/// Ten steps of mace-torch's `take_step` on the batch "plain" with tiny_L1, for four optimizers and losses.
struct RecordedSteps {
  struct Group: Decodable {
    var name: String
    var weight_decay: Double
    var lr: Double
    var params: [String]
  }
  private struct Details: Decodable {
    var losses: [Double]
    var norms: [Double]
    var loss: String
    var groups: [Group]
  }
  struct Run {
    var name: String
    /// Before each step.
    var losses: [Double]
    /// Before clipping to 10.
    var norms: [Double]
    /// mace-torch's class; energy weight 1, forces weight 10, stress weight 100.
    var loss: String
    var groups: [Group]

    var settings: OptimizerSettings {
      var settings = OptimizerSettings()
      settings.method = name.hasPrefix("adamw") ? .adamw : .adam
      settings.amsgrad = !name.contains("noamsgrad")
      return settings
    }
  }

  let layout: ParameterLayout
  let runs: [Run]
  private let file: Safetensors

  init() throws {
    file = try TrainingFixtures.optimizerSteps()
    let list = try JSONSerialization.jsonObject(with: Data((file.metadata["layout"] ?? "").utf8))
    layout = ParameterLayout(
      try #require(list as? [[Any]]).map { ($0[0] as? String ?? "", $0[1] as? [Int] ?? []) })
    let details = try JSONDecoder().decode(
      [String: Details].self, from: Data((file.metadata["runs"] ?? "").utf8))
    runs = details.sorted { $0.key < $1.key }.map {
      Run(
        name: $0.key, losses: $0.value.losses, norms: $0.value.norms, loss: $0.value.loss,
        groups: $0.value.groups)
    }
  }

  func tensor(_ name: String) throws -> [Double] { try #require(file.tensors[name]).values }

  /// The parameters of tiny_L1.
  func start() throws -> [Double] {
    let model = try Fixtures.model("tiny_L1")
    return try layout.entries.flatMap { entry in
      let tensor = try #require(model.tensors[entry.name])
      #expect(tensor.shape.reduce(1, *) == entry.range.count)
      return tensor.values
    }
  }

  /// Repeats the recorded steps with a real engine for tiny_L1 and compares losses, gradient norms, parameters
  /// and averages. The engine's layout must have the recorded names in any order.
  func replay(engine: any GradientEngine, tolerance: Double) throws {
    #expect(Set(engine.layout.entries.map(\.name)) == Set(layout.entries.map(\.name)))
    let frames = try TrainingFixtures.batch("plain").trainingFrames
    func reordered(_ values: [Double]) throws -> [Double] {
      try engine.layout.entries.flatMap { entry in
        values[try #require(layout.entries.first { $0.name == entry.name }).range]
      }
    }
    for run in runs {
      let loss = Loss(
        run.loss == "UniversalLoss" ? .universal : .weighted,
        weights: .init(energy: 1, forces: 10, stress: 100))
      var plan = TrainingPlan(loss: loss)
      plan.optimizer = run.settings
      plan.averageDecay = 0.99
      // one epoch is one step on the whole batch, whose order does not matter
      plan.batchSize = frames.count
      plan.schedule = .constant
      plan.maxEpochs = 10
      plan.evaluationInterval = 100
      let trainer = try Trainer(
        engine: engine, plan: plan, parameters: try reordered(start()), training: frames,
        validation: [("Default", frames)])
      var step = 0
      trainer.observer = { event in
        guard case .step(let record) = event else { return }
        #expect(abs(record.loss - run.losses[step]) <= tolerance * run.losses[step], "\(run.name) \(step)")
        #expect(
          abs(record.gradientNorm - run.norms[step]) <= tolerance * run.norms[step], "\(run.name) \(step)")
        step += 1
      }
      _ = try trainer.runEpoch()
      #expect(
        largestRelativeDifference(
          trainer.state.parameters, try reordered(tensor("\(run.name)/parameters/1"))) <= tolerance)
      try trainer.run()
      #expect(step == 10)
      #expect(
        largestRelativeDifference(
          trainer.state.parameters, try reordered(tensor("\(run.name)/parameters/10"))) <= tolerance)
      #expect(
        largestRelativeDifference(
          trainer.parameters, try reordered(tensor("\(run.name)/average/10"))) <= tolerance)
    }
  }
}
