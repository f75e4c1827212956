import Diagnostics
import TestSupport
import Testing

@testable import Training

@Suite struct TrainerTests {
  private func plan(_ kind: Loss.Kind = .weighted, epochs: Int = 10) -> TrainingPlan {
    var plan = TrainingPlan(loss: Loss(kind, weights: .init(forces: 10)))
    plan.batchSize = 4
    plan.maxEpochs = epochs
    plan.optimizer.learningRate = 0.05
    return plan
  }

  private func run(
    _ plan: TrainingPlan, engine: ToyEngine = ToyEngine(), validation: [Trainer.ValidationSet]? = nil
  ) throws -> (Trainer, EventLog) {
    let trainer = try Trainer(
      engine: engine, plan: plan, parameters: ToyData.start, training: ToyData.frames(14, seed: 1),
      validation: validation ?? [("Default", ToyData.frames(5, seed: 4))])
    let log = EventLog()
    log.attach(to: trainer)
    try trainer.run()
    return (trainer, log)
  }

  /// Every loss falls by an order of magnitude on data that the model can describe.
  @Test(arguments: Loss.Kind.allCases)
  func lossesFall(_ kind: Loss.Kind) throws {
    let (trainer, log) = try run(plan(kind, epochs: 80))
    let losses = log.evaluations.map(\.metrics.loss)
    #expect(losses.count == 81 && log.lines.last == "stop schedule")
    #expect((losses.min() ?? 1) < losses[0] / 10, "\(losses[0]) to \(losses.min() ?? 0)")
    let best = try #require(trainer.results.first)
    #expect(best.loss == losses.dropFirst().min() && losses[best.epoch + 1] == best.loss)
    #expect(try trainer.evaluate(ToyData.frames(5, seed: 4), parameters: best.parameters).loss == best.loss)
  }

  @Test func incompleteBatchesAreDroppedAndOrdersDiffer() throws {
    let (_, log) = try run(plan())
    #expect(log.steps.count == 30 && log.steps.allSatisfy { $0.batchCount == 3 })
    let orders = (0..<50).map { EpochOrder.permutation(14, seed: 3, epoch: $0) }
    #expect(orders.allSatisfy { $0.sorted() == Array(0..<14) } && Set(orders).count == 50)
    #expect(EpochOrder.permutation(14, seed: 4, epoch: 0) != orders[0])
    // each frame is as often anywhere
    let firsts = (0..<6000).map { EpochOrder.permutation(6, seed: 9, epoch: $0)[0] }
    for frame in 0..<6 { #expect(abs(firsts.count { $0 == frame } - 1000) < 150) }
  }

  /// Heads in order, the last decides, and the average is what is evaluated.
  @Test func validationIsPerHeadWithAverages() throws {
    var plan = plan()
    plan.averageDecay = 0.95
    let sets = [
      (head: "pt_head", frames: ToyData.frames(3, seed: 5, head: "pt_head")),
      (head: "Default", frames: ToyData.frames(7, seed: 6)),
    ]
    let (trainer, log) = try run(plan, validation: sets)
    #expect(log.evaluations.map(\.head) == (0..<11).flatMap { _ in ["pt_head", "Default"] })
    #expect(log.evaluations.map(\.decides) == (0..<11).flatMap { _ in [false, true] })
    #expect(log.evaluations.prefix(2).allSatisfy { $0.epoch == nil })
    let average = try #require(trainer.state.average).shadow
    for (index, set) in sets.enumerated() {
      let last = log.evaluations[20 + index].metrics
      #expect(
        try trainer.evaluate(set.frames, parameters: average).fields.dropLast().map(\.value)
          == last.fields.dropLast().map(\.value))
      #expect(try trainer.evaluate(set.frames, parameters: trainer.state.parameters).loss != last.loss)
    }
    #expect(
      trainer.results[0].loss
        == log.evaluations.filter { $0.decides && $0.epoch != nil }
        .map(\.metrics.loss).min())
  }

  @Test func evaluationInterval() throws {
    var plan = plan()
    plan.evaluationInterval = 4
    let (_, log) = try run(plan)
    #expect(log.evaluations.map(\.epoch) == [nil, 0, 4, 8])
  }

  @Test func patienceEndsStages() throws {
    var plan = plan(epochs: 60)
    // no step changes anything: no evaluation is better than the first
    plan.optimizer.learningRate = 1e-300
    plan.patience = 3
    let (_, log) = try run(plan)
    #expect(log.epochs.count == 4 && log.lines.last == "stop patience")
    plan.stageTwo = .init(start: 40, learningRate: 1e-300, loss: Loss(.weighted, weights: .stageTwo))
    let (trainer, two) = try run(plan)
    #expect(two.epochs.map(\.epoch) == [0, 1, 2, 3, 40, 41, 42, 43])
    #expect(two.lines.contains("stage two 40 patience") && two.lines.last == "stop patience")
    #expect(trainer.results.map(\.epoch) == [0, 40])
    // the new weights are in the losses
    #expect(two.steps[12].loss > 5 * two.steps[11].loss)
  }

  @Test func convergenceEndsTraining() throws {
    var plan = plan(epochs: 500)
    plan.convergence = .init(threshold: 0.05, evaluations: 6)
    let (_, log) = try run(plan)
    #expect(log.lines.last == "stop convergence")
    var lowest: [Double] = []
    for evaluation in log.evaluations.dropFirst() {
      lowest.append(min(lowest.last ?? .infinity, evaluation.metrics.loss))
    }
    let n = lowest.count
    #expect(n > 7 && n < 500 && (lowest[n - 7] - lowest[n - 1]) / lowest[n - 7] < 0.05)
    for end in 7..<n { #expect((lowest[end - 7] - lowest[end - 1]) / lowest[end - 7] >= 0.05) }
  }

  @Test func learningRatesOfStages() throws {
    var plan = plan()
    plan.optimizer.factors = .init(embedding: 0.5, readouts: 3)
    plan.schedule = .exponential(gamma: 0.5)
    plan.stageTwo = .init(start: 8, learningRate: 0.001, loss: try plan.loss.stageTwo())
    let (_, log) = try run(plan)
    #expect(log.epochs[0].learningRates.map(\.rate) == [0.025, 0.05, 0.05, 0.05, 0.05 * 3])
    #expect(log.epochs[7].learningRates[1].rate == 0.05 * 0x1p-7)
    #expect(log.epochs[8].learningRates.allSatisfy { $0.rate == 0.001 })
    #expect(log.lines.contains("stage two 8 schedule"))
    // schedule-free takes no scheduler
    plan.optimizer.method = .scheduleFree
    let (_, free) = try run(plan)
    #expect(free.epochs[7].learningRates.map(\.rate) == free.epochs[0].learningRates.map(\.rate))
  }

  /// Errors of mace-torch's evaluation of recorded predictions; labels of weight 0, or none, change none of them.
  @Test(arguments: ["plain", "weighted"])
  func metricsAreThoseOfMACETorch(_ set: String) throws {
    let batch = try TrainingFixtures.batch(set)
    var frames = batch.trainingFrames
    var prediction = batch.batchPrediction
    var unlabelled = frames[0]
    unlabelled.weights = PropertyWeights(energy: 0, stress: 0, virials: 0)
    unlabelled.labels.forces = nil
    frames.append(unlabelled)
    prediction.energies.append(1e3)
    prediction.forces += Array(repeating: .zero, count: unlabelled.structure.count)
    prediction.virials += Array(repeating: 0, count: 9)
    var errors = ErrorAccumulator()
    errors.add(prediction, frames[...], loss: 6)
    let metrics = errors.metrics(time: 1)
    #expect(metrics.loss == 2 && metrics.frames == 3)
    let fields = metrics.fields
    #expect(Set(fields.map(\.name)) == Set(batch.metrics.keys).union(["loss", "time"]))
    for (name, value) in fields where name != "loss" && name != "time" {
      let reference = try #require(batch.metrics[name])
      #expect(abs(value - reference) <= 1e-13 * abs(reference), "\(name): \(value), not \(reference)")
    }
    #expect(ErrorAccumulator().metrics(time: 0).fields.map(\.name) == ["loss", "time"])
  }

  @Test func lossesThatAreNotFiniteStopTraining() throws {
    let engine = ToyEngine()
    // two batches of validation come first, then the second batch of epoch 1
    engine.failingCall = 1 + 3 + 1 + 2
    let trainer = try Trainer(
      engine: engine, plan: plan(), parameters: ToyData.start, training: ToyData.frames(14, seed: 1),
      validation: [("Default", ToyData.frames(5, seed: 4))])
    _ = try trainer.runEpoch()
    let before = trainer.state.parameters
    do throws(MACEError) {
      _ = try trainer.runEpoch()
      Issue.record("trained on an infinite energy")
    } catch {
      #expect(error.kind == .invalidArgument)
      #expect(error.message.contains("epoch 1, batch 2") && error.message.contains("toy.xyz, frame"))
    }
    #expect(trainer.state.parameters == before && trainer.epoch == 1)
  }

  @Test func impossiblePlansAreRefused() {
    func expectRefusal(_ word: String, _ change: (inout TrainingPlan) -> Void) {
      var plan = plan()
      change(&plan)
      do throws(MACEError) {
        _ = try Trainer(
          engine: ToyEngine(), plan: plan, parameters: ToyData.start, training: ToyData.frames(5, seed: 1),
          validation: [("Default", ToyData.frames(2, seed: 4))])
        Issue.record("\(word) accepted")
      } catch {
        #expect(error.kind == .invalidArgument && error.message.contains(word), "\(error.message)")
      }
    }
    expectRefusal("batch_size") { $0.batchSize = 6 }
    expectRefusal("batch_size") { $0.batchSize = 0 }
    expectRefusal("valid_batch_size") { $0.validationBatchSize = 0 }
    expectRefusal("patience") { $0.patience = 0 }
    expectRefusal("eval_interval") { $0.evaluationInterval = 0 }
    expectRefusal("ema_decay") { $0.averageDecay = 1.5 }
    expectRefusal("lr is") { $0.optimizer.learningRate = .nan }
    expectRefusal("weight_decay") { $0.optimizer.weightDecay = -1 }
    expectRefusal("lr_factor") { $0.schedule = .reduceOnPlateau(factor: 1, patience: 1) }
    expectRefusal("start_swa") { $0.stageTwo = .init(start: 10, loss: $0.loss) }
    expectRefusal("clip_grad") { $0.gradientLimit = 0 }
    expectRefusal("loss weight") { $0.loss = Loss(.weighted, weights: .init(forces: -1)) }
  }

  @Test func framesThatCannotBeTrainedOnAreRefused() {
    func expectRefusal(_ word: String, _ kind: Loss.Kind, _ change: (inout TrainingFrame) -> Void) {
      var frames = ToyData.frames(5, seed: 1)
      change(&frames[3])
      for (training, validation) in [
        (frames, ToyData.frames(2, seed: 4)), (ToyData.frames(5, seed: 1), frames),
      ] {
        do throws(MACEError) {
          _ = try Trainer(
            engine: ToyEngine(), plan: plan(kind), parameters: ToyData.start, training: training,
            validation: [("Default", validation)])
          Issue.record("\(word) accepted")
        } catch {
          #expect(
            error.message.contains(word) && error.message.contains("toy.xyz, frame 4"), "\(error.message)")
        }
      }
    }
    expectRefusal("forces for", .weighted) { $0.labels.forces?.removeLast() }
    expectRefusal("energy is not finite", .weighted) { $0.labels.energy = .nan }
    expectRefusal("nine", .weighted) { $0.labels.stress = [1] }
    expectRefusal("weight", .weighted) { $0.weights.forces = -1 }
    expectRefusal("not periodic in three directions", .stress) { $0.structure.pbc = .none }
    expectRefusal("no atoms", .weighted) { $0.structure.atomicNumbers = [] }
  }

  @Test func framesWithoutUsableLabelsAreRefused() throws {
    var frames = ToyData.frames(5, seed: 1)
    for i in frames.indices { frames[i].labels = Labels(stress: frames[i].labels.stress) }
    #expect(throws: MACEError.self) {
      _ = try Trainer(
        engine: ToyEngine(), plan: plan(.weighted), parameters: ToyData.start, training: frames,
        validation: [("Default", frames)])
    }
    #expect(throws: MACEError.self) {
      _ = try Trainer(
        engine: ToyEngine(), plan: plan(.weighted), parameters: ToyData.start,
        training: ToyData.frames(5, seed: 1), validation: [])
    }
    // a stress that counts for nothing does no harm to a molecule
    var molecules = ToyData.frames(5, seed: 1)
    for i in molecules.indices {
      molecules[i].structure.pbc = .none
      molecules[i].weights.stress = 0
    }
    _ = try run(plan(.stress, epochs: 1), validation: [("Default", molecules)])
  }
}
