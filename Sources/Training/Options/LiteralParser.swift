import Diagnostics

/// Reads Python literals: `{1: -13.6}`, `[64, 64, 64]`, `{'Default': 1.0}`, `None`.
package struct LiteralParser {
  private let characters: [Character]
  private var position = 0

  /// - Throws: `.invalidArgument` with what is wrong and where.
  package static func parse(_ text: String) throws(MACEError) -> Literal {
    var parser = LiteralParser(characters: Array(text))
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.position == parser.characters.count else { throw parser.error("text after the end") }
    return value
  }

  private init(characters: [Character]) { self.characters = characters }

  private func error(_ what: String) -> MACEError {
    MACEError(.invalidArgument, "\(what) at character \(position + 1)")
  }

  private var peek: Character? { position < characters.count ? characters[position] : nil }

  private mutating func skipSpace() {
    while let c = peek, c.isWhitespace { position += 1 }
  }

  private mutating func accept(_ character: Character) -> Bool {
    skipSpace()
    guard peek == character else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(MACEError) -> Literal {
    guard depth < 32 else { throw error("nesting of more than 32 levels") }
    skipSpace()
    switch peek {
    case "{": return .dictionary(try dictionary(depth: depth))
    case "[": return .list(try list(depth: depth, end: "]"))
    case "(": return .list(try list(depth: depth, end: ")"))
    case "'", "\"": return .text(try text())
    default: return try word()
    }
  }

  private mutating func dictionary(depth: Int) throws(MACEError) -> [Literal.Entry] {
    position += 1
    var entries: [Literal.Entry] = []
    while !accept("}") {
      if !entries.isEmpty {
        guard accept(",") else { throw error("',' or '}' is missing") }
        if accept("}") { break }
      }
      let key = try value(depth: depth + 1)
      guard !entries.contains(where: { $0.key == key }) else {
        throw error("the key \(key) a second time")
      }
      guard accept(":") else { throw error("':' is missing") }
      entries.append(Literal.Entry(key, try value(depth: depth + 1)))
    }
    return entries
  }

  private mutating func list(depth: Int, end: Character) throws(MACEError) -> [Literal] {
    position += 1
    var items: [Literal] = []
    while !accept(end) {
      if !items.isEmpty {
        guard accept(",") else { throw error("',' or '\(end)' is missing") }
        if accept(end) { break }
      }
      items.append(try value(depth: depth + 1))
    }
    return items
  }

  private mutating func text() throws(MACEError) -> String {
    let quote = characters[position]
    position += 1
    var text = ""
    while let c = peek {
      position += 1
      if c == quote { return text }
      if c == "\\", let next = peek {
        position += 1
        text.append(next == "n" ? "\n" : next == "t" ? "\t" : next)
      } else {
        text.append(c)
      }
    }
    throw error("a text without end")
  }

  private mutating func word() throws(MACEError) -> Literal {
    let start = position
    while let c = peek, !c.isWhitespace, !",:[]{}()'\"".contains(c) { position += 1 }
    let word = String(characters[start..<position])
    switch word {
    case "None": return .none
    case "True": return .boolean(true)
    case "False": return .boolean(false)
    default:
      if let i = Int(word) { return .integer(i) }
      if let x = Self.real(word) { return .real(x) }
      position = start
      throw error(word.isEmpty ? "a value is missing" : "'\(word)' is no Python literal (texts need quotes)")
    }
  }

  /// A finite decimal number; Swift would also take "nan" and hexadecimal ones.
  static func real(_ text: some StringProtocol) -> Double? {
    guard text.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }),
      let value = Double(text), value.isFinite
    else { return nil }
    return value
  }
}
