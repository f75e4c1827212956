/// A typed value to text that ASE (and `CommentParser`) reads back as the same value.
///
/// What the blank-separated form cannot express (matrices, arrays of strings, arrays of fewer than two elements,
/// strings that look like numbers) is written behind "_JSON ", as ASE does.
enum ValueFormatter {
  /// The pair `key=value` with quotes where needed.
  static func pair(_ key: String, _ value: Value) throws(ParseFailure) -> String {
    guard !key.isEmpty, !hasControls(key) else {
      throw ParseFailure("the key \(ParseFailure.excerpt(key)) is empty or has control characters")
    }
    return quoted(key) + "=" + quoted(try text(value, key: key))
  }

  /// The value before quoting.
  private static func text(_ value: Value, key: String) throws(ParseFailure) -> String {
    switch value {
    case .bool(let value): return value ? "T" : "F"
    case .int(let value): return "\(value)"
    case .real(let value): return real(value)
    case .string(let value): return try string(value, key: key)
    case .bools(let values): return values.count > 1 ? joined(values.map { $0 ? "T" : "F" }) : json(value)
    case .ints(let values): return values.count > 1 ? joined(values.map { "\($0)" }) : json(value)
    case .reals(let values): return values.count > 1 ? joined(values.map(real)) : json(value)
    case .intMatrix(let rows) where isTensor(key, rows.map(\.count)):
      return joined(fortranOrder(rows).map { "\($0)" })
    case .realMatrix(let rows) where isTensor(key, rows.map(\.count)):
      return joined(fortranOrder(rows).map(real))
    default: return json(value)
    }
  }

  /// The shortest text that reads back as the same double; "nan" without the payload that Swift would print.
  static func real(_ value: Double) -> String { value.isNaN ? "nan" : "\(value)" }

  private static func joined(_ words: [String]) -> String { words.joined(separator: " ") }

  /// ASE keeps these as 3 × 3 matrices and reads and writes them as nine numbers.
  private static func isTensor(_ key: String, _ rowLengths: [Int]) -> Bool {
    (key == "stress" || key == "virial") && rowLengths == [3, 3, 3]
  }

  private static func fortranOrder<Element>(_ rows: [[Element]]) -> [Element] {
    (0..<3).flatMap { column in (0..<3).map { rows[$0][column] } }
  }

  private static func string(_ value: String, key: String) throws(ParseFailure) -> String {
    if key.lowercased() == "uid" {
      guard !hasControls(value) else { throw ParseFailure("the value of \"\(key)\" has control characters") }
      return value
    }
    return isPlain(value) ? value : json(.string(value))
  }

  /// True for text that readers do not take for a number, a logical value or JSON.
  private static func isPlain(_ text: String) -> Bool {
    if hasControls(text) || text.utf8.allSatisfy({ $0 == 0x20 || $0 == UInt8(ascii: ",") }) { return false }
    // Python takes 1_000 for a number.
    return ValueParser.value(text) == .string(text)
      && ValueParser.value(text.filter { $0 != "_" }) == .string(text.filter { $0 != "_" })
  }

  private static func hasControls(_ text: String) -> Bool {
    text.utf8.contains { $0 < 0x20 || $0 == 0x7F }
  }

  /// Quotes and escapes unless all characters are harmless.
  static func quoted(_ text: String) -> String {
    let isHarmless = text.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: ":"),
        UInt8(ascii: "/"):
        true
      default: false
      }
    }
    return isHarmless && !text.isEmpty ? text : "\"" + escaped(text) + "\""
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      if character == "\"" || character == "\\" { result += "\\" }
      result.unicodeScalars.append(character)
    }
    return result
  }

  // MARK: JSON

  private static func json(_ value: Value) -> String { "_JSON " + element(value) }

  private static func element(_ value: Value) -> String {
    switch value {
    case .bool(let value): value ? "true" : "false"
    case .int(let value): "\(value)"
    case .real(let value): number(value)
    case .string(let value): "\"" + jsonEscaped(value) + "\""
    case .bools(let values): list(values.map { $0 ? "true" : "false" })
    case .ints(let values): list(values.map { "\($0)" })
    case .reals(let values): list(values.map(number))
    case .strings(let values): list(values.map { "\"" + jsonEscaped($0) + "\"" })
    case .boolMatrix(let rows): list(rows.map { element(.bools($0)) })
    case .intMatrix(let rows): list(rows.map { element(.ints($0)) })
    case .realMatrix(let rows): list(rows.map { element(.reals($0)) })
    case .stringMatrix(let rows): list(rows.map { element(.strings($0)) })
    }
  }

  private static func list(_ elements: [String]) -> String {
    "[" + elements.joined(separator: ", ") + "]"
  }

  /// Python's spelling of numbers that JSON does not have.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return "\(value)"
  }

  private static func jsonEscaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where character.value < 0x20 || character.value == 0x7F:
        let digits = String(character.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
