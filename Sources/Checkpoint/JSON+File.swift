import Diagnostics

extension JSON {
  /// The value in a file of JSON text.
  package init(contentsOf path: String) throws(MACEError) {
    self = try FileBytes.withContents(of: path) { (bytes) throws(MACEError) in
      try JSONParser.parse(Array(bytes), subject: path)
    }
  }

  /// Writes the value as one line of text; readers see the old file or the new one.
  package func write(to path: String) throws(MACEError) {
    let text = encoded + "\n"
    try AtomicFile.write(to: path) { (put) throws(MACEError) in
      let result = Array(text.utf8).withUnsafeBytes { bytes in
        Result { () throws(MACEError) in try put(bytes) }
      }
      try result.get()
    }
  }

  /// The value of a key, if this is an object that has it.
  package subscript(key: String) -> JSON? {
    guard case .object(let entries) = self else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// The number, if this is an integer or real.
  package var real: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The integers, if this is a list of nothing else.
  package var integers: [Int]? {
    guard case .array(let items) = self else { return nil }
    var values: [Int] = []
    for item in items {
      guard case .integer(let value) = item else { return nil }
      values.append(value)
    }
    return values
  }

  /// The text, if this is one.
  package var text: String? { if case .text(let text) = self { text } else { nil } }
}
