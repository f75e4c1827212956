import Atomistics
import Checkpoint
import Diagnostics
import MACE

/// Fine-tuning by hand: frames come from memory, and the host runs one epoch after the other. With the same
/// frames in the same order, the numbers are those of `TrainingRun` with the same options.
public final class StepwiseTraining {
  /// What a frame is for.
  public enum Use: Sendable {
    case training, validation
    /// Its energy is the E0 of its only atom.
    case isolatedAtom
  }

  private struct Frames {
    var training: [TrainingFrame] = []
    var validation: [TrainingFrame] = []
    var isolatedAtoms: [Int: Double] = [:]
  }

  /// Options of mace_run_train that have a meaning here: all that concern neither files nor a new architecture.
  public static let options = [
    "E0s", "atomic_numbers", "batch_size", "beta", "beta1_schedulefree", "beta2_schedulefree", "clip_grad",
    "convergence_threshold", "convergence_window", "default_dtype", "dispersion", "ema", "ema_decay",
    "energy_weight",
    "eval_interval", "forces_weight", "foundation_filter_elements", "foundation_head",
    "foundation_model_elements", "freeze", "huber_delta", "learn_E0s",
    "learn_radial_basis", "learn_scale_shift", "level_of_theory",
    "lora", "lora_alpha",
    "lora_rank", "loss", "lr",
    "lr_factor", "lr_params_factors", "lr_scheduler_gamma", "max_num_epochs", "optimizer", "patience",
    "scheduler", "scheduler_patience", "seed", "start_swa", "stress_weight", "swa", "swa_energy_weight",
    "swa_forces_weight", "swa_lr", "swa_stress_weight", "swa_virials_weight", "valid_batch_size",
    "valid_fraction", "virials_weight", "weight_decay",
  ]

  private let foundation: MACEModel
  private let threads: Int
  private var arguments: [String] = []
  private var heads: [(name: String, frames: Frames)] = []
  private var data: [HeadData] = []
  private var levels: [String: LevelOfTheory] = [:]
  private var setup: TrainingSetup?

  public init(_ foundation: MACEModel, threads: Int) {
    self.foundation = foundation
    self.threads = threads
  }

  // MARK: Before the start

  /// Sets an option; the last value counts.
  /// - Throws: `.invalidArgument` for an option that is not among `options` or a value that it cannot have.
  public func set(_ name: String, _ value: String) throws(MACEError) {
    try checkNotStarted()
    guard Self.options.contains(name) else {
      throw OptionTable.unknown(name, written: "'\(name)' for frames from memory", among: Self.options)
    }
    let option = ["--\(name)=\(value)"]
    _ = try TrainingOptions(arguments: option)
    arguments += option
  }

  /// Adds a frame; `head` is created by its first frame.
  /// - Throws: `.invalidArgument` for a frame without labels, and for isolated atoms that are none.
  public func add(_ frame: TrainingFrame, as use: Use) throws(MACEError) {
    try checkNotStarted()
    let labels = frame.labels
    guard labels.energy != nil || labels.forces != nil || labels.stress != nil || labels.virials != nil else {
      throw MACEError(.invalidArgument, "the frame has no label: no energy, forces, stress or virial")
    }
    let head = heads.firstIndex { $0.name == frame.head } ?? heads.count
    if use == .isolatedAtom, frame.structure.count != 1 || labels.energy?.isFinite != true {
      throw MACEError(.invalidArgument, "an isolated atom is a frame of one atom with a finite energy")
    }
    if head == heads.count { heads.append((frame.head, Frames())) }
    var frame = frame
    // as in files: what is not there does not count
    if labels.energy == nil { frame.weights.energy = 0 }
    if labels.forces == nil { frame.weights.forces = 0 }
    if labels.stress == nil { frame.weights.stress = 0 }
    if labels.virials == nil { frame.weights.virials = 0 }
    switch use {
    case .training:
      frame.source = "training frame \(heads[head].frames.training.count) of head '\(frame.head)'"
      heads[head].frames.training.append(frame)
    case .validation:
      frame.source = "validation frame \(heads[head].frames.validation.count) of head '\(frame.head)'"
      heads[head].frames.validation.append(frame)
    case .isolatedAtom: heads[head].frames.isolatedAtoms[frame.structure.atomicNumbers[0]] = labels.energy
    }
  }

  private func checkNotStarted() throws(MACEError) {
    if setup != nil {
      throw MACEError(
        .invalidArgument, "training has started: options and frames can no longer change; make a new trainer")
    }
  }

  /// Resolves the options, finds the E0s and makes the model.
  /// - Parameter output: receives the lines of the log: what the options mean, warnings, the report on the E0s.
  /// - Throws: what options, frames, E0s and the foundation model throw, and what `output` throws. Nothing has
  ///   started then.
  public func start(output: @escaping (String) throws(MACEError) -> Void) throws(MACEError) {
    try checkNotStarted()
    guard !heads.isEmpty else { throw MACEError(.invalidArgument, "there are no frames; add some") }
    let log = try TrainingLog(path: nil, output: output)
    var plan = try EffectivePlan(
      TrainingOptions(
        arguments: [
          "--name=stepwise", "--foundation_model=the model", "--train_file=frames",
          "--multiheads_finetuning=False",
        ] + arguments))
    for note in plan.notes { try log.write(note.text, note.isWarning ? .warning : .info) }
    // the replay head comes first, as in the model
    let ordered =
      heads.filter { $0.name == EffectivePlan.replayHead }
      + heads.filter { $0.name != EffectivePlan.replayHead }
    let common = plan.heads[0]
    plan.heads = ordered.map {
      var head = common
      head.name = $0.name
      if $0.name == EffectivePlan.replayHead {
        head.atomicEnergies = .foundation
        head.level = LevelOfTheory()
      }
      return head
    }
    var data: [HeadData] = []
    for (head, (_, frames)) in zip(plan.heads, ordered) {
      data.append(
        try HeadData(
          head, training: FrameSet(frames.training, isolatedAtoms: frames.isolatedAtoms),
          validation: frames.validation, seed: plan.seed, log: log))
    }
    try TrainingSetup.describe(data, plan, log)
    let potential = try Potential(foundation, precision: plan.precision)
    let seen = try FoundationModel(
      potential, head: plan.foundation?.head ?? FineTuning.standardHead(of: potential.heads))
    levels = try LevelOfTheory.levels(of: plan.heads, foundation: seen)
    setup = try TrainingSetup(plan, data, foundation: seen, threads: threads, log: log)
    self.data = data
  }

  // MARK: Training

  /// Trains one epoch.
  ///
  /// - Parameter observer: sees what happens; false ends the epoch.
  /// - Returns: false if training had ended already.
  /// - Throws: `.cancelled` once the observer has answered false, and as `Trainer.runEpoch`. The state is then that
  ///   before the epoch.
  public func runEpoch(observer: @escaping (TrainingEvent) -> Bool) throws(MACEError) -> Bool {
    let trainer = try started().trainer
    let saved = trainer.state
    var isCancelled = false
    trainer.observer = { if !isCancelled { isCancelled = !observer($0) } }
    trainer.isCancelled = { isCancelled }
    defer {
      trainer.observer = { _ in }
      trainer.isCancelled = { false }
    }
    let trained = try trainer.runEpoch()
    if isCancelled {
      // asked after the last batch
      trainer.state = saved
      try trainer.checkCancelled()
    }
    return trained
  }

  /// Errors of the present model on the training or validation frames, of one head or all.
  /// - Throws: `.invalidArgument` for a head without such frames.
  public func evaluate(_ use: Use, head: String?) throws(MACEError) -> ErrorMetrics {
    let trainer = try started().trainer
    guard use != .isolatedAtom else {
      throw MACEError(.invalidArgument, "errors are those of training or validation frames")
    }
    let chosen = data.filter { head == nil || $0.head.name == head }
    guard !chosen.isEmpty else {
      throw MACEError(
        .invalidArgument,
        "there is no head '\(head ?? "")'; there is \(data.map { "'\($0.head.name)'" }.joined(separator: ", "))"
      )
    }
    return try trainer.evaluate(chosen.flatMap { use == .training ? $0.training.frames : $0.validation })
  }

  /// The present model (averaged, if the run averages), or the one with the lowest validation loss of the
  /// last stage.
  /// - Throws: `.invalidArgument` when there is no best model because no epoch was evaluated.
  public func model(best: Bool) throws(MACEError) -> MACEModel {
    let setup = try started()
    var parameters = setup.trainer.parameters
    if best {
      guard let result = setup.trainer.results.last else {
        throw MACEError(.invalidArgument, "no epoch was validated yet; train one, or take the present model")
      }
      parameters = result.parameters
    }
    try setup.engine.setParameters(parameters)
    var model = setup.engine.model
    var summary = try TrainingSummary(
      of: data.flatMap { $0.training.frames.map(\.structure) }, cutoff: model.configuration.cutoff)
    summary.levels = levels
    model.setTrainingSummary(summary)
    return model
  }

  private func started() throws(MACEError) -> TrainingSetup {
    guard let setup else { throw MACEError(.invalidArgument, "training has not started; start it first") }
    return setup
  }
}

extension FrameSet {
  /// Frames that are in memory.
  init(_ frames: [TrainingFrame], isolatedAtoms: [Int: Double]) {
    (self.frames, self.isolatedAtoms) = (frames, isolatedAtoms)
    labels = LabelTable(keys: LabelKeys())
  }
}
