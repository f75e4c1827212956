import Diagnostics

/// Numbers with units, as options spell them: "120ps", "0.5 fs", "300K", "1bar".
///
/// A number without unit or with a unit of another kind is refused: no unit is ever assumed.
public enum Quantity: String, Sendable, CaseIterable {
  case time
  case temperature
  case pressure
  case compressibility
  case length
  case force
  case mass
  case viscosity
  case wavenumber

  /// The number in the units inside: fs, K, eV/Å³, Å³/eV, Å, eV/Å, amu, Pa s, 1/cm.
  ///
  /// - Throws: `.invalidArgument` that says what is wrong and shows an example.
  public func value(of text: String) throws(MACEError) -> Double {
    let trimmed = text.trimmingSpaces
    let unitStart = Self.endOfNumber(trimmed)
    let number = trimmed[..<unitStart]
    let unit = String(trimmed[unitStart...]).trimmingSpaces
    guard let value = Double(String(number)), value.isFinite else {
      throw MACEError(
        .invalidArgument, "'\(text)' is not a \(rawValue): write a number and a unit, such as \(example)")
    }
    guard !unit.isEmpty else {
      throw MACEError(.invalidArgument, "'\(text)' has no unit: write for example \(number)\(exampleUnit)")
    }
    guard let factor = units.first(where: { $0.name == unit })?.factor else {
      let known = units.map(\.name).joined(separator: ", ")
      if let other = Self.allCases.first(where: { $0.units.contains { $0.name == unit } }) {
        throw MACEError(
          .invalidArgument,
          "'\(text)' is a \(other.rawValue), but a \(rawValue) is wanted; its units are \(known)")
      }
      throw MACEError(.invalidArgument, "'\(text)': '\(unit)' is no unit of \(rawValue); these are \(known)")
    }
    return value * factor
  }

  /// "fs", what an example is written with.
  private var exampleUnit: String { units[0].name }

  private var example: String {
    switch self {
    case .time: "120ps"
    case .temperature: "300K"
    case .pressure: "1bar"
    case .compressibility: "4.6e-5/bar"
    case .length: "0.5Å"
    case .force: "0.01eV/Å"
    case .mass: "2.014u"
    case .viscosity: "0.89mPa*s"
    case .wavenumber: "4000/cm"
    }
  }

  private var units: [(name: String, factor: Double)] {
    switch self {
    case .time: [("fs", 1), ("ps", 1e3), ("ns", 1e6), ("as", 1e-3)]
    case .temperature: [("K", 1)]
    case .pressure: Self.pressures
    case .compressibility: Self.pressures.map { ("/" + $0.name, 1 / $0.factor) }
    case .length: [("Å", 1), ("A", 1), ("Ang", 1), ("nm", 10), ("pm", 0.01)]
    case .force: [("eV/Å", 1), ("eV/A", 1), ("eV/Ang", 1), ("meV/Å", 1e-3), ("meV/A", 1e-3)]
    case .mass: [("u", 1), ("amu", 1), ("Da", 1)]
    case .viscosity: [("mPa*s", 1e-3), ("Pa*s", 1), ("cP", 1e-3)]
    case .wavenumber: [("/cm", 1), ("cm-1", 1)]
    }
  }

  private static let pressures: [(name: String, factor: Double)] = [
    ("bar", Units.bar), ("GPa", Units.gigapascal), ("MPa", 1e-3 * Units.gigapascal),
    ("kPa", 1e-6 * Units.gigapascal), ("Pa", 1e-9 * Units.gigapascal), ("kbar", 1e3 * Units.bar),
    ("mbar", 1e-3 * Units.bar), ("atm", 1.01325 * Units.bar), ("eV/Å^3", 1), ("eV/A^3", 1),
  ]

  /// Where digits, sign, point and exponent end; an e belongs to the number only before a digit or a sign.
  private static func endOfNumber(_ text: String) -> String.Index {
    var index = text.startIndex
    while index < text.endIndex {
      let character = text[index]
      let next = text.index(after: index)
      let isExponent =
        (character == "e" || character == "E") && next < text.endIndex
        && (text[next].isASCIIDigit || text[next] == "-" || text[next] == "+")
      guard character.isASCIIDigit || "+-.".contains(character) || isExponent else { break }
      index = next
    }
    return index
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { self >= "0" && self <= "9" }
}

extension String {
  fileprivate var trimmingSpaces: String {
    var slice = self[...]
    while slice.first == " " { slice.removeFirst() }
    while slice.last == " " { slice.removeLast() }
    return String(slice)
  }
}
