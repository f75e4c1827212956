import Checkpoint
import Diagnostics
import MACE
import Plotting

/// What a run leaves of each model: the file, tables of errors and plots.
struct RunReport {
  private let plan: EffectivePlan
  private let heads: [HeadData]
  private let levels: [String: LevelOfTheory]
  private let engine: ModelEngine
  private let log: TrainingLog

  /// - Parameter levels: of the labels, by head.
  init(
    _ plan: EffectivePlan, _ heads: [HeadData], levels: [String: LevelOfTheory], _ engine: ModelEngine,
    _ log: TrainingLog
  ) {
    self.plan = plan
    self.heads = heads
    self.levels = levels
    self.engine = engine
    self.log = log
  }

  /// Writes the model that the engine holds, its tables and plots.
  /// - Parameter epoch: nil without any training.
  func finish(isStageTwo: Bool, epoch: Int?) throws(MACEError) -> TrainingRun.Outcome {
    let stage = isStageTwo ? "two" : "one"
    if let epoch { try log.write("Loaded Stage \(stage) model from epoch \(epoch) for evaluation") }
    let errors = try tables(stage)
    let path = isStageTwo ? plan.files.stageTwoModel : plan.files.model
    try model(stage, epoch, errors).write(safetensors: path)
    try log.write("Saving model to \(path)")
    return TrainingRun.Outcome(path: path, isStageTwo: isStageTwo, epoch: epoch, errors: errors)
  }

  // MARK: Tables

  private func tables(_ stage: String) throws(MACEError) -> [(row: String, metrics: ErrorMetrics)] {
    var fitted = ErrorTable(plan.report.errorTable)
    var tested = ErrorTable(plan.report.errorTable)
    var rows: [(row: String, metrics: ErrorMetrics)] = []
    for head in heads {
      let name = head.head.name
      var correlations = Correlations()
      for (part, frames) in head.parts {
        guard part == "test" || !plan.report.skippedHeads.contains(name) else { continue }
        let errors = try SplitErrors(
          frames, engine, batchSize: plan.training.validationBatchSize, virials: comparesVirials, split: part,
          atomicEnergies: plan.report.plotsInteractionEnergy ? atomicEnergies(of: name) : [:],
          correlations: &correlations)
        let types = errors.byType.map { ($0.type, $0.metrics) }
        if part == "test" {
          for (type, metrics) in types { rows.append(("\(name)_\(type)", metrics)) }
          for (row, metrics) in rows.suffix(types.count) { tested.add(row, metrics) }
        } else {
          let own =
            [("\(part)_\(name)", errors.total)]
            + (types.count > 1 ? types.map { ("\(part)_\(name)_\($0)", $1) } : [])
          for (row, metrics) in own { fitted.add(row, metrics) }
          rows += own.map { (row: $0.0, metrics: $0.1) }
        }
      }
      try draw(correlations, head: name, stage)
    }
    let skipped = plan.report.skippedHeads.filter { name in heads.contains { $0.head.name == name } }
    if !skipped.isEmpty {
      try log.write("Train and valid tables without heads: \(skipped.joined(separator: ", "))")
    }
    try log.write("Error-table on TRAIN and VALID:\n\(fitted.text)")
    if heads.contains(where: { !$0.tests.isEmpty }) { try log.write("Error-table on TEST:\n\(tested.text)") }
    return rows
  }

  private var comparesVirials: Bool {
    plan.training.reportsVirials || plan.training.loss.needsVirials || plan.report.errorTable.showsStress
  }

  private func atomicEnergies(of head: String) -> [Int: Double] {
    let configuration = engine.model.configuration
    let elements = configuration.atomicNumbers
    let row = configuration.heads.firstIndex(of: head) ?? 0
    let values = engine.model.tensors["atomic_energies_fn.atomic_energies"]?.values ?? []
    return Dictionary(uniqueKeysWithValues: zip(elements, values.dropFirst(row * elements.count)))
  }

  // MARK: The model

  private func model(
    _ stage: String, _ epoch: Int?, _ errors: [(row: String, metrics: ErrorMetrics)]
  ) throws(MACEError) -> MACEModel {
    var model = engine.model
    var summary = try TrainingSummary(
      of: heads.flatMap { $0.training.frames.map(\.structure) }, cutoff: model.configuration.cutoff)
    summary.levels = levels
    summary.options = ["plan": plan.lines.joined(separator: "\n"), "stage": stage]
    if let epoch { summary.options["epoch"] = "\(epoch)" }
    for head in heads {
      for (part, frames) in head.parts {
        summary.dataHashes["\(part) \(head.head.name)"] = DataDigest.text(frames)
      }
    }
    model.setTrainingSummary(summary)
    model.metadata["training_errors"] =
      JSON.object(
        errors.map { row, metrics in
          let fields = metrics.fields.filter { $0.name != "loss" && $0.name != "time" }
          return (row, .object(fields.map { ($0.name, .number($0.value)) }))
        }
      ).encoded
    return model
  }

  // MARK: Plots

  private func draw(_ correlations: Correlations, head: String, _ stage: String) throws(MACEError) {
    guard plan.report.plots,
      let figure = FigureSheet.correlations(
        correlations, title: "\(plan.files.name), head \(head), stage \(stage)")
    else { return }
    try Self.draw(figure, "\(plan.files.plots)_\(head)_stage_\(stage)", log)
  }

  func drawCurves() throws(MACEError) { try Self.drawCurves(plan, log) }

  /// Loss and errors against epoch, from the results file.
  static func drawCurves(_ plan: EffectivePlan, _ log: TrainingLog) throws(MACEError) {
    try draw(
      FigureSheet.curves(
        try TrainingHistory(path: plan.files.results), title: plan.files.name, kind: plan.report.errorTable,
        stageTwo: plan.training.stageTwo?.start), "\(plan.files.plots)_curves", log)
  }

  private static func draw(
    _ figure: FigureSheet, _ path: String, _ log: TrainingLog
  ) throws(MACEError) {
    try Directory.make(for: path)
    if let warning = try figure.write(to: path).warning { try log.warn(warning) }
  }
}
