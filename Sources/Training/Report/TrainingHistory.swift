import Checkpoint
import Diagnostics

/// Losses and errors of a run by epoch, read from its `_train.txt`: ours or mace-torch's.
///
/// When the file goes on with an earlier epoch (a restart, or a run again under the same name), the later
/// records count.
public struct TrainingHistory: Sendable, Equatable {
  public struct Evaluation: Sendable, Equatable {
    /// −1 before any training.
    public var epoch: Int
    /// By mace-torch's names: "loss", "rmse_e_per_atom" (eV), "rmse_f" (eV/Å) …
    public var values: [String: Double]
  }

  public struct Head: Sendable, Equatable {
    public var name: String
    public var evaluations: [Evaluation]
  }

  public struct TrainingLoss: Sendable, Equatable {
    public var epoch: Int
    /// Mean over the steps.
    public var loss: Double
    public var steps: Int
  }

  public private(set) var training: [TrainingLoss] = []
  /// In the order of the file.
  public private(set) var heads: [Head] = []
  /// Lines that are no JSON records.
  public private(set) var skippedLines = 0

  /// - Throws: `.io`; `.format` when the file has no record of an epoch.
  public init(path: String) throws(MACEError) {
    let bytes = try FileBytes.withContents(of: path) { (bytes) throws(MACEError) in [UInt8](bytes) }
    self.init(text: bytes, name: path)
    guard !training.isEmpty || heads.contains(where: { $0.evaluations.count > 0 }) else {
      throw MACEError(
        .format, "\(path) has no records of losses; name a file results/<name>_run-<seed>_train.txt")
    }
  }

  package init(text: [UInt8], name: String) {
    // How many evaluations without head this epoch had: mace-torch of old tells heads apart by order only.
    var unnamed = (epoch: Int.min, count: 0)
    for line in text.split(separator: UInt8(ascii: "\n")) {
      guard let record = Record(Array(line), name: name) else {
        skippedLines += 1
        continue
      }
      if record.isStep {
        addStep(record)
      } else {
        unnamed = unnamed.epoch == record.epoch ? (record.epoch, unnamed.count + 1) : (record.epoch, 1)
        add(record, head: record.head ?? "head \(unnamed.count)")
      }
    }
    if heads.count == 1, heads[0].name == "head 1" { heads[0].name = "Default" }
  }

  private mutating func addStep(_ record: Record) {
    guard let loss = record.values["loss"] else { return }
    training.removeAll { $0.epoch > record.epoch }
    if let last = training.last, last.epoch == record.epoch {
      let steps = last.steps + 1
      training[training.count - 1].loss += (loss - last.loss) / Double(steps)
      training[training.count - 1].steps = steps
    } else {
      training.append(TrainingLoss(epoch: record.epoch, loss: loss, steps: 1))
    }
  }

  private mutating func add(_ record: Record, head: String) {
    let place = heads.firstIndex { $0.name == head } ?? heads.count
    if place == heads.count { heads.append(Head(name: head, evaluations: [])) }
    // A restart evaluates before its first epoch: that is no new beginning of the curve.
    if record.epoch < 0, !heads[place].evaluations.isEmpty { return }
    heads[place].evaluations.removeAll { $0.epoch >= record.epoch }
    heads[place].evaluations.append(Evaluation(epoch: record.epoch, values: record.values))
  }

  /// One line.
  private struct Record {
    var isStep: Bool
    var epoch: Int
    var head: String?
    var values: [String: Double] = [:]

    init?(_ line: [UInt8], name: String) {
      guard case .object(let entries)? = try? JSONParser.parse(line, subject: name) else { return nil }
      var mode: String?
      epoch = -1
      for entry in entries {
        switch (entry.key, entry.value) {
        case ("mode", .text(let text)): mode = text
        case ("head", .text(let text)): head = text
        case ("epoch", .integer(let i)): epoch = i
        case (_, .integer(let i)): values[entry.key] = Double(i)
        case (_, .number(let x)): values[entry.key] = x
        default: break
        }
      }
      guard mode == "opt" || mode == "eval" else { return nil }
      isStep = mode == "opt"
    }
  }
}
