/// Splits the inside of [...] or {...} into elements, or into rows of elements.
struct BracketScanner {
  struct Token {
    var text: Substring
    var isQuoted: Bool
  }

  /// The elements, when there are no rows.
  private(set) var flat: [Token] = []
  private let bytes: [UInt8]
  private var index = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  /// The rows of a nested array; nil for a flat one, whose elements are in `flat`.
  mutating func scan() throws(ParseFailure) -> [[Token]]? {
    var rows: [[Token]] = []
    while skipSeparators() {
      if isOpening(bytes[index]) {
        index += 1
        rows.append(try row())
      } else {
        flat.append(try token())
      }
    }
    if rows.isEmpty { return nil }
    guard flat.isEmpty else { throw ParseFailure("an array mixes rows and single elements") }
    return rows
  }

  private mutating func row() throws(ParseFailure) -> [Token] {
    var tokens: [Token] = []
    while skipSeparators() {
      if isClosing(bytes[index]) {
        index += 1
        return tokens
      }
      if isOpening(bytes[index]) {
        throw ParseFailure("an array is nested more than two deep, which is not supported")
      }
      tokens.append(try token())
    }
    throw ParseFailure("a nested array is not closed")
  }

  private func isOpening(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") }

  private func isClosing(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") }

  private func isSeparator(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == UInt8(ascii: ",") }

  private mutating func skipSeparators() -> Bool {
    while index < bytes.count, isSeparator(bytes[index]) { index += 1 }
    return index < bytes.count
  }

  private mutating func token() throws(ParseFailure) -> Token {
    let quote = bytes[index]
    if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      index += 1
      var content: [UInt8] = []
      while index < bytes.count, bytes[index] != quote {
        if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count { index += 1 }
        content.append(bytes[index])
        index += 1
      }
      guard index < bytes.count else { throw ParseFailure("a quoted array element is not closed") }
      index += 1
      return Token(text: Substring(String(decoding: content, as: UTF8.self)), isQuoted: true)
    }
    let start = index
    while index < bytes.count, !isSeparator(bytes[index]), !isOpening(bytes[index]),
      !isClosing(bytes[index])
    {
      index += 1
    }
    guard index > start else {
      throw ParseFailure("an array has a closing bracket without an opening one")
    }
    return Token(text: Substring(String(decoding: bytes[start..<index], as: UTF8.self)), isQuoted: false)
  }
}
