import Checkpoint
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite struct OptimizerTests {
  /// The groups of `make_fixtures.py`, in which weight decay is large enough to be seen.
  private let layout = ParameterLayout([
    ("node_embedding.linear.weight", [3]), ("interactions.0.linear.weight", [3]),
    ("interactions.0.linear_up.weight", [2]), ("products.0.linear.weight", [2]),
    ("readouts.0.linear.weight", [2]),
  ])

  private func settings(_ run: String) -> OptimizerSettings {
    var settings = OptimizerSettings()
    settings.learningRate = 0.02
    settings.weightDecay = 0.1
    settings.factors = .init(interactions: 2, products: 0.5)
    settings.amsgrad = run != "adam"
    switch run {
    case "adamw":
      settings.method = .adamw
      settings.beta1 = 0.8
    case "schedulefree":
      settings.method = .scheduleFree
      settings.beta2 = 0.98
    default: break
    }
    return settings
  }

  /// 14 steps of `torch.optim` and `schedulefree`, the learning rate changed after 7, and torch_ema.
  @Test(arguments: ["adam", "amsgrad", "adamw", "schedulefree"])
  func stepsAreThoseOfTorch(_ run: String) throws {
    let torch = try TrainingFixtures.torch()
    let reference = try #require(torch.runs[run])
    var optimizer = Optimizer(layout, settings(run))
    var parameters = torch.start
    var average = MovingAverage(parameters, decay: 0.5)
    var previous = parameters
    for (step, gradient) in torch.gradients.enumerated() {
      if step == 7 { optimizer.setLearningRate { $0 * 0.3 } }
      optimizer.step(&parameters, gradient: gradient)
      average.update(parameters)
      #expect(largestDifference(parameters, reference.parameters[step]) < 1e-14, "step \(step)")
      #expect(largestDifference(average.shadow, reference.average[step]) < 1e-14, "step \(step)")
      let evaluation = optimizer.evaluationParameters(parameters)
      #expect(largestDifference(evaluation, reference.evaluation[step]) < 1e-14, "step \(step)")
      #expect(largestDifference(parameters, previous) > 1e-3)
      previous = parameters
    }
    #expect((optimizer.evaluationParameters(parameters) == parameters) == (run != "schedulefree"))
  }

  @Test func plateauIsThatOfTorch() throws {
    let plateau = try TrainingFixtures.torch().plateau
    var settings = OptimizerSettings()
    settings.learningRate = plateau.start
    var optimizer = Optimizer(ParameterLayout([("readouts.0.linear.weight", [1])]), settings)
    var scheduler = LearningRateScheduler(
      .reduceOnPlateau(factor: plateau.factor, patience: plateau.patience))
    var rates: [Double] = []
    for loss in plateau.losses {
      scheduler.step(loss, &optimizer)
      rates.append(optimizer.groups[0].learningRate)
    }
    #expect(rates == plateau.rates)
    // several reductions, then changes too small to be made
    #expect(Set(rates).count == 5 && Set(rates.suffix(10)).count == 1)
  }

  /// Names, members, decay and rate of each group as mace-torch's `get_params_options` made them.
  @Test func groupsAreThoseOfMACETorch() throws {
    let recorded = try RecordedSteps()
    #expect(recorded.runs.count == 4)
    for run in recorded.runs {
      let groups = ParameterGroup.groups(recorded.layout, OptimizerSettings())
      #expect(groups.map(\.name) == run.groups.map(\.name))
      for (group, reference) in zip(groups, run.groups) {
        let members = recorded.layout.entries.filter { entry in
          group.ranges.contains { $0.contains(entry.range.lowerBound) }
        }
        #expect(Set(members.map(\.name)) == Set(reference.params))
        #expect(group.ranges.reduce(0) { $0 + $1.count } == members.reduce(0) { $0 + $1.range.count })
        #expect(group.weightDecay == reference.weight_decay && group.learningRate == reference.lr)
      }
    }
  }

  @Test func frozenParametersStayAndDoNotCount() {
    var settings = OptimizerSettings()
    settings.frozen = ["products.0.linear.weight", "node_embedding.linear.weight"]
    var optimizer = Optimizer(layout, settings)
    var parameters = (0..<12).map { Double($0) + 0.5 }
    let start = parameters
    let gradient = (0..<12).map { _ in 3.0 }
    optimizer.setLearningRate { _ in 0.1 }
    optimizer.step(&parameters, gradient: gradient)
    for (i, (a, b)) in zip(parameters, start).enumerated() {
      #expect((a == b) == ((0..<3).contains(i) || (8..<10).contains(i)))
    }
    #expect(abs(GradientClipping.norm(gradient, optimizer.groups) - 3 * 7.0.squareRoot()) < 1e-14)
    let other = ParameterGroup.groups(
      ParameterLayout([("radial_embedding.bessel_fn.bessel_weights", [8])]), OptimizerSettings())
    #expect(other.map(\.name) == ["other"] && other[0].weightDecay == 0)
  }

  /// Step 1 of mace-torch's own loop: clipping, groups, Adam or AdamW, average.
  @Test func firstStepIsThatOfMACETorch() throws {
    let recorded = try RecordedSteps()
    let start = try recorded.start()
    for run in recorded.runs {
      var gradient = try recorded.tensor("gradient/\(run.loss)")
      var optimizer = Optimizer(recorded.layout, run.settings)
      var parameters = start
      let norm = GradientClipping.norm(gradient, optimizer.groups)
      #expect(abs(norm - run.norms[0]) < 1e-13 * norm)
      GradientClipping.clip(&gradient, norm: norm, limit: 10)
      optimizer.step(&parameters, gradient: gradient)
      #expect(largestDifference(parameters, try recorded.tensor("\(run.name)/parameters/1")) < 1e-14)
    }
  }

  @Test func clippingIsThatOfTorch() {
    var gradient = [3.0, 4.0]
    GradientClipping.clip(&gradient, norm: 5, limit: 10)
    #expect(gradient == [3, 4])
    GradientClipping.clip(&gradient, norm: 5, limit: 1)
    #expect(largestDifference(gradient, [3 / 5.000001, 4 / 5.000001]) < 1e-16)
  }
}
