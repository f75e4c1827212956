import Diagnostics

/// The options of a run as they were given, on the command line and in a YAML file: each known, of the right
/// type and allowed. Whether they fit together is the matter of `EffectivePlan`.
public struct TrainingOptions: Sendable {
  /// A value and where it was written.
  struct Given: Sendable {
    var value: Literal
    /// "--swa_lr" or "swa_lr in run.yaml".
    var written: String
  }

  private(set) var given: [String: Given] = [:]

  /// Reads arguments as argparse does: `--name value`, `--name=value`, flags without value, unambiguous
  /// beginnings of names; of a repeated option the last one counts, and the command line overrides the file.
  ///
  /// - Parameter readConfiguration: reads the YAML file of `--config`.
  /// - Throws: `.invalidArgument` for an unknown option or a value that is not allowed, `.unsupported` for one
  ///   that is not implemented, and what `readConfiguration` throws.
  public init(
    arguments: [String],
    readConfiguration: (String) throws(MACEError) -> Literal = { (path) throws(MACEError) in
      throw MACEError(.unsupported, "--config \(path): no YAML reader")
    }
  ) throws(MACEError) {
    try parse(arguments)
    if let file = optionalText("config") {
      let commandLine = given
      try apply(try readConfiguration(file), file: file)
      given.merge(commandLine) { $1 }
    }
  }

  private mutating func parse(_ arguments: [String]) throws(MACEError) {
    var position = 0
    while position < arguments.count {
      let argument = arguments[position]
      position += 1
      guard argument.hasPrefix("--"), argument.count > 2 else {
        throw MACEError(
          .invalidArgument, "'\(argument)' stands alone; options are written --name value or --name=value")
      }
      let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let option = try OptionTable.option(abbreviated: String(parts[0]), written: "--\(parts[0])")
      var words = parts.dropFirst().map(String.init)
      if words.isEmpty {
        let limit = option.kind.isFlag ? 0 : option.kind == .words ? arguments.count : 1
        while words.count < limit, position < arguments.count, !arguments[position].hasPrefix("--") {
          words.append(arguments[position])
          position += 1
        }
        guard option.kind.isFlag || !words.isEmpty else {
          throw MACEError(.invalidArgument, "--\(option.name) needs a value")
        }
      }
      let value: Literal = option.kind == .words ? .list(words.map { .text($0) }) : words.first.map { .text($0) } ?? true
      try set(option, to: value, written: "--\(parts[0])")
    }
  }

  private mutating func apply(_ configuration: Literal, file: String) throws(MACEError) {
    if configuration == .none { return }
    guard case .dictionary(let entries) = configuration else {
      throw MACEError(.format, "\(file): the file is not a mapping of option names to values")
    }
    for entry in entries {
      let name = entry.key.description
      guard let option = OptionTable.option(named: name), name != "config" else {
        throw OptionTable.unknown(name, written: "\(name) (in \(file))")
      }
      // As for mace_run_train, a key without value is not given.
      if entry.value == .none { continue }
      if option.kind.isFlag, entry.value == false { continue }
      try set(option, to: entry.value, written: "\(name) in \(file)")
    }
  }

  private mutating func set(_ option: OptionSpecification, to raw: Literal, written: String) throws(MACEError) {
    let value = try option.value(raw, written: written)
    if case .refused(let reason) = option.status, value != option.defaultValue {
      throw MACEError(.unsupported, "\(written): \(reason)")
    }
    given[option.name] = Given(value: value, written: written)
  }

  // MARK: Values

  package func isGiven(_ name: String) -> Bool { given[name] != nil }

  /// As written by the user: "--swa_lr", "swa_lr in run.yaml".
  func written(_ name: String) -> String { given[name]?.written ?? "--\(name)" }

  /// The value of an option of the table; its default when it is not given.
  package func value(_ name: String) -> Literal {
    if let given = given[name] { return given.value }
    guard let option = OptionTable.option(named: name) else { preconditionFailure("no option \(name)") }
    return option.defaultValue
  }

  func optionalText(_ name: String) -> String? {
    if case .text(let text) = value(name) { return text }
    return nil
  }
  package func text(_ name: String) -> String { optionalText(name) ?? "" }
  func optionalInteger(_ name: String) -> Int? {
    if case .integer(let i) = value(name) { return i }
    return nil
  }
  package func integer(_ name: String) -> Int { optionalInteger(name) ?? 0 }
  package func optionalReal(_ name: String) -> Double? { value(name).number }
  package func real(_ name: String) -> Double { optionalReal(name) ?? 0 }
  package func flag(_ name: String) -> Bool { value(name) == true }

  /// One warning for all options that have no effect, by reason.
  public var warnings: [String] {
    var byReason: [(reason: String, names: [String])] = []
    for option in OptionTable.all {
      guard case .ignored(let reason) = option.status, isGiven(option.name),
        value(option.name) != option.defaultValue
      else { continue }
      if let place = byReason.firstIndex(where: { $0.reason == reason }) {
        byReason[place].names.append(written(option.name))
      } else {
        byReason.append((reason, [written(option.name)]))
      }
    }
    return byReason.map { "\($0.names.joined(separator: ", ")): no effect, \($0.reason)" }
  }
}
