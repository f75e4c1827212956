import Diagnostics
import Foundation
import Testing

@testable import Training

@Suite struct RestartTests {
  /// 20 epochs; what each variant adds to the plain loop.
  enum Variant: CaseIterable {
    case everything, scheduleFree, sparse

    var plan: TrainingPlan {
      var plan = TrainingPlan(loss: Loss(.universal, weights: .init(forces: 10, stress: 10)))
      plan.batchSize = 3
      plan.validationBatchSize = 2
      plan.maxEpochs = 20
      plan.optimizer.learningRate = 0.2
      plan.averageDecay = 0.9
      plan.schedule = .reduceOnPlateau(factor: 0.5, patience: 0)
      plan.stageTwo = .init(
        start: 12, learningRate: 0.01, loss: Loss(.universal, weights: .init(energy: 100, forces: 10)))
      switch self {
      case .everything: break
      case .scheduleFree:
        plan.optimizer.method = .scheduleFree
        plan.averageDecay = nil
        plan.loss = Loss(.weighted)
      case .sparse:
        plan.optimizer.method = .adamw
        plan.optimizer.amsgrad = false
        plan.averageDecay = nil
        plan.schedule = .exponential(gamma: 0.9)
        plan.evaluationInterval = 3
        plan.loss = Loss(.virials)
        plan.stageTwo = nil
      }
      return plan
    }
  }

  private func trainer(
    _ plan: TrainingPlan, store: CheckpointStore? = nil, engine: ToyEngine = ToyEngine(),
    options: [(key: String, text: String)] = [("r_max", "5.0")], frames: Int = 11
  ) throws -> (Trainer, EventLog) {
    let trainer = try Trainer(
      engine: engine, plan: plan, parameters: ToyData.start,
      training: ToyData.frames(frames, seed: 1) + ToyData.frames(3, seed: 2, head: "pt_head"),
      validation: [
        ("pt_head", ToyData.frames(3, seed: 3, head: "pt_head")), ("Default", ToyData.frames(5, seed: 4)),
      ],
      checkpoints: store, options: options)
    let log = EventLog()
    log.attach(to: trainer)
    return (trainer, log)
  }

  private func withStore(_ body: (CheckpointStore) throws -> Void) throws {
    let directory = NSTemporaryDirectory() + "restart-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try body(CheckpointStore(directory: directory + "/deep/checkpoints", tag: "toy_run-1"))
  }

  private func files(_ store: CheckpointStore) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: store.directory).sorted()
  }

  /// Everything a run leaves, bit for bit.
  private func expectSame(_ a: Trainer, _ b: Trainer) {
    #expect(a.state.parameters.map(\.bitPattern) == b.state.parameters.map(\.bitPattern))
    #expect(a.parameters.map(\.bitPattern) == b.parameters.map(\.bitPattern))
    #expect(a.state.metadata == b.state.metadata && a.state.tensors == b.state.tensors)
    #expect(a.results.map(\.parameters) == b.results.map(\.parameters))
    #expect(a.results.map(\.epoch) == b.results.map(\.epoch))
  }

  @Test(arguments: Variant.allCases, [1, 7, 12, 16])
  func restartedRunGivesTheSameNumbers(_ variant: Variant, _ interruption: Int) throws {
    let plan = variant.plan
    let (whole, wholeLog) = try trainer(plan)
    try whole.run()
    #expect(wholeLog.epochs.count == 20 && wholeLog.steps.count == 20 * 4)
    #expect(wholeLog.epochs.contains { $0.isStageTwo } == (plan.stageTwo != nil))
    #expect(wholeLog.epochs[0].loss > 3 * wholeLog.epochs[11].loss)
    try withStore { store in
      let (first, firstLog) = try trainer(plan, store: store)
      #expect(try first.restartLatest() == nil)
      for _ in 0..<interruption { #expect(try first.runEpoch()) }
      let (second, secondLog) = try trainer(plan, store: store)
      #expect(try second.restartLatest() == interruption)
      try second.run()
      #expect(firstLog.lines + secondLog.lines == wholeLog.lines)
      expectSame(second, whole)
    }
  }

  /// The plateau scheduler, stage two and the averages must have had something to do above.
  @Test func theVariantsUseWhatTheyTest() throws {
    let (trainer, log) = try trainer(Variant.everything.plan)
    try trainer.run()
    let rates = log.epochs.map { $0.learningRates[0].rate }
    #expect(Set(rates[..<12]).count > 1 && Set(rates[12...]) == [0.01])
    #expect(trainer.results.map(\.isStageTwo) == [false, true])
    #expect(trainer.state.parameters != trainer.parameters)
  }

  @Test(arguments: [0, 5, 13])
  func cancelledEpochBeginsAnew(_ epoch: Int) throws {
    let plan = Variant.everything.plan
    let (whole, wholeLog) = try trainer(plan)
    try whole.run()
    try withStore { store in
      let (trainer, log) = try trainer(plan, store: store)
      for _ in 0..<epoch { _ = try trainer.runEpoch() }
      let before = trainer.state.tensors
      let stepsBefore = log.steps.count
      trainer.isCancelled = { log.steps.count == stepsBefore + 2 }
      do throws(MACEError) {
        _ = try trainer.runEpoch()
        Issue.record("not cancelled")
      } catch {
        #expect(error.kind == .cancelled && error.message.contains("epoch \(epoch)"))
      }
      #expect(trainer.epoch == epoch && trainer.state.tensors == before)
      // a new process
      let (other, _) = try self.trainer(plan, store: store)
      #expect(try other.restartLatest() ?? 0 == epoch)
      try other.run()
      expectSame(other, whole)
      // the same process
      trainer.isCancelled = { false }
      try trainer.run()
      expectSame(trainer, whole)
      #expect(log.lines.last == wholeLog.lines.last)
    }
  }

  @Test func laterEndsAreAllowed() throws {
    let (whole, _) = try trainer(Variant.everything.plan)
    try whole.run()
    try withStore { store in
      var plan = Variant.everything.plan
      plan.maxEpochs = 13
      let (short, _) = try trainer(plan, store: store)
      try short.run()
      #expect(try !short.runEpoch())
      let (long, _) = try trainer(Variant.everything.plan, store: store)
      #expect(try long.restartLatest() == 13)
      try long.run()
      expectSame(long, whole)
    }
  }

  @Test func checkpointsOfOtherRunsAreRefused() throws {
    try withStore { store in
      let (trainer, _) = try trainer(Variant.everything.plan, store: store)
      _ = try trainer.runEpoch()
      let path = try #require(try store.latest())
      func expectRefusal(_ other: Trainer, _ words: String...) {
        do throws(MACEError) {
          try other.restart(from: path)
          Issue.record("accepted in spite of \(words)")
        } catch {
          #expect(error.kind == .invalidArgument)
          for word in words + [path] { #expect(error.message.contains(word), "\(error.message)") }
        }
        #expect(other.epoch == 0 && other.state.parameters == ToyData.start)
      }
      var plan = Variant.everything.plan
      plan.batchSize = 4
      plan.optimizer.learningRate = 0.01
      expectRefusal(try self.trainer(plan).0, "batch_size was '3' and is now '4'", "lr was '0.2'")
      plan = Variant.everything.plan
      plan.stageTwo = nil
      expectRefusal(try self.trainer(plan).0, "start_swa was '12' and is now 'none'", "swa_lr is gone")
      plan = Variant.everything.plan
      plan.averageDecay = nil
      expectRefusal(try self.trainer(plan).0, "ema_decay")
      plan = Variant.everything.plan
      expectRefusal(try self.trainer(plan, frames: 12).0, "training data was '14 frames")
      expectRefusal(try self.trainer(plan, options: [("r_max", "6.0")]).0, "r_max was '5.0' and is now '6.0'")
      expectRefusal(try self.trainer(plan, options: []).0, "r_max is gone")
      let wider = ToyEngine(readouts: 3)
      let frames = ToyData.frames(14, seed: 1)
      let other = try Trainer(
        engine: wider, plan: plan, parameters: ToyData.start + [0], training: frames,
        validation: [("Default", frames)])
      do throws(MACEError) {
        try other.restart(from: path)
        Issue.record("accepted another model")
      } catch {
        #expect(error.message.contains("readouts.0.linear.weight"))
      }
    }
  }

  @Test func damagedCheckpointsAreRefused() throws {
    try withStore { store in
      let (trainer, _) = try trainer(Variant.everything.plan, store: store)
      _ = try trainer.runEpoch()
      let path = try #require(try store.latest())
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      var damaged = [Data(), whole.prefix(100), whole.dropLast(8), whole + Data([0])]
      for (text, other) in [
        ("\"epoch\\\":1", "\"epoch\\\":x"), ("average_updates", "average_up_ates"),
        ("mace-training", "mace-tr_ining"),
        ("optimizer.second", "optimizer.secund"),
      ] {
        var changed = whole
        let range = try #require(changed.range(of: Data(text.utf8)))
        changed.replaceSubrange(range, with: Data(other.utf8))
        damaged.append(changed)
      }
      for data in damaged {
        try data.write(to: URL(fileURLWithPath: path))
        let (other, _) = try self.trainer(Variant.everything.plan, store: store)
        do throws(MACEError) {
          _ = try other.restartLatest()
          Issue.record("accepted a damaged file")
        } catch {
          #expect(error.message.contains(path) && error.kind != .internal)
        }
        #expect(other.state.parameters == ToyData.start)
      }
    }
  }

  @Test func checkpointsAreReplacedOrKept() throws {
    let plan = Variant.everything.plan
    func names(_ epochs: [Int]) -> [String] {
      epochs.map { "toy_run-1_epoch-\($0)\($0 >= 12 ? "_swa" : "").safetensors" }.sorted()
    }
    try withStore { store in
      try trainer(plan, store: store).0.run()
      #expect(try files(store) == names([11, 19]))
      // a file of another run and a leftover are not mistaken for checkpoints
      for name in ["toy_run-12_epoch-30.safetensors", "toy_run-1_epoch-31.safetensors.9.0.tmp"] {
        try Data().write(to: URL(fileURLWithPath: "\(store.directory)/\(name)"))
      }
      #expect(try store.latest() == store.path(epoch: 19, isStageTwo: true))
    }
    try withStore { store in
      var store = store
      store.keepsAll = true
      try trainer(plan, store: store).0.run()
      #expect(try files(store) == names(Array(0..<20)))
    }
    try withStore { store in
      var store = store
      store.keepsBest = true
      let (first, log) = try trainer(plan, store: store)
      for _ in 0..<9 { _ = try first.runEpoch() }
      let (second, secondLog) = try trainer(plan, store: store)
      _ = try second.restartLatest()
      try second.run()
      let best = (log.epochs + secondLog.epochs).filter(\.isBest).map(\.epoch)
      #expect(best.count > 2 && best.count < 20)
      #expect(try files(store) == names(Array(Set(best + [11, 19]))))
    }
  }

  @Test func unwritableDirectoryIsAnError() throws {
    let store = CheckpointStore(directory: "/proc/no/where", tag: "x")
    let (trainer, _) = try trainer(Variant.everything.plan, store: store)
    do throws(MACEError) {
      _ = try trainer.runEpoch()
      Issue.record("written to /proc")
    } catch {
      #expect(error.kind == .io && error.message.contains("/proc/no"))
    }
    #expect(trainer.epoch == 0)
  }
}
