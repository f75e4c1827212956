/// Text of a value to a typed value.
enum ValueParser {
  /// A value without brackets, by ASE's rules: split at blanks and commas; all integers, else all reals, else
  /// all logicals, else the text itself. One element is a scalar.
  static func value(_ text: String) -> Value {
    if text.hasPrefix("_JSON "), let value = JSONArrayParser.value(text.dropFirst(6)) { return value }
    let tokens = tokens(text)
    guard !tokens.isEmpty, let array = numbersOrLogicals(tokens) else { return .string(text) }
    return array
  }

  private static func tokens(_ text: String) -> [Substring] {
    text.split { $0 == " " || $0 == "," || $0 == "\t" || $0 == "\r" || $0 == "\n" || $0 == "\r\n" }
  }

  /// A scalar (one token) or an array; nil when some token is neither number nor logical.
  static func numbersOrLogicals(_ tokens: [Substring]) -> Value? {
    if let ints = converted(tokens, integer) { return ints.count == 1 ? .int(ints[0]) : .ints(ints) }
    if let reals = converted(tokens, real) { return reals.count == 1 ? .real(reals[0]) : .reals(reals) }
    if let bools = converted(tokens, logical) { return bools.count == 1 ? .bool(bools[0]) : .bools(bools) }
    return nil
  }

  static func converted<Result>(
    _ tokens: [Substring], _ convert: (Substring) -> Result?
  ) -> [Result]? {
    var results: [Result] = []
    for token in tokens {
      guard let result = convert(token) else { return nil }
      results.append(result)
    }
    return results
  }

  static func integer(_ token: Substring) -> Int? {
    var copy = token
    return copy.withUTF8 { NumberParser.integer($0) }
  }

  /// A D exponent counts only behind a decimal point: "3d2" is more likely a label than 300.
  static func real(_ token: Substring) -> Double? {
    var copy = token
    return copy.withUTF8 { bytes in
      let isLabel =
        bytes.contains { $0 | 0x20 == UInt8(ascii: "d") } && !bytes.contains(UInt8(ascii: "."))
      return isLabel ? nil : NumberParser.real(bytes)
    }
  }

  static func logical(_ token: Substring) -> Bool? {
    switch token {
    case "T", "true", "True", "TRUE": true
    case "F", "false", "False", "FALSE": false
    default: nil
    }
  }

  /// The inside of [...] or {...}: an array of numbers, logicals or strings, or rows of them.
  ///
  /// - Parameters:
  ///   - text: everything between the outer brackets.
  ///   - stringsAllowed: false for {...}, whose content is text unless it is all numbers or logicals.
  static func bracketed(_ text: String, stringsAllowed: Bool) throws(ParseFailure) -> Value {
    var scanner = BracketScanner(text)
    let rows = try scanner.scan()
    guard let rows else {
      let tokens = scanner.flat
      if let ints = plain(tokens, integer) { return .ints(ints) }
      if let reals = plain(tokens, real) { return .reals(reals) }
      if let bools = plain(tokens, logical) { return .bools(bools) }
      return stringsAllowed ? .strings(tokens.map { String($0.text) }) : .string(text)
    }
    let columns = rows.first?.count ?? 0
    guard rows.allSatisfy({ $0.count == columns }) else {
      throw ParseFailure("a nested array has rows of different lengths: \(ParseFailure.excerpt(text))")
    }
    if let ints = matrix(rows, integer) { return .intMatrix(ints) }
    if let reals = matrix(rows, real) { return .realMatrix(reals) }
    if let bools = matrix(rows, logical) { return .boolMatrix(bools) }
    return .stringMatrix(rows.map { $0.map { String($0.text) } })
  }

  private static func plain<Result>(
    _ tokens: [BracketScanner.Token], _ convert: (Substring) -> Result?
  ) -> [Result]? {
    var results: [Result] = []
    for token in tokens {
      guard !token.isQuoted, let result = convert(token.text) else { return nil }
      results.append(result)
    }
    return results
  }

  private static func matrix<Result>(
    _ rows: [[BracketScanner.Token]], _ convert: (Substring) -> Result?
  ) -> [[Result]]? {
    var results: [[Result]] = []
    for row in rows {
      guard let converted = plain(row, convert) else { return nil }
      results.append(converted)
    }
    return results
  }
}
