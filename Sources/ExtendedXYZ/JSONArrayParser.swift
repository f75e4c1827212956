/// The part of JSON that ASE writes behind "_JSON " and that has a `Value`: a string, and arrays (of arrays) of
/// numbers, logicals or strings.
///
/// Anything else (objects, null, deeper or ragged arrays) is left to the caller as text.
struct JSONArrayParser {
  private indirect enum Node {
    case scalar(Value)
    case array([Node])
  }

  private let bytes: [UInt8]
  private var index = 0

  static func value(_ text: Substring) -> Value? {
    var parser = JSONArrayParser(bytes: Array(text.utf8))
    guard let node = parser.node(depth: 0) else { return nil }
    parser.skipBlanks()
    guard parser.index == parser.bytes.count else { return nil }
    switch node {
    case .scalar(let value):
      return value
    case .array(let nodes):
      return flat(nodes) ?? matrix(nodes)
    }
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  // MARK: Nodes to values

  private static func flat(_ nodes: [Node]) -> Value? {
    var values: [Value] = []
    for node in nodes {
      guard case .scalar(let value) = node else { return nil }
      values.append(value)
    }
    if values.isEmpty { return .reals([]) }
    if let ints = collect(values, { if case .int(let v) = $0 { v } else { nil } }) { return .ints(ints) }
    if let reals = collect(values, \.real) { return .reals(reals) }
    if let bools = collect(values, { if case .bool(let v) = $0 { v } else { nil } }) { return .bools(bools) }
    if let strings = collect(values, \.string) { return .strings(strings) }
    return nil
  }

  private static func collect<Result>(_ values: [Value], _ get: (Value) -> Result?) -> [Result]? {
    var results: [Result] = []
    for value in values {
      guard let result = get(value) else { return nil }
      results.append(result)
    }
    return results
  }

  private static func matrix(_ nodes: [Node]) -> Value? {
    var rows: [Value] = []
    for node in nodes {
      guard case .array(let elements) = node, let row = flat(elements) else { return nil }
      rows.append(row)
    }
    let ints = collect(rows) { if case .ints(let v) = $0 { v } else { nil } }
    if let ints { return isRectangular(ints) ? .intMatrix(ints) : nil }
    if let reals = collect(rows, \.reals) { return isRectangular(reals) ? .realMatrix(reals) : nil }
    let bools = collect(rows) { if case .bools(let v) = $0 { v } else { nil } }
    if let bools { return isRectangular(bools) ? .boolMatrix(bools) : nil }
    let strings = collect(rows) { if case .strings(let v) = $0 { v } else { nil } }
    if let strings { return isRectangular(strings) ? .stringMatrix(strings) : nil }
    return nil
  }

  private static func isRectangular<Element>(_ rows: [[Element]]) -> Bool {
    rows.allSatisfy { $0.count == rows[0].count }
  }

  // MARK: Text to nodes

  private mutating func skipBlanks() {
    while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
  }

  private mutating func node(depth: Int) -> Node? {
    skipBlanks()
    guard index < bytes.count, depth <= 2 else { return nil }
    switch bytes[index] {
    case UInt8(ascii: "["): return array(depth: depth)
    case UInt8(ascii: "\""): return string().map { .scalar(.string($0)) }
    default: return word()
    }
  }

  private mutating func array(depth: Int) -> Node? {
    index += 1
    var nodes: [Node] = []
    skipBlanks()
    if index < bytes.count, bytes[index] == UInt8(ascii: "]") {
      index += 1
      return .array([])
    }
    while let next = node(depth: depth + 1) {
      nodes.append(next)
      skipBlanks()
      guard index < bytes.count else { return nil }
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "]") { return .array(nodes) }
      guard byte == UInt8(ascii: ",") else { return nil }
    }
    return nil
  }

  /// A number, NaN, Infinity, true or false.
  private mutating func word() -> Node? {
    let start = index
    while index < bytes.count, bytes[index] != UInt8(ascii: ","), bytes[index] != UInt8(ascii: "]"),
      bytes[index] > 0x20
    {
      index += 1
    }
    let text = Substring(String(decoding: bytes[start..<index], as: UTF8.self))
    if text == "true" { return .scalar(.bool(true)) }
    if text == "false" { return .scalar(.bool(false)) }
    if let int = ValueParser.integer(text) { return .scalar(.int(int)) }
    if let real = ValueParser.real(text) { return .scalar(.real(real)) }
    return nil
  }

  private mutating func string() -> String? {
    index += 1
    var units: [UInt16] = []
    var content = ""
    func flush() {
      content += String(decoding: units, as: UTF16.self)
      units.removeAll()
    }
    var start = index
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      guard bytes[index] == UInt8(ascii: "\\") else {
        index += 1
        continue
      }
      if start < index {
        flush()
        content += String(decoding: bytes[start..<index], as: UTF8.self)
      }
      guard let unit = escape() else { return nil }
      units.append(unit)
      start = index
    }
    guard index < bytes.count else { return nil }
    flush()
    content += String(decoding: bytes[start..<index], as: UTF8.self)
    index += 1
    return content
  }

  /// The UTF-16 unit of an escape such as \n or \u00e9.
  private mutating func escape() -> UInt16? {
    guard index + 1 < bytes.count else { return nil }
    let letter = bytes[index + 1]
    index += 2
    switch letter {
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "f"): return 0x0C
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UInt16(letter)
    case UInt8(ascii: "u"):
      guard index + 4 <= bytes.count else { return nil }
      let digits = String(decoding: bytes[index..<index + 4], as: UTF8.self)
      guard let unit = UInt16(digits, radix: 16), !digits.hasPrefix("+") else { return nil }
      index += 4
      return unit
    default: return nil
    }
  }
}
