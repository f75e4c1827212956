/// A value of an option as Python writes it: what command lines, YAML files and dictionaries in texts hold.
public indirect enum Literal: Equatable, Sendable {
  case none
  case boolean(Bool)
  case integer(Int)
  case real(Double)
  case text(String)
  case list([Literal])
  /// In the order of writing; keys differ.
  case dictionary([Entry])

  public struct Entry: Equatable, Sendable {
    public var key: Literal
    public var value: Literal
    public init(_ key: Literal, _ value: Literal) {
      self.key = key
      self.value = value
    }
  }

  /// An integer or real number.
  public var number: Double? {
    switch self {
    case .integer(let i): Double(i)
    case .real(let x): x
    default: nil
    }
  }
}

extension Literal: CustomStringConvertible {
  /// Python's `repr`, with texts on the top level bare.
  public var description: String {
    if case .text(let text) = self { return text }
    return quoted
  }

  private var quoted: String {
    switch self {
    case .none: "None"
    case .boolean(let b): b ? "True" : "False"
    case .integer(let i): "\(i)"
    case .real(let x): "\(x)"
    case .text(let text): "'\(text)'"
    case .list(let items): "[" + items.map(\.quoted).joined(separator: ", ") + "]"
    case .dictionary(let entries):
      "{" + entries.map { "\($0.key.quoted): \($0.value.quoted)" }.joined(separator: ", ") + "}"
    }
  }
}

// So that the table of options reads like one.
extension Literal: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  public init(nilLiteral: ()) { self = .none }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .real(value) }
  public init(stringLiteral value: String) { self = .text(value) }
  public init(arrayLiteral elements: Literal...) { self = .list(elements) }
  public init(dictionaryLiteral elements: (Literal, Literal)...) {
    self = .dictionary(elements.map { Entry($0.0, $0.1) })
  }
}

extension Literal {
  /// A decimal integer or finite real number; nil when `text` is neither.
  public init?(number text: String) {
    if let i = Int(text) {
      self = .integer(i)
    } else if let x = LiteralParser.real(text) {
      self = .real(x)
    } else {
      return nil
    }
  }
}
