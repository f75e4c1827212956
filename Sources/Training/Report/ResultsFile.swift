import Checkpoint
import Diagnostics

/// `results/<tag>_train.txt`: one JSON object per line and event, with mace-torch's keys. Training steps are
/// records of mode "opt", evaluations of mode "eval" with the epoch null before any training. Unlike
/// mace-torch's, every record has a head; steps mix frames of all heads, so theirs is "all" when there are
/// several.
public final class ResultsFile {
  private let file: AppendingFile
  private let stepHead: String

  /// - Throws: `.io`
  public init(path: String, heads: [String]) throws(MACEError) {
    file = try AppendingFile(path)
    stepHead = heads.count == 1 ? heads[0] : "all"
  }

  /// Appends the record of a step or an evaluation; other events have none.
  public func add(_ event: TrainingEvent) throws(MACEError) {
    if let record = Self.record(event, stepHead: stepHead) { try file.append(record + "\n") }
  }

  package static func record(_ event: TrainingEvent, stepHead: String) -> String? {
    var fields: [(key: String, value: JSON)]
    switch event {
    case .step(let step):
      fields = [("loss", .number(step.loss)), ("time", .number(step.time)), ("mode", .text("opt"))]
      fields += [("epoch", .integer(step.epoch)), ("head", .text(stepHead))]
    case .evaluation(let evaluation):
      fields = evaluation.metrics.fields.map { ($0.name, .number($0.value)) }
      fields += [("mode", .text("eval")), ("epoch", evaluation.epoch.map { .integer($0) } ?? .null)]
      fields.append(("head", .text(evaluation.head)))
    default: return nil
    }
    return JSON.object(fields).encoded
  }
}
