import Diagnostics

/// How many frames of which file have which label.
public struct LabelTable: Sendable, Equatable {
  public enum Label: String, Sendable, CaseIterable { case energy, forces, stress, virials }

  public struct File: Sendable, Equatable {
    public var path: String
    /// Frames that are used; isolated atoms that only gave an E0 are not among them.
    public var frames = 0
    public var atoms = 0
    /// Frames that have the label.
    public var labelled: [Label: Int] = [:]
    public var isolatedAtoms = 0
    /// Keys of frames that are not labels: what a missing key may be called.
    var otherKeys: Set<String> = []

    init(path: String) { self.path = path }
  }

  public let keys: LabelKeys
  public internal(set) var files: [File] = []

  func key(_ label: Label) -> String {
    switch label {
    case .energy: keys.energy
    case .forces: keys.forces
    case .stress: keys.stress
    case .virials: keys.virials
    }
  }

  public func count(_ label: Label) -> Int { files.reduce(0) { $0 + ($1.labelled[label] ?? 0) } }
  public var frameCount: Int { files.reduce(0) { $0 + $1.frames } }

  /// One row per file and label: key, frames with it, frames without.
  public var text: String {
    var table = TextTable()
    table.add(["file", "label", "key", "frames with", "without"])
    table.addRule()
    for file in files {
      for (row, label) in Label.allCases.enumerated() {
        let count = file.labelled[label] ?? 0
        table.add([row == 0 ? file.path : "", label.rawValue, key(label), "\(count)", "\(file.frames - count)"])
      }
    }
    return table.text
  }

  /// What to tell about keys that no frame has. Energy and forces are expected; the others only when their keys
  /// are not the defaults.
  public var notes: [String] {
    var notes: [String] = []
    let usual = LabelTable(keys: LabelKeys())
    for label in Label.allCases where frameCount > 0 && count(label) == 0 {
      guard label == .energy || label == .forces || key(label) != usual.key(label) else { continue }
      let similar = Set(files.flatMap(\.otherKeys)).filter { $0.lowercased().contains(label.rawValue.prefix(5)) }
      notes.append(
        "no frame has the key '\(key(label))' (\(label.rawValue)_key)"
          + (similar.isEmpty ? "" : "; the frames have \(similar.sorted().map { "'\($0)'" }.joined(separator: ", "))"))
    }
    return notes
  }
}
