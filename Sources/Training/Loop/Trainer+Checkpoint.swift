import Checkpoint
import Diagnostics

extension Trainer {
  /// Goes on where the latest checkpoint of the store ends.
  /// - Returns: the next epoch, or nil when there is no checkpoint and training begins anew.
  /// - Throws: as `restart(from:)`.
  public func restartLatest() throws(MACEError) -> Int? {
    guard let path = try checkpoints?.latest() else { return nil }
    try restart(from: path)
    return state.epoch
  }

  /// Takes the whole state from a checkpoint file.
  /// - Throws: `.io` or `.format`; `.invalidArgument`, naming what differs, when the file is of a run with other
  ///   parameters, data or options. Numbers and conditions of the end (`max_num_epochs`, `patience`,
  ///   convergence) may differ.
  public func restart(from path: String) throws(MACEError) {
    let contents = try Safetensors(contentsOf: path) { (metadata) throws(MACEError) in
      guard metadata["format"] == TrainingState.format else {
        throw MACEError(.format, "\(path) is not a training checkpoint of this library")
      }
      guard metadata["format_version"] == TrainingState.version else {
        throw MACEError(
          .unsupported, "\(path) has another format version than \(TrainingState.version); update the library"
        )
      }
      try checkIdentity(metadata, path)
    }
    var restored = state
    try restored.restore(contents.tensors, try json(contents.metadata, "state", path), file: path)
    state = restored
    checkpoints?.replace(by: path, isStageTwo: state.isStageTwo, isBest: state.lastEpochWasBest)
    observer(.restart(path: path, epoch: state.epoch))
  }

  /// Writes the state after an epoch, if there is a store.
  func saveCheckpoint() throws(MACEError) {
    guard let store = checkpoints else { return }
    try store.makeDirectory()
    let epoch = state.epoch - 1
    let path = store.path(epoch: epoch, isStageTwo: state.isStageTwo)
    try Safetensors.write(
      state.tensors,
      metadata: [
        ("format", TrainingState.format), ("format_version", TrainingState.version),
        ("state", state.metadata.encoded), ("layout", layoutText),
        ("options", JSON.object(identity.map { ($0.key, .text($0.text)) }).encoded),
      ], to: path)
    checkpoints?.replace(by: path, isStageTwo: state.isStageTwo, isBest: state.lastEpochWasBest)
    observer(.checkpoint(path: path, epoch: epoch))
  }

  /// [[name, length, …], …]
  private var layoutText: String {
    JSON.array(engine.layout.entries.map { .array([.text($0.name)] + $0.shape.map { .integer($0) }) }).encoded
  }

  private func json(
    _ metadata: [String: String], _ key: String, _ path: String
  ) throws(MACEError) -> JSON {
    try JSONParser.parse(Array((metadata[key] ?? "").utf8), subject: "\(path): '\(key)'")
  }

  private func checkIdentity(_ metadata: [String: String], _ path: String) throws(MACEError) {
    var differences: [String] = []
    guard case .object(let entries) = try json(metadata, "options", path) else {
      throw MACEError(.format, "\(path): 'options' is not an object; the file is damaged")
    }
    for (key, text) in identity {
      guard let then = entries.first(where: { $0.key == key })?.value else {
        differences.append("\(key) (\(text)) is new")
        continue
      }
      if then != .text(text), case .text(let then) = then {
        differences.append("\(key) was '\(then)' and is now '\(text)'")
      }
    }
    for (key, _) in entries where !identity.contains(where: { $0.key == key }) {
      differences.append("\(key) is gone")
    }
    if metadata["layout"] != layoutText { differences.append(try layoutDifference(metadata, path)) }
    guard differences.isEmpty else {
      throw MACEError(
        .invalidArgument,
        "\(path) belongs to another run: \(differences.joined(separator: "; ")). Restore that, or train under "
          + "another name or without restart_latest")
    }
  }

  private func layoutDifference(_ metadata: [String: String], _ path: String) throws(MACEError) -> String {
    guard case .array(let then) = try json(metadata, "layout", path),
      case .array(let now) = try JSONParser.parse(Array(layoutText.utf8), subject: "the layout")
    else { throw MACEError(.format, "\(path): 'layout' is not a list; the file is damaged") }
    for (a, b) in zip(then, now) where a != b {
      return "the model's parameter was \(a.encoded) and is now \(b.encoded)"
    }
    return "the model had \(then.count) parameter tensors and has now \(now.count)"
  }
}
