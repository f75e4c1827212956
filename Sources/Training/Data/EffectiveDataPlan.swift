import Diagnostics

/// What a run trains, validates and tests on, for its log.
public struct EffectiveDataPlan: Sendable {
  public struct Part: Sendable {
    public let head: String
    /// "train", "valid" or "test".
    public let name: String
    public let frames: Int
    public let atoms: Int
    /// Frames whose label has a weight, in the order of `LabelTable.Label`.
    public let used: [Int]

    public init(head: String, name: String, frames: [TrainingFrame]) {
      self.head = head
      self.name = name
      self.frames = frames.count
      atoms = frames.reduce(0) { $0 + $1.structure.count }
      let weights: [KeyPath<PropertyWeights, Double>] = [\.energy, \.forces, \.stress, \.virials]
      used = weights.map { weight in
        frames.count { $0.weights[keyPath: weight] > 0 && $0.weights.config > 0 }
      }
    }
  }

  public var parts: [Part] = []

  public init() {}

  /// A row per head and set: frames, atoms, and frames whose labels count.
  public var text: String {
    var table = TextTable()
    table.add(["head", "set", "frames", "atoms"] + LabelTable.Label.allCases.map(\.rawValue))
    table.addRule()
    for (row, part) in parts.enumerated() {
      let isNew = row == 0 || parts[row - 1].head != part.head
      table.add(
        [isNew ? part.head : "", part.name, "\(part.frames)", "\(part.atoms)"] + part.used.map { "\($0)" })
    }
    return table.text
  }
}
