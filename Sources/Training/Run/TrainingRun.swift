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
    let setup = try TrainingSetup(
      plan, heads, foundation: foundation, threads: threads, checkpoints: checkpoints, log: log)
    let (engine, trainer) = (setup.engine, setup.trainer)
    try train(trainer)
    try log.write("===========RESULTS===========")
    let levels = try LevelOfTheory.levels(of: plan.heads, foundation: foundation)
    let report = RunReport(plan, heads, levels: levels, engine, log)
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
    try TrainingSetup.describe(heads, plan, log)
    return heads
  }

  // MARK: Training

  private var checkpoints: CheckpointStore {
    var store = CheckpointStore(directory: plan.files.checkpointsDirectory, tag: plan.files.tag)
    store.keepsBest = plan.keepsCheckpoints
    store.keepsAll = plan.savesAllCheckpoints
    return store
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
