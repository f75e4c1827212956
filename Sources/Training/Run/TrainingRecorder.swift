import Diagnostics

/// Writes what happens during training to the log, the results file and the terminal.
final class TrainingRecorder {
  private let log: TrainingLog
  private let results: ResultsFile
  private let table: ErrorTableKind
  private var progress: TrainingProgress?
  /// The first failure: the trainer's observer cannot throw.
  private(set) var failure: MACEError?

  init(_ plan: EffectivePlan, log: TrainingLog, progress: ((String) -> Void)?) throws(MACEError) {
    self.log = log
    results = try ResultsFile(path: plan.files.results, heads: plan.heads.map(\.name))
    table = plan.report.errorTable
    self.progress = TrainingProgress(epochs: plan.training.maxEpochs, show: progress)
  }

  func record(_ event: TrainingEvent) {
    if case .step(let step) = event { progress?.advance(step) }
    attempt { () throws(MACEError) in
      try results.add(event)
      guard let line = TrainingLines.line(event, table) else { return }
      progress?.clear()
      try log.write(line.text, line.level)
    }
  }

  /// Keeps the failure of `body`, if it is the first.
  func attempt(_ body: () throws(MACEError) -> Void) {
    do { try body() } catch { failure = failure ?? error }
  }

  func end() { progress?.clear() }
}
