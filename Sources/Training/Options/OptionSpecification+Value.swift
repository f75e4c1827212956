import Diagnostics

extension OptionSpecification.Kind {
  package var isFlag: Bool {
    if case .flag = self { return true }
    return false
  }

  /// What a value looks like, for messages and the help.
  var description: String {
    switch self {
    case .text: "a text"
    case .words: "one or more words"
    case .integer(let least): least == 0 ? "an integer of at least 0" : "an integer of at least \(least)"
    case .real(let bounds): bounds.rawValue
    case .realOrNone(let bounds): bounds.rawValue + ", or None"
    case .flag: "no value"
    case .boolean: "True or False"
    case .choice(let names): "one of " + names.joined(separator: ", ")
    case .list: "a list such as [64, 64, 64]"
    case .dictionary: "a dictionary such as {'Default': 1.0}"
    case .textOrDictionary: "a text or a dictionary such as {1: -13.6, 8: -2043.1}"
    case .paths: "a file or a list of files"
    }
  }
}

extension OptionSpecification {
  /// The value of this option that was written as `raw`: a text of the command line or a value of a YAML file.
  /// - Throws: `.invalidArgument` when it is not allowed, `.unsupported` when it is a choice that is not
  ///   implemented.
  package func value(_ raw: Literal, written: String) throws(MACEError) -> Literal {
    if case .text(let text) = raw, let reason = refusedValues[text] {
      throw MACEError(.unsupported, "\(written)=\(text): \(reason)")
    }
    if let value = try converted(raw, written: written) { return value }
    throw MACEError(.invalidArgument, "\(written): '\(raw)' is not \(kind.description)")
  }

  /// nil when the value is not of this kind.
  private func converted(_ raw: Literal, written: String) throws(MACEError) -> Literal? {
    switch kind {
    case .text:
      if case .text = raw { return raw }
      return raw == .none || raw.isCollection ? nil : .text(raw.description)
    case .words:
      if case .list(let items) = raw { return .list(items.map { .text($0.description) }) }
      return .list([.text(raw.description)])
    case .integer(let least):
      guard case .integer(let i) = raw.scalar, i >= least else { return nil }
      return .integer(i)
    case .real(let bounds), .realOrNone(let bounds):
      if case .realOrNone = kind, raw == .text("None") || raw == .none { return Literal.none }
      guard let x = raw.scalar.number, bounds.contains(x) else { return nil }
      return .real(x)
    case .flag(let sets):
      guard let isGiven = raw.truth else { return nil }
      return .boolean(isGiven ? sets : !sets)
    case .boolean: return raw.truth.map { .boolean($0) }
    case .choice(let names):
      let text = Literal.text(raw == .none ? "None" : raw.description)
      return names.contains(text.description) ? text : nil
    case .paths: return Self.paths(raw)
    case .list, .dictionary, .textOrDictionary: return try collection(raw, written: written)
    }
  }

  private func collection(_ raw: Literal, written: String) throws(MACEError) -> Literal? {
    var value = raw
    if case .text(let text) = raw {
      let start = text.first { !$0.isWhitespace }
      guard start == "{" || start == "[" || start == "(" else { return kind == .textOrDictionary ? raw : nil }
      do throws(MACEError) {
        value = try LiteralParser.parse(text)
      } catch {
        throw MACEError(.invalidArgument, "\(written): '\(text)' is not \(kind.description): \(error.message)")
      }
    }
    switch (kind, value) {
    case (.list, .list), (.dictionary, .dictionary), (.textOrDictionary, .dictionary): return value
    default: return nil
    }
  }

  /// A path, or a list of paths also when it is written as a Python list in a text.
  static func paths(_ raw: Literal) -> Literal? {
    if case .text(let text) = raw {
      if text.hasPrefix("["), case .list(let items)? = try? LiteralParser.parse(text) { return paths(.list(items)) }
      return text.isEmpty ? nil : .list([raw])
    }
    guard case .list(let items) = raw, !items.isEmpty,
      items.allSatisfy({ if case .text(let path) = $0 { !path.isEmpty } else { false } })
    else { return nil }
    return raw
  }
}

extension Literal {
  var isCollection: Bool {
    switch self {
    case .list, .dictionary: true
    default: false
    }
  }

  /// The number that a text writes; other values as they are.
  var scalar: Literal {
    if case .text(let text) = self { return Literal(number: text) ?? self }
    return self
  }

  /// True and false as mace_run_train takes them.
  var truth: Bool? {
    switch self {
    case .boolean(let b): b
    case .integer(1): true
    case .integer(0): false
    case .text(let text):
      switch text.lowercased() {
      case "yes", "true", "t", "y", "1": true
      case "no", "false", "f", "n", "0": false
      default: nil
      }
    default: nil
    }
  }
}
