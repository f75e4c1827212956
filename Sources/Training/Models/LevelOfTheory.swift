import Diagnostics
import MACE

/// What the labels of a head are.
public struct LevelOfTheory: Sendable, Equatable {
  public enum Dispersion: String, Sendable, CaseIterable {
    case included
    case absent = "none"
    case unknown
  }

  /// For example "revPBE-D3"; empty when nobody said.
  public var name: String
  /// Whether the labels include dispersion, which must then not be added once more.
  public var dispersion: Dispersion

  /// - Parameter dispersion: nil is what the name says.
  public init(name: String = "", dispersion: Dispersion? = nil) {
    self.name = name
    self.dispersion = dispersion ?? Self.dispersion(named: name)
  }

  public var isKnown: Bool { !name.isEmpty || dispersion != .unknown }

  /// For people: "revPBE-D3, dispersion included".
  public var text: String {
    let dispersion =
      switch dispersion {
      case .included: "dispersion included"
      case .absent: "no dispersion"
      case .unknown: "dispersion unknown"
      }
    return (name.isEmpty ? "unknown" : name) + ", " + dispersion
  }

  /// A name such as "revPBE-D3(BJ)" says that dispersion is in it; one without a correction says nothing, since
  /// functionals and methods may include it by themselves.
  private static func dispersion(named name: String) -> Dispersion {
    let corrections: Set<Substring> = ["d2", "d3", "d3bj", "d3zero", "d4", "mbd", "vv10", "rvv10"]
    let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }
    return words.contains { corrections.contains($0) } ? .included : .unknown
  }
}

extension LevelOfTheory {
  /// What is known of the labels of each head; the replay head's are the foundation's, unless somebody said so.
  /// - Throws: `.format` when the foundation's metadata are damaged.
  static func levels(
    of heads: [EffectivePlan.Head], foundation: FoundationModel?
  ) throws(MACEError) -> [String: LevelOfTheory] {
    var levels: [String: LevelOfTheory] = [:]
    for head in heads {
      var level = head.level
      if !level.isKnown, head.name == EffectivePlan.replayHead, let foundation {
        level = try foundation.potential.model.trainingSummary()?.levels[foundation.head] ?? level
      }
      if level.isKnown { levels[head.name] = level }
    }
    return levels
  }
}
