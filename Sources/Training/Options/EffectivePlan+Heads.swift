import Diagnostics

extension EffectivePlan {
  /// The name of the head of replay frames.
  public static let replayHead = "pt_head"

  static func heads(_ options: TrainingOptions, multihead: Bool) throws(MACEError) -> [Head] {
    var heads: [Head] = []
    var replayed = HeadOptions(options)
    if case .dictionary(let entries) = options.value("heads") {
      for entry in entries {
        let head = try HeadOptions(entry.key.description, entry.value, options)
        guard multihead, head.name == replayHead else {
          heads.append(try head.head())
          continue
        }
        if let name = head.ownNames.first(where: {
          !$0.hasSuffix("_key") && !HeadOptions.levelNames.contains($0)
        }) {
          throw MACEError(
            .invalidArgument,
            "heads: \(replayHead): \(name) has no effect: the replay frames are those of --pt_train_file; "
              + "only keys and the level of theory can be given here")
        }
        replayed = head
      }
      guard !heads.isEmpty else { throw MACEError(.invalidArgument, "heads: there is no head to train") }
    } else {
      heads = [try replayed.head()]
    }
    if multihead { heads.insert(try replayHead(options, replayed, like: heads[0]), at: 0) }
    for head in heads { try check(head, options, multihead: multihead) }
    return heads
  }

  private static func replayHead(
    _ options: TrainingOptions, _ own: HeadOptions, like first: Head
  ) throws(MACEError) -> Head {
    let replay = replayOptions(options)
    var head = first
    head.name = replayHead
    head.trainFiles = replay.trainFiles
    head.validFiles = []
    if case .list(let paths) = options.value("pt_valid_file") { head.validFiles = paths.map(\.description) }
    head.testFiles = []
    head.validFraction = options.real("valid_fraction")
    head.atomicEnergies = .foundation
    head.keys = own.keys
    head.level = own.ownLevel
    if replay.trainFiles.count == 1, PublishedFile.replaySets[replay.trainFiles[0]] != nil {
      (head.keys.energy, head.keys.forces, head.keys.stress) = ("energy", "forces", "stress")
    }
    head.atomicNumbers = nil
    (head.mean, head.std, head.averageNeighbors, head.statisticsFile) = (nil, nil, nil, nil)
    return head
  }

  private static func check(_ head: Head, _ options: TrainingOptions, multihead: Bool) throws(MACEError) {
    func fail(_ text: String) -> MACEError { MACEError(.invalidArgument, "head '\(head.name)': \(text)") }
    if multihead, head.atomicEnergies == .average {
      throw fail(
        "E0s=average cannot be used in multihead fine-tuning; use estimated, foundation or a dictionary")
    }
    if !options.isGiven("foundation_model") {
      switch head.atomicEnergies {
      case .foundation, .estimated: throw fail("E0s=\(options.text("E0s")) needs --foundation_model")
      default: break
      }
    }
    let shared = Set(head.trainFiles).intersection(head.validFiles + head.testFiles)
    if let file = shared.sorted().first {
      throw fail(
        "\(file) is a training file and a validation or test file, too; errors on it would mean nothing")
    }
  }
}
