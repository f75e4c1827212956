/// A JSON value. Objects keep the order of their keys.
package indirect enum JSON: Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case array([JSON])
  case object([(key: String, value: JSON)])

  package static func == (a: JSON, b: JSON) -> Bool { a.encoded == b.encoded }

  /// The value as compact JSON text. Numbers are written so that they are read back exactly.
  package var encoded: String {
    var out = ""
    write(to: &out)
    return out
  }

  private func write(to out: inout String) {
    switch self {
    case .null: out += "null"
    case .bool(let b): out += b ? "true" : "false"
    case .integer(let i): out += "\(i)"
    case .number(let x): out += x.isFinite ? "\(x)" : "null"
    case .text(let text): Self.quote(text, to: &out)
    case .array(let items):
      out += "["
      for (i, item) in items.enumerated() {
        if i > 0 { out += "," }
        item.write(to: &out)
      }
      out += "]"
    case .object(let entries):
      out += "{"
      for (i, entry) in entries.enumerated() {
        if i > 0 { out += "," }
        Self.quote(entry.key, to: &out)
        out += ":"
        entry.value.write(to: &out)
      }
      out += "}"
    }
  }

  private static func quote(_ text: String, to out: inout String) {
    out += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
    out += "\""
  }

  package static func integers(_ values: [Int]) -> JSON { .array(values.map { .integer($0) }) }
  package static func texts(_ values: [String]) -> JSON { .array(values.map { .text($0) }) }
}
