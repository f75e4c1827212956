/// One option of `mace train`: how it is written, its default, and what becomes of it.
public struct OptionSpecification: Sendable {
  public enum Kind: Sendable, Equatable {
    case text
    /// One or more words.
    case words
    case integer(atLeast: Int)
    case real(Bounds)
    /// A real number or None.
    case realOrNone(Bounds)
    /// Given without a value: True (`store_true`) or, for the other, False.
    case flag(sets: Bool)
    /// True or False, also yes, no, t, f, y, n, 1 and 0.
    case boolean
    case choice([String])
    /// A Python literal: a list.
    case list
    /// A Python literal: a dictionary.
    case dictionary
    /// A dictionary, or a text that is none.
    case textOrDictionary
    /// A path or a list of paths.
    case paths
  }

  /// The values a real number may have.
  public enum Bounds: String, Sendable {
    case any = "a number"
    case positive = "a number above 0"
    case notNegative = "a number of at least 0"
    /// 0 ≤ x < 1
    case decay = "a number of at least 0 and below 1"
    /// 0 < x < 1
    case fraction = "a number between 0 and 1"

    func contains(_ x: Double) -> Bool {
      switch self {
      case .any: true
      case .positive: x > 0
      case .notNegative: x >= 0
      case .decay: x >= 0 && x < 1
      case .fraction: x > 0 && x < 1
      }
    }
  }

  /// What becomes of an option that is given.
  public enum Status: Sendable, Equatable {
    case used
    /// Accepted with one warning: why it changes nothing here.
    case ignored(String)
    /// An error unless the value is the default: why, and what to do instead.
    case refused(String)
  }

  /// Headings of the help.
  public enum Group: String, Sendable, CaseIterable {
    case run = "Run and files"
    case data = "Data"
    case keys = "Keys of labels in the data"
    case energies = "Atomic energies and statistics"
    case model = "Model"
    case fineTuning = "Fine-tuning"
    case loss = "Loss"
    case stageTwo = "Stage two"
    case optimizer = "Optimiser and schedule"
    case report = "Checkpoints and reports"
  }

  public let name: String
  public let aliases: [String]
  public let kind: Kind
  /// None where there is no value unless one is given.
  public let defaultValue: Literal
  public let group: Group
  public let help: String
  public let status: Status
  /// Values of a choice that are refused, with the reason.
  public let refusedValues: [String: String]
  /// Not an option of mace_run_train.
  public let isOurs: Bool

  init(
    _ name: String, _ kind: Kind, _ defaultValue: Literal, _ group: Group, _ help: String,
    aliases: [String] = [], status: Status = .used, refusing refusedValues: [String: String] = [:],
    isOurs: Bool = false
  ) {
    self.name = name
    self.aliases = aliases
    self.kind = kind
    self.defaultValue = defaultValue
    self.group = group
    self.help = help
    self.status = status
    self.refusedValues = refusedValues
    self.isOurs = isOurs
  }
}
