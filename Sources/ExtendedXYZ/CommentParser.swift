/// The key=value pairs of a comment line.
///
/// The rules are those of ASE's reader: single or double quotes, a backslash takes the next character as it is,
/// blanks around "=" are allowed, a key without "=" is true, further "=" belong to the value. Beyond them,
/// values that begin with "[" or "{" may be nested arrays.
struct CommentParser {
  /// The text of a value and how it was delimited.
  private enum RawValue {
    case text(String)
    case bracket(String, opening: UInt8)
  }

  private let bytes: [UInt8]
  private var index = 0
  /// Free text ("John's cell, 300 K"): every word is a key, quotes and brackets mean nothing.
  private let isFreeText: Bool

  init(_ line: UnsafeBufferPointer<UInt8>) {
    bytes = Array(line)
    isFreeText = !bytes.contains(UInt8(ascii: "="))
  }

  /// All pairs; of a key that occurs twice the last value counts.
  mutating func parse() throws(ParseFailure) -> Info {
    var info = Info()
    skipBlanks()
    while index < bytes.count {
      let key = try word(stopAtEquals: true)
      skipBlanks()
      guard index < bytes.count, bytes[index] == UInt8(ascii: "="), !isFreeText else {
        if !key.isEmpty { info[key] = .bool(true) }
        continue
      }
      guard !key.isEmpty else { throw ParseFailure("the comment line has a \"=\" without a key before it") }
      index += 1
      info[key] = isEmptyValue ? .string("") : try typed(key, try rawValue(key))
      skipBlanks()
    }
    return info
  }

  private func typed(_ key: String, _ raw: RawValue) throws(ParseFailure) -> Value {
    switch raw {
    case .text(let text):
      // ASE leaves identifiers alone, whatever they look like.
      if key.lowercased() == "uid" { return .string(text) }
      let value = ValueParser.value(text)
      // Tensors are real even where a program wrote "0 0 0 0 0 0 0 0 0".
      if case .ints = value, key == "stress" || key == "virial" { return .reals(value.reals ?? []) }
      return value
    case .bracket(let text, let opening):
      do {
        return try ValueParser.bracketed(text, stringsAllowed: opening == UInt8(ascii: "["))
      } catch {
        if opening == UInt8(ascii: "{") { return .string(text) }
        throw ParseFailure("key \"\(key)\": \(error.message)")
      }
    }
  }

  private mutating func skipBlanks() {
    while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
  }

  /// True for the value of `note` in `note= pbc="T T T"`, which is how ASE writes an empty string.
  private var isEmptyValue: Bool {
    guard index < bytes.count, bytes[index] <= 0x20 else { return false }
    let rest = bytes[index...].drop { $0 <= 0x20 }
    let name = rest.prefix { byte in
      byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39
        || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
    return !name.isEmpty && rest.dropFirst(name.count).first == UInt8(ascii: "=")
  }

  private mutating func rawValue(_ key: String) throws(ParseFailure) -> RawValue {
    skipBlanks()
    guard index < bytes.count else { return .text("") }
    let opening = bytes[index]
    if opening == UInt8(ascii: "[") || opening == UInt8(ascii: "{") {
      return .bracket(try bracketText(key), opening: opening)
    }
    var text = try word(stopAtEquals: false)
    // "a = b = c": what follows another "=" still belongs to the value.
    skipBlanks()
    while index < bytes.count, bytes[index] == UInt8(ascii: "=") {
      index += 1
      skipBlanks()
      text += "=" + (try word(stopAtEquals: false))
      skipBlanks()
    }
    return .text(text)
  }

  /// Characters up to the next blank (or "="), quotes and escapes resolved.
  private mutating func word(stopAtEquals: Bool) throws(ParseFailure) -> String {
    var content: [UInt8] = []
    while index < bytes.count, bytes[index] > 0x20 {
      let byte = bytes[index]
      if isFreeText {
        content.append(byte)
      } else if stopAtEquals, byte == UInt8(ascii: "=") {
        break
      } else if byte == UInt8(ascii: "\\"), index + 1 < bytes.count {
        index += 1
        content.append(bytes[index])
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        try quoted(byte, &content)
      } else {
        content.append(byte)
      }
      index += 1
    }
    return String(decoding: content, as: UTF8.self)
  }

  /// Appends what is between quotes; `index` goes from the opening to the closing quote.
  private mutating func quoted(_ quote: UInt8, _ content: inout [UInt8]) throws(ParseFailure) {
    let start = index
    index += 1
    while index < bytes.count, bytes[index] != quote {
      if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count { index += 1 }
      content.append(bytes[index])
      index += 1
    }
    guard index < bytes.count else {
      let rest = String(decoding: bytes[start...].prefix(200), as: UTF8.self)
      throw ParseFailure("a quoted text is not closed: \(ParseFailure.excerpt(rest))")
    }
  }

  /// The text between balanced brackets; `index` goes behind the closing one.
  private mutating func bracketText(_ key: String) throws(ParseFailure) -> String {
    var depth = 0
    var quote: UInt8?
    let start = index
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\") {
        index += 1
      } else if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
        depth += 1
      } else if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") {
        depth -= 1
        if depth == 0 {
          index += 1
          return String(decoding: bytes[start + 1..<index - 1], as: UTF8.self)
        }
      }
      index += 1
    }
    throw ParseFailure("the brackets of the value of \"\(key)\" are not closed")
  }
}
