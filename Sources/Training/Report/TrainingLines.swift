import Diagnostics

/// Lines of the log during training, in mace-torch's words.
public enum TrainingLines {
  /// "Epoch 3: head: Default, loss=11.35988387, RMSE_E_per_atom=  190.86 meV, RMSE_F= 2124.29 meV / A", with
  /// "Initial" before any training. An error without labels is "None".
  public static func evaluation(_ event: TrainingEvent.Evaluation, _ table: ErrorTableKind) -> String {
    let metrics = event.metrics
    let measure = table.isRMSE ? "RMSE" : "MAE"
    var line = event.epoch.map { "Epoch \($0)" } ?? "Initial"
    line += ": head: \(event.head), loss=\(padded(metrics.loss, 8))"
    line += ", \(measure)_E\(table.isPerAtom ? "_per_atom" : "")=\(milli(table.energy(metrics))) meV"
    line += ", \(measure)_F=\(milli(table.forces(metrics))) meV / A"
    guard table.showsStress else { return line }
    if let stress = metrics.stress {
      return line + ", \(measure)_stress=\(milli(table.isRMSE ? stress.rmse : stress.mae)) meV / A^3"
    }
    if let virials = metrics.virials {
      return line
        + (table.isRMSE
          ? ", RMSE_virials_per_atom=\(milli(virials.rmsePerAtom)) meV" : ", MAE_virials=\(milli(virials.mae)) meV")
    }
    return line
  }

  /// The line of an event; nil for steps and ends of epochs, which are not logged.
  public static func line(_ event: TrainingEvent, _ table: ErrorTableKind) -> (text: String, level: LogLevel)? {
    switch event {
    case .step: return nil
    case .epochEnd(let epoch):
      let rates = Set(epoch.learningRates.map(\.rate)).sorted().map { NumberText.significant($0, 6) }
      return (
        "Epoch \(epoch.epoch): training loss=\(padded(epoch.loss, 8)), lr=\(rates.joined(separator: ", ")), "
          + "\(NumberText.duration(epoch.time))\(epoch.isBest ? ", best so far" : "")", .debug
      )
    case .evaluation(let evaluation): return (self.evaluation(evaluation, table), .info)
    case .stageTwo(let epoch, let reason):
      let why = reason == .schedule ? "" : " (\(reason.rawValue))"
      return ("Changing loss based on Stage Two Weights at epoch \(epoch)\(why)", .info)
    case .checkpoint(let path, let epoch): return ("Checkpoint of epoch \(epoch): \(path)", .debug)
    case .restart(let path, let epoch):
      return ("Loading checkpoint: \(path); training goes on with epoch \(epoch)", .info)
    case .stop(.schedule): return ("Training complete", .info)
    case .stop(let reason): return ("Training complete: stopped by \(reason.rawValue)", .info)
    }
  }

  /// mace-torch's `8.8f` and `8.2f` of thousandths.
  private static func padded(_ value: Double, _ digits: Int) -> String {
    let text = NumberText.fixed(value, digits)
    return String(repeating: " ", count: max(8 - text.count, 0)) + text
  }

  private static func milli(_ value: Double?) -> String { value.map { padded(1000 * $0, 2) } ?? "None" }
}
