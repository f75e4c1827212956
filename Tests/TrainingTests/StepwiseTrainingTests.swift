import Atomistics
import Checkpoint
import Diagnostics
import MACE
import TestSupport
import Testing

import Training

/// Training with frames from memory, against a `Trainer` made by hand.
struct StepwiseTrainingTests {
  private static let water = [SIMD3(0, 0, 0.12), SIMD3(0, 0.76, -0.48), SIMD3(0, -0.76, -0.48)]

  private static func frame(_ k: Int, head: String = "Default") -> TrainingFrame {
    let shift = 0.03 * Double(k)
    let positions = water.enumerated().map { $1 + SIMD3(shift, 0, 0) * Double($0) }
    return TrainingFrame(
      structure: Structure(atomicNumbers: [8, 1, 1], positions: positions),
      labels: Labels(
        energy: -2 - shift, forces: [SIMD3(0, 0, shift), SIMD3(0.1, 0, 0), SIMD3(-0.1, 0, -shift)]),
      head: head, source: "frame \(k)")
  }

  private static func losses(_ next: (@escaping (TrainingEvent) -> Bool) throws -> Bool) throws -> [Double] {
    var losses: [Double] = []
    for _ in 0..<2 {
      let trained = try next { event in
        if case .step(let step) = event { losses.append(step.loss) }
        if case .evaluation(let evaluation) = event { losses.append(evaluation.metrics.loss) }
        return true
      }
      #expect(trained)
    }
    return losses
  }

  /// The same losses and parameters, bit for bit, also with isolated atoms, several heads and stage two.
  @Test func sameAsTrainer() throws {
    let foundation = try Fixtures.model("tiny_L1")
    let energies = [1: -0.5, 8: -1.5]
    let stepwise = StepwiseTraining(foundation, threads: 1)
    for (name, value) in [
      ("batch_size", "2"), ("lr", "0.002"), ("forces_weight", "10"), ("max_num_epochs", "4"), ("swa", "True"),
      ("start_swa", "1"), ("seed", "7"),
    ] { try stepwise.set(name, value) }
    var training: [TrainingFrame] = []
    var validation: [Trainer.ValidationSet] = []
    for head in ["pt_head", "new"] {
      training += (0..<4).map { Self.frame($0, head: head) }
      validation.append((head, (4..<6).map { Self.frame($0, head: head) }))
    }
    // the replay head comes first, whatever the order of the frames
    for frame in training.reversed() where frame.head == "new" { try stepwise.add(frame, as: .training) }
    for frame in training.reversed() where frame.head != "new" { try stepwise.add(frame, as: .training) }
    for frame in validation.flatMap(\.frames) { try stepwise.add(frame, as: .validation) }
    for (z, energy) in energies {
      let atom = Structure(atomicNumbers: [z], positions: [.zero])
      let labels = Labels(energy: energy)
      try stepwise.add(
        TrainingFrame(structure: atom, labels: labels, head: "new", source: "atom"), as: .isolatedAtom)
    }
    try stepwise.start { (_) throws(MACEError) in }

    let tuning = FineTuning(
      heads: [.init("pt_head"), .init("new", atomicEnergies: energies)], elements: [1, 8])
    let engine = try ModelEngine(tuning.model(from: foundation), threads: 1)
    var plan = TrainingPlan(loss: Loss(.weighted, weights: .init(energy: 1, forces: 10)))
    plan.optimizer.learningRate = 0.002
    (plan.batchSize, plan.maxEpochs, plan.seed) = (2, 4, 7)
    plan.stageTwo = .init(
      start: 1, loss: try plan.loss.stageTwo(.init(energy: 1000, forces: 100, stress: 10, virials: 10)))
    let ordered =
      training.filter { $0.head == "pt_head" }.reversed()
      + training.filter { $0.head == "new" }.reversed()
    let trainer = try Trainer(
      engine: engine, plan: plan, parameters: engine.initialParameters, training: Array(ordered),
      validation: validation)

    let mine = try Self.losses { try stepwise.runEpoch(observer: $0) }
    let direct = try Self.losses { observer in
      trainer.observer = { _ = observer($0) }
      return try trainer.runEpoch()
    }
    #expect(mine.count == 14)
    #expect(mine == direct)
    try engine.setParameters(trainer.parameters)
    #expect(try stepwise.model(best: false).tensors == engine.model.tensors)
  }

  /// An epoch that the observer ends at any of its events has not been.
  @Test func cancelling() throws {
    let stepwise = StepwiseTraining(try Fixtures.model("tiny_L1"), threads: 1)
    try stepwise.set("E0s", "foundation")
    try stepwise.set("batch_size", "2")
    for k in 0..<5 { try stepwise.add(Self.frame(k), as: .training) }
    var log = ""
    try stepwise.start { (line) throws(MACEError) in log += line }
    #expect(log.contains("Using random 10% of training set for validation"))
    let before = try stepwise.model(best: false).tensors
    // validation, two steps, validation, end
    for stop in 1...5 {
      var events = 0
      let error = #expect(throws: MACEError.self) {
        _ = try stepwise.runEpoch { _ in
          events += 1
          return events < stop
        }
      }
      #expect(error?.kind == .cancelled)
      #expect(events == stop)
      #expect(try stepwise.model(best: false).tensors == before)
    }
    #expect(try stepwise.runEpoch { _ in true })
    #expect(try stepwise.model(best: false).tensors != before)
  }

  /// Every option of the list exists, and those that only files or a new architecture have are not on it.
  @Test func options() throws {
    for name in StepwiseTraining.options {
      #expect(OptionTable.option(named: name)?.name == name)
      #expect(OptionTable.option(named: name)?.status == .used, "\(name)")
    }
    let stepwise = StepwiseTraining(try Fixtures.model("tiny_L1"), threads: 1)
    for name in ["train_file", "r_max", "name", "foundation_model", "heads", "multiheads_finetuning"] {
      #expect(throws: MACEError.self) { try stepwise.set(name, "1") }
    }
  }
}
