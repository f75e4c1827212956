import Atomistics
import Foundation
import TestSupport
import Testing

@testable import Training

/// mace-torch's own `train` with the toy model in torch, batch of all frames, two heads.
@Suite struct LoopParityTests {
  private struct Recorded: Decodable {
    struct Frame: Decodable {
      var positions: [[Double]]
      var head: String
      var energy: Double
      var forces: [[Double]]
      var stress: [Double]
      var virials: [Double]
      var weight: Double
      var energy_weight: Double
      var forces_weight: Double
      var stress_weight: Double
      var virials_weight: Double

      func frame(_ source: String) -> TrainingFrame {
        TrainingFrame(
          structure: Structure(
            atomicNumbers: positions.map { _ in 8 }, positions: positions.map { SIMD3($0[0], $0[1], $0[2]) },
            cell: Cell(orthorhombic: SIMD3(5, 6, 7)), pbc: .all),
          labels: Labels(
            energy: energy, forces: forces.map { SIMD3($0[0], $0[1], $0[2]) }, stress: stress,
            virials: virials),
          weights: PropertyWeights(
            config: weight, energy: energy_weight, forces: forces_weight, stress: stress_weight,
            virials: virials_weight), head: head, source: source)
      }
    }
    struct Line: Decodable {
      var mode: String
      var epoch: Int?
      var head: String?
      var loss: Double
      var rmse_e: Double?
      var rmse_e_per_atom: Double?
      var mae_f: Double?
      var rmse_f: Double?
      var rel_rmse_f: Double?
      var q95_f: Double?
      var rmse_stress: Double?
      var q95_stress: Double?
      var rmse_virials_per_atom: Double?
    }
    struct Best: Decodable {
      var epoch: Int
      var parameters: [Double]

      init(from decoder: any Decoder) throws {
        var parts = try decoder.unkeyedContainer()
        epoch = try parts.decode(Int.self)
        parameters = try parts.decode([Double].self)
      }
    }
    struct Run: Decodable {
      var lines: [Line]
      var best: Best
      var improvements: [Int]
      var rates: [Double]
    }
    var train: [Frame]
    var valid: [String: [Frame]]
    var runs: [String: Run]
  }

  private func plan(_ run: String) throws -> TrainingPlan {
    let kinds: [String: Loss.Kind] = [
      "plateau": .universal, "exponential": .virials, "schedulefree": .weighted, "clipped": .stress,
    ]
    var plan = TrainingPlan(loss: Loss(try #require(kinds[run]), weights: .init(forces: 10)))
    plan.batchSize = 8
    plan.validationBatchSize = 2
    plan.maxEpochs = 30
    plan.optimizer.learningRate = 0.1
    plan.optimizer.weightDecay = 0.01
    plan.optimizer.factors = .init(embedding: 0.5, readouts: 2)
    plan.schedule = .reduceOnPlateau(factor: 0.5, patience: 1)
    switch run {
    case "plateau":
      plan.optimizer.learningRate = 1
      plan.averageDecay = 0.5
      plan.stageTwo = .init(start: 22, loss: try plan.loss.stageTwo())
    case "exponential":
      plan.optimizer.method = .adamw
      plan.averageDecay = 0.99
      plan.schedule = .exponential(gamma: 0.9)
      plan.evaluationInterval = 3
    case "schedulefree":
      plan.optimizer.method = .scheduleFree
      plan.optimizer.beta2 = 0.98
      plan.stageTwo = .init(start: 20, loss: try plan.loss.stageTwo())
    default:
      plan.optimizer.learningRate = 1
      plan.gradientLimit = 0.3
    }
    return plan
  }

  @Test(arguments: ["plateau", "exponential", "schedulefree", "clipped"])
  func runsAreThoseOfMACETorch(_ name: String) throws {
    let recorded = try JSONDecoder().decode(
      Recorded.self, from: Data(contentsOf: URL(fileURLWithPath: TrainingFixtures.path("loop.json"))))
    let run = try #require(recorded.runs[name])
    let trainer = try Trainer(
      engine: ToyEngine(), plan: try plan(name), parameters: ToyData.start,
      training: recorded.train.map { $0.frame("train") },
      validation: try ["pt_head", "Default"].map {
        ($0, try #require(recorded.valid[$0]).map { $0.frame("valid") })
      })
    let log = EventLog()
    log.attach(to: trainer)
    try trainer.run()

    func expectClose(_ a: Double, _ b: Double, _ what: String) {
      #expect(abs(a - b) <= 1e-10 * abs(b), "\(name) \(what): \(a), not \(b)")
    }
    let steps = run.lines.filter { $0.mode == "opt" }
    #expect(steps.count == 30 && log.steps.count == 30)
    for (a, b) in zip(log.steps, steps) { expectClose(a.loss, b.loss, "step of epoch \(a.epoch)") }
    let evaluations = run.lines.filter { $0.mode == "eval" }
    #expect(log.evaluations.count == evaluations.count)
    for (a, b) in zip(log.evaluations, evaluations) {
      #expect(a.epoch == b.epoch && a.head == b.head)
      expectClose(a.metrics.loss, b.loss, "loss \(a.head) of epoch \(a.epoch ?? -1)")
      let fields = Dictionary(uniqueKeysWithValues: a.metrics.fields.map { ($0.name, $0.value) })
      for (key, reference) in [
        ("rmse_e", b.rmse_e), ("rmse_e_per_atom", b.rmse_e_per_atom), ("mae_f", b.mae_f),
        ("rmse_f", b.rmse_f), ("rel_rmse_f", b.rel_rmse_f), ("q95_f", b.q95_f),
        ("rmse_stress", b.rmse_stress), ("q95_stress", b.q95_stress),
        ("rmse_virials_per_atom", b.rmse_virials_per_atom),
      ] {
        if let reference { expectClose(try #require(fields[key]), reference, key) }
      }
    }
    #expect(log.epochs.filter(\.isBest).map(\.epoch) == run.improvements)
    for (a, b) in zip(trainer.state.optimizer.groups, run.rates) { expectClose(a.learningRate, b, a.name) }
    let best = try #require(trainer.results.last)
    #expect(best.epoch == run.best.epoch)
    #expect(largestRelativeDifference(best.parameters, run.best.parameters) < 1e-10)
  }
}
