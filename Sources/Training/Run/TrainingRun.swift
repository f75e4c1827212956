import Atomistics
import Checkpoint
import Diagnostics
import MACE

/// A whole training run: an `EffectivePlan` carried out from data files to models, tables and plots, with the
/// files of `mace_run_train` under its names (`RunFiles`).
public final class TrainingRun {
  /// A model that was written.
  public struct Outcome: Sendable {
    public let path: String
    public let isStageTwo: Bool
    /// The epoch it is of; nil without any training.
    public let epoch: Int?
    /// Errors by row of the final tables.
    public let errors: [(row: String, metrics: ErrorMetrics)]
  }

  public let plan: EffectivePlan
  /// Sees all events after they were recorded.
  public var observer: (TrainingEvent) -> Void = { _ in }
  /// Asked before each batch; true ends the run with an error of kind `.cancelled`.
  public var isCancelled: () -> Bool = { false }
  private let threads: Int
  private let log: TrainingLog
  private let progress: ((String) -> Void)?

  /// - Parameters:
  ///   - threads: unless the plan says how many.
  ///   - output: receives the lines of the log.
  ///   - progress: writes to a terminal; nil when nobody watches.
  /// - Throws: `.io` when a directory or the log cannot be made.
  public init(
    _ plan: EffectivePlan, threads: Int, progress: ((String) -> Void)? = nil,
    output: @escaping (String) throws(MACEError) -> Void
  ) throws(MACEError) {
    self.plan = plan
    self.threads = plan.threads ?? threads
    self.progress = progress
    log = try TrainingLog(path: plan.files.log, level: plan.logLevel, output: output)
    try Directory.make(for: plan.files.model)
  }

  /// Trains, and writes the best model of each stage.
  /// - Throws: what reading, the model, training and writing throw; `.cancelled`.
  public func run() throws(MACEError) -> [Outcome] {
    try log.write(plan)
    try log.write("===========LOADING INPUT DATA===========")
    let foundation = try foundationModel()
    let heads = try readHeads(foundation)
    try log.write("===========MODEL DETAILS===========")
    let start = try StartingModel(plan, heads, foundation: foundation, threads: threads, log: log)
    let adaptation = try plan.lora.map { (lora) throws(MACEError) in
      try LowRankAdaptation(start.model, rank: lora.rank, alpha: lora.alpha, seed: UInt64(plan.seed))
    }
    let engine = try ModelEngine(
      start.model, adaptation: adaptation, precision: plan.precision, threads: threads)
    try log.write("Number of parameters: \(engine.layout.count)")
    let trainer = try trainer(engine, heads, start)
    try train(trainer)
    try log.write("===========RESULTS===========")
    let report = RunReport(plan, heads, engine, log)
    var outcomes: [Outcome] = []
    for result in trainer.results {
      try engine.setParameters(result.parameters)
      outcomes.append(try report.finish(isStageTwo: result.isStageTwo, epoch: result.epoch))
    }
    if outcomes.isEmpty {
      try engine.setParameters(trainer.parameters)
      outcomes.append(try report.finish(isStageTwo: false, epoch: nil))
    }
    if plan.report.plots, !trainer.results.isEmpty { try report.drawCurves() }
    try log.write("Done")
    return outcomes
  }

  private func foundationModel() throws(MACEError) -> FoundationModel? {
    guard let foundation = plan.foundation else { return nil }
    let path = try PublishedFile.model(foundation.model, downloads: plan.files.downloadsDirectory)
    let model = try MACEModel(contentsOf: path)
    try foundation.check(model.configuration)
    try log.write("Using foundation model \(path) as initial checkpoint.")
    return try FoundationModel(
      try Potential(model, precision: plan.precision),
      head: foundation.head ?? FineTuning.standardHead(of: model.configuration.heads))
  }

  // MARK: Data

  /// The data of all heads in the order of the plan. The replay head's depend on the elements of the others.
  private func readHeads(_ foundation: FoundationModel?) throws(MACEError) -> [HeadData] {
    try log.write("Using heads: \(plan.heads.map(\.name))")
    var heads: [HeadData] = []
    for head in plan.heads where head.name != EffectivePlan.replayHead || plan.replay == nil {
      heads.append(try HeadData(head, seed: plan.seed, log: log))
    }
    if let replay = plan.replay, let foundation,
      let place = plan.heads.firstIndex(where: { $0.name == EffectivePlan.replayHead })
    {
      let data = ReplayData(
        replay: replay, foundation: foundation, seed: plan.seed, threads: threads,
        downloads: plan.files.downloadsDirectory)
      let elements = Set(heads.flatMap(\.elements)).sorted()
      heads.insert(try data.data(plan.heads[place], elements: elements, log: log), at: place)
    }
    var table = EffectiveDataPlan()
    for head in heads {
      table.parts += head.parts.map { .init(head: head.head.name, name: $0.name, frames: $0.frames) }
    }
    try log.write("Frames, and how many of them have labels that count:\n\(table.text)")
    let counts = heads.map {
      EffectivePlan.FrameCounts(
        head: $0.head.name, training: $0.training.frames.count, validation: $0.validation.count)
    }
    for note in try plan.notes(frames: counts) { try log.write(note.text, note.isWarning ? .warning : .info) }
    try warnOfMissingLabels(heads)
    return heads
  }

  private func warnOfMissingLabels(_ heads: [HeadData]) throws(MACEError) {
    let labels = heads.flatMap { $0.training.frames.map(\.labels) }
    let (loss, weights) = (plan.training.loss, plan.training.loss.weights)
    if loss.usesStress, weights.stress > 0, !labels.contains(where: { $0.stress != nil }) {
      try log.warn(
        "No training frame has a stress: stress_weight has no effect, and stresses of the model are not trained"
      )
    }
    if loss.usesVirials, weights.virials > 0, !labels.contains(where: { $0.virials != nil }) {
      try log.warn("No training frame has virials: virials_weight has no effect")
    }
  }

  // MARK: Training

  private func trainer(
    _ engine: ModelEngine, _ heads: [HeadData], _ start: StartingModel
  ) throws(MACEError) -> Trainer {
    var training = plan.training
    let names = engine.layout.entries.map(\.name)
    training.optimizer.frozen = try FrozenParameters.names(names, freeze: plan.freeze)
    let replayed = heads.first { $0.head.name == EffectivePlan.replayHead }?.training.frames.count ?? 0
    let own = heads.reduce(0) { $0 + $1.training.frames.count } - replayed
    let copies = plan.replay?.copies(frames: own, replayFrames: replayed) ?? 1
    var frames: [TrainingFrame] = []
    for head in heads {
      let count = head.head.name == EffectivePlan.replayHead && plan.replay != nil ? 1 : copies
      for _ in 0..<count { frames += head.training.frames }
    }
    var store = CheckpointStore(directory: plan.files.checkpointsDirectory, tag: plan.files.tag)
    store.keepsBest = plan.keepsCheckpoints
    store.keepsAll = plan.savesAllCheckpoints
    var facts = start.facts
    facts.append(("lora", plan.lora.map { "rank \($0.rank), alpha \($0.alpha)" } ?? "none"))
    return try Trainer(
      engine: engine, plan: training, parameters: engine.initialParameters, training: frames,
      validation: heads.map { ($0.head.name, $0.validation) }, checkpoints: store, options: facts)
  }

  private func train(_ trainer: Trainer) throws(MACEError) {
    let recorder = try TrainingRecorder(plan, log: log, progress: progress)
    trainer.observer = { [plan, log, observer] event in
      recorder.record(event)
      if case .epochEnd(let epoch) = event, plan.report.plots, plan.report.plotFrequency > 0,
        (epoch.epoch + 1).isMultiple(of: plan.report.plotFrequency)
      {
        recorder.attempt { () throws(MACEError) in try RunReport.drawCurves(plan, log) }
      }
      observer(event)
    }
    trainer.isCancelled = { [isCancelled] in recorder.failure != nil || isCancelled() }
    try log.write("===========TRAINING===========")
    if plan.restartsFromLatest, try trainer.restartLatest() == nil {
      try log.warn(
        "Cannot find checkpoint with tag '\(plan.files.tag)' in '\(plan.files.checkpointsDirectory)'")
    }
    try log.write("Started training, reporting errors on validation set")
    defer { recorder.end() }
    do throws(MACEError) { try trainer.run() } catch { throw recorder.failure ?? error }
    if let failure = recorder.failure { throw failure }
  }
}
