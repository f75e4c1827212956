import Diagnostics
import Equivariance

/// The fields of a JSON object, each of which must be known and present.
package struct JSONFields {
  private var fields: [String: JSON] = [:]
  private let path: String

  /// - Parameter path: where the object is, for messages.
  package init(_ value: JSON, _ path: String, keys: [String]) throws(MACEError) {
    self.path = path
    guard case .object(let entries) = value else { throw MACEError(.format, "\(path) is not a JSON object") }
    for entry in entries {
      guard keys.contains(entry.key) else {
        throw MACEError(
          .unsupported,
          "\(path): the key '\(shortened(entry.key))' is unknown; the file was written by a newer version")
      }
      fields[entry.key] = entry.value
    }
    for key in keys where fields[key] == nil {
      throw MACEError(.format, "\(path): the key '\(key)' is missing; the file is damaged")
    }
  }

  private func wrong(_ key: String, _ what: String) -> MACEError {
    MACEError(.format, "\(path): '\(key)' is not \(what); the file is damaged")
  }

  package func value(_ key: String) -> JSON { fields[key] ?? .null }

  package func text(_ key: String) throws(MACEError) -> String {
    guard case .text(let text) = value(key) else { throw wrong(key, "a text") }
    return text
  }

  package func choice<T: RawRepresentable>(_ key: String, _: T.Type) throws(MACEError) -> T
  where T.RawValue == String {
    let text = try text(key)
    guard let choice = T(rawValue: text) else {
      throw MACEError(.unsupported, "\(path): '\(key)' = '\(shortened(text))' is not supported")
    }
    return choice
  }

  package func integer(_ key: String, in range: ClosedRange<Int> = 0...1 << 32) throws(MACEError) -> Int {
    guard case .integer(let i) = value(key), range.contains(i) else {
      throw wrong(key, "an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return i
  }

  package func number(_ key: String) throws(MACEError) -> Double {
    switch value(key) {
    case .integer(let i): return Double(i)
    case .number(let x): return x
    default: throw wrong(key, "a number")
    }
  }

  package func flag(_ key: String) throws(MACEError) -> Bool {
    guard case .bool(let b) = value(key) else { throw wrong(key, "true or false") }
    return b
  }

  package func array(_ key: String) throws(MACEError) -> [JSON] {
    guard case .array(let items) = value(key) else { throw wrong(key, "a list") }
    return items
  }

  package func integers(_ key: String) throws(MACEError) -> [Int] {
    var result: [Int] = []
    for item in try array(key) {
      guard case .integer(let i) = item, (0...1 << 32).contains(i) else {
        throw wrong(key, "a list of integers")
      }
      result.append(i)
    }
    return result
  }

  package func texts(_ key: String) throws(MACEError) -> [String] {
    var result: [String] = []
    for item in try array(key) {
      guard case .text(let text) = item else { throw wrong(key, "a list of texts") }
      result.append(text)
    }
    return result
  }

  package func irreps(_ key: String) throws(MACEError) -> Irreps {
    guard let irreps = Irreps(try text(key)), irreps.blocks.count <= 512,
      irreps.blocks.allSatisfy({ $0.multiplicity <= 1 << 16 && $0.irrep.l <= 12 })
    else { throw wrong(key, "irreps such as '8x0e+8x1o'") }
    return irreps
  }
}
