import Diagnostics

/// Reads JSON text: strictly, in bounded depth, every key at most once per object.
package struct JSONParser {
  private let bytes: [UInt8]
  private var position = 0
  private let subject: String

  /// - Parameter subject: what is read, for messages.
  package static func parse(_ bytes: [UInt8], subject: String) throws(MACEError) -> JSON {
    var parser = JSONParser(bytes: bytes, subject: subject)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.position == bytes.count else { throw parser.error("text after the end of the value") }
    return value
  }

  private init(bytes: [UInt8], subject: String) {
    self.bytes = bytes
    self.subject = subject
  }

  private func error(_ what: String) -> MACEError {
    MACEError(.format, "\(subject): \(what) at byte \(position) of the JSON text; the file is damaged")
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let c = peek, c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09 { position += 1 }
  }

  private mutating func expect(_ character: Character) throws(MACEError) {
    guard peek == character.asciiValue else { throw error("'\(character)' is missing") }
    position += 1
  }

  private mutating func accept(_ character: Character) -> Bool {
    guard peek == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(MACEError) -> JSON {
    guard depth < 32 else { throw error("nesting of more than 32 levels") }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ word: String, _ value: JSON) throws(MACEError) -> JSON {
    guard bytes[position...].starts(with: word.utf8) else { throw error("an unknown word") }
    position += word.utf8.count
    return value
  }

  private mutating func object(depth: Int) throws(MACEError) -> JSON {
    try expect("{")
    var entries: [(key: String, value: JSON)] = []
    var keys: Set<String> = []
    skipSpace()
    if accept("}") { return .object([]) }
    while true {
      skipSpace()
      let key = try text()
      guard keys.insert(key).inserted else { throw error("the key '\(shortened(key))' a second time") }
      skipSpace()
      try expect(":")
      entries.append((key, try value(depth: depth + 1)))
      skipSpace()
      if accept(",") { continue }
      try expect("}")
      return .object(entries)
    }
  }

  private mutating func array(depth: Int) throws(MACEError) -> JSON {
    try expect("[")
    var items: [JSON] = []
    skipSpace()
    if accept("]") { return .array([]) }
    while true {
      items.append(try value(depth: depth + 1))
      skipSpace()
      if accept(",") { continue }
      try expect("]")
      return .array(items)
    }
  }

  private mutating func text() throws(MACEError) -> String {
    try expect("\"")
    var buffer: [UInt8] = []
    while let c = peek {
      position += 1
      switch c {
      case UInt8(ascii: "\""):
        guard let text = String(validating: buffer, as: UTF8.self) else {
          throw error("text that is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): buffer.append(contentsOf: Array(String(try escape()).utf8))
      case 0..<0x20: throw error("a control character in a text")
      default: buffer.append(c)
      }
    }
    throw error("a text without end")
  }

  private mutating func escape() throws(MACEError) -> Unicode.Scalar {
    guard let c = peek else { throw error("a text without end") }
    position += 1
    switch c {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(c)
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "u"):
      var code = try hex()
      if (0xd800..<0xdc00).contains(code) {
        try expect("\\")
        try expect("u")
        let low = try hex()
        guard (0xdc00..<0xe000).contains(low) else { throw error("half a surrogate pair") }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw error("half a surrogate pair") }
      return scalar
    default: throw error("an unknown escape")
    }
  }

  private mutating func hex() throws(MACEError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let c = peek, let digit = Character(Unicode.Scalar(c)).hexDigitValue else {
        throw error("a malformed \\u escape")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }

  private mutating func number() throws(MACEError) -> JSON {
    let start = position
    let allowed = Array("+-.0123456789eE".utf8)
    while let c = peek, allowed.contains(c) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard let first = digits.first, first.isNumber, let last = text.last, last.isNumber,
      !(digits.hasPrefix("0") && digits.dropFirst().first?.isNumber == true)
    else {
      position = start
      throw error("an unexpected character")
    }
    if let integer = Int(text) { return .integer(integer) }
    guard let value = Double(text), value.isFinite else {
      position = start
      throw error("a malformed number")
    }
    return .number(value)
  }
}
