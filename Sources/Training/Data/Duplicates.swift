/// Frames of one set that stand in the training set, too: errors on them say nothing about new structures.
public struct Duplicates: Sendable, Equatable {
  public struct Pair: Sendable, Equatable {
    public let source: String
    public let original: String
  }

  /// "validation" or "test", for messages.
  public let name: String
  public let pairs: [Pair]
  public let frameCount: Int

  /// Compares elements, positions and cell (to 1e-4 Å) of frames of the same head.
  public init(of frames: [TrainingFrame], named name: String, in training: [TrainingFrame]) {
    struct Key: Hashable {
      let head: String
      let print: Fingerprint
    }
    var known: [Key: String] = [:]
    for frame in training {
      let key = Key(head: frame.head, print: Fingerprint(frame.structure))
      if known[key] == nil { known[key] = frame.source }
    }
    self.name = name
    frameCount = frames.count
    pairs = frames.compactMap { frame in
      known[Key(head: frame.head, print: Fingerprint(frame.structure))].map {
        Pair(source: frame.source, original: $0)
      }
    }
  }

  /// One line for the log; nil when there are none.
  public var text: String? {
    guard !pairs.isEmpty else { return nil }
    let shown = pairs.prefix(3).map { "\($0.source) = \($0.original)" }.joined(separator: "; ")
    return "\(pairs.count) of \(frameCount) \(name) frames stand in the training set, too: \(shown)"
      + (pairs.count > 3 ? "; ..." : "")
  }
}
