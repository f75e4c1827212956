import Diagnostics
import MACE

/// Trains the parameters of a `GradientEngine`, epoch by epoch, as `mace_run_train` does.
///
/// An epoch is: learning rate, all complete batches in random order, then (every `evaluationInterval` epochs)
/// validation of each head with the averaged parameters, then a checkpoint. The loss of the last head decides.
/// The same inputs give the same numbers bit for bit if the engine does, also when the run was interrupted at
/// any moment and restarted from its checkpoint.
public final class Trainer {
  public typealias ValidationSet = (head: String, frames: [TrainingFrame])

  /// A model that training found.
  public struct Result: Sendable {
    public let isStageTwo: Bool
    public let epoch: Int
    /// Validation loss of the deciding head.
    public let loss: Double
    public let parameters: [Double]
  }

  public let plan: TrainingPlan
  /// Receives all that happens, in order, on the training thread.
  public var observer: (TrainingEvent) -> Void = { _ in }
  /// Asked before each batch; true ends the call under way with an error of kind `.cancelled`.
  public var isCancelled: () -> Bool = { false }

  let engine: any GradientEngine
  let training: [TrainingFrame]
  let validation: [ValidationSet]
  var checkpoints: CheckpointStore?
  /// What a checkpoint must agree with.
  let identity: [(key: String, text: String)]
  var state: TrainingState
  private var gradient: [Double]

  /// - Parameters:
  ///   - parameters: to start from, [engine.layout.count].
  ///   - validation: heads in order; the last decides.
  ///   - checkpoints: where the state is saved after each epoch, if anywhere.
  ///   - options: further facts by name that a checkpoint must agree with, such as those of the model.
  /// - Throws: `.invalidArgument` for options that make no sense, and for data that cannot be trained on.
  public init(
    engine: any GradientEngine, plan: TrainingPlan, parameters: [Double], training: [TrainingFrame],
    validation: [ValidationSet], checkpoints: CheckpointStore? = nil,
    options: [(key: String, text: String)] = []
  ) throws(MACEError) {
    try plan.validate(trainingFrames: training.count)
    guard parameters.count == engine.layout.count else {
      throw MACEError(
        .invalidArgument, "\(parameters.count) parameters for a model of \(engine.layout.count)")
    }
    try DataCheck.check(training, validation, plan)
    self.engine = engine
    self.plan = plan
    self.training = training
    self.validation = validation
    self.checkpoints = checkpoints
    identity =
      plan.identity + options + [("training data", DataDigest.text(training))]
      + validation.map { ("validation data of head \($0.head)", DataDigest.text($0.frames)) }
    state = TrainingState(parameters, engine.layout, plan)
    gradient = Array(repeating: 0, count: parameters.count)
  }

  /// The next epoch to be trained.
  public var epoch: Int { state.epoch }
  /// Parameters as an evaluation now would use them (averaged, if the run averages).
  public var parameters: [Double] { state.evaluationParameters }
  /// The best model of each stage that was evaluated.
  public var results: [Result] {
    [(false, state.stageOneBest), (true, state.stageTwoBest)].compactMap { isStageTwo, best in
      best.map {
        Result(isStageTwo: isStageTwo, epoch: $0.epoch, loss: $0.loss, parameters: $0.parameters)
      }
    }
  }

  /// Trains to the end.
  /// - Throws: as `runEpoch`.
  public func run() throws(MACEError) {
    while try runEpoch() {}
  }

  /// Trains one epoch, after validation of the start if it is the first.
  ///
  /// When it throws, the state is that before the epoch.
  /// - Returns: false if training had ended already.
  /// - Throws: `.cancelled`; `.invalidArgument` when the loss is no longer finite; what the engine throws;
  ///   `.io` when the checkpoint cannot be written.
  public func runEpoch() throws(MACEError) -> Bool {
    if let end = stop() {
      observer(.stop(end))
      return false
    }
    let saved = state
    do throws(MACEError) {
      if state.epoch == 0 { state.lastLoss = try validate(epoch: nil) }
      try trainEpoch()
    } catch {
      state = saved
      throw error
    }
    return true
  }

  /// Why training is over, if it is.
  private func stop() -> TrainingEvent.StageEnd? {
    guard let end = state.stageEnd(plan) else { return nil }
    return state.epoch >= plan.maxEpochs || state.isStageTwo || plan.stageTwo == nil ? end : nil
  }

  private func trainEpoch() throws(MACEError) {
    let start = monotonicSeconds()
    beginStageTwoIfDue()
    state.beginEpoch(plan)
    let epoch = state.epoch
    let order = EpochOrder.permutation(training.count, seed: plan.seed, epoch: epoch)
    // an incomplete last batch is dropped, as in mace-torch
    let batches = training.count / plan.batchSize
    var sum = 0.0
    for batch in 0..<batches {
      let frames = order[batch * plan.batchSize..<(batch + 1) * plan.batchSize].map { training[$0] }
      sum += try step(frames, batch: batch, of: batches)
    }
    if epoch.isMultiple(of: plan.evaluationInterval) {
      state.record(try validate(epoch: epoch), plan)
    }
    state.epoch += 1
    try saveCheckpoint()
    observer(
      .epochEnd(
        .init(
          epoch: epoch, isStageTwo: state.isStageTwo, loss: sum / Double(batches),
          learningRates: state.optimizer.groups.map { ($0.name, $0.learningRate) },
          isBest: state.lastEpochWasBest, time: monotonicSeconds() - start)))
  }

  /// Stage two begins at its epoch, or at once when stage one ended early. (mace-torch then goes to the epoch
  /// after `start_swa`; here it is `start_swa` itself.)
  private func beginStageTwoIfDue() {
    guard let stageTwo = plan.stageTwo, !state.isStageTwo else { return }
    let end = state.stageEnd(plan)
    guard state.epoch >= stageTwo.start || end != nil else { return }
    let reason = state.epoch >= stageTwo.start ? .schedule : end ?? .schedule
    state.epoch = max(state.epoch, stageTwo.start)
    state.beginStageTwo()
    observer(.stageTwo(epoch: state.epoch, reason: reason))
  }

  var loss: Loss { state.isStageTwo ? plan.stageTwo?.loss ?? plan.loss : plan.loss }

  /// One batch: gradient, clipping, optimizer, average. Returns the loss.
  private func step(_ frames: [TrainingFrame], batch: Int, of batches: Int) throws(MACEError) -> Double {
    let start = monotonicSeconds()
    try checkCancelled()
    try engine.setParameters(state.parameters)
    let value = loss.evaluate(try engine.predict(frames, virials: loss.needsVirials), for: frames)
    gradient.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    try engine.addGradient(value.adjoint, to: &gradient)
    let norm = GradientClipping.norm(gradient, state.optimizer.groups)
    guard value.total.isFinite, norm.isFinite else {
      throw MACEError(
        .invalidArgument,
        "loss \(value.total) and gradient norm \(norm) in epoch \(state.epoch), batch \(batch + 1) "
          + "(\(frames.prefix(3).map(\.source).joined(separator: "; "))\(frames.count > 3 ? "; …" : "")); "
          + "check the labels of these frames, or lower lr")
    }
    if let limit = plan.gradientLimit { GradientClipping.clip(&gradient, norm: norm, limit: limit) }
    state.update(gradient)
    observer(
      .step(
        .init(
          epoch: state.epoch, batch: batch, batchCount: batches, loss: value.total,
          energyLoss: value.energy, forcesLoss: value.forces, stressLoss: value.stress,
          virialsLoss: value.virials, gradientNorm: norm, time: monotonicSeconds() - start)))
    return value.total
  }

  func checkCancelled() throws(MACEError) {
    if isCancelled() {
      throw MACEError(
        .cancelled,
        "training was cancelled in epoch \(state.epoch); it can go on from the beginning of this epoch")
    }
  }
}
