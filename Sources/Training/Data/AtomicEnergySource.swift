import Atomistics
import Checkpoint
import Diagnostics

/// Where the energies E0 of isolated atoms come from.
public enum AtomicEnergySource: Sendable, Equatable {
  /// eV by atomic number.
  case table([Int: Double])
  /// A JSON file {"1": eV, …}; symbols are possible as keys.
  case file(String)
  /// `IsolatedAtom` frames of the training files.
  case isolatedAtoms
  /// Least squares of the energies on the compositions.
  case average
  /// Those of the foundation model.
  case foundation
  /// The foundation model's, corrected by least squares of its errors on the compositions. Combinations that the
  /// compositions do not determine keep the prior.
  case estimated(prior: Prior)

  public enum Prior: String, Sendable {
    case foundation
    case isolated
  }

  /// The value of mace-torch's option E0s, or "estimated+isolated" or "estimated+foundation".
  ///
  /// - Throws: `.invalidArgument` for anything else.
  public init(_ text: String) throws(MACEError) {
    switch text.lowercased() {
    case "isolatedatom", "isolated": self = .isolatedAtoms
    case "average": self = .average
    case "foundation": self = .foundation
    case "estimated", "estimated+foundation": self = .estimated(prior: .foundation)
    case "estimated+isolated": self = .estimated(prior: .isolated)
    case _ where text.hasSuffix(".json"): self = .file(text)
    case _ where text.contains("{"): self = .table(try Self.table(text))
    default:
      throw MACEError(
        .invalidArgument,
        "E0s: '\(text)' is not a dictionary {Z: eV}, a .json file, IsolatedAtom, average, foundation, estimated, "
          + "estimated+isolated or estimated+foundation")
    }
  }

  /// A foundation model is needed for these energies.
  public var needsFoundation: Bool {
    switch self {
    case .foundation, .estimated: true
    default: false
    }
  }

  /// They come from a fit.
  public var isFit: Bool {
    switch self {
    case .average, .estimated: true
    default: false
    }
  }

  private static func table(_ text: String) throws(MACEError) -> [Int: Double] {
    let literal: Literal
    do { literal = try LiteralParser.parse(text) } catch {
      throw MACEError(.invalidArgument, "E0s: \(error.message) of '\(text)'")
    }
    guard case .dictionary(let entries) = literal else {
      throw MACEError(.invalidArgument, "E0s: '\(text)' is not a dictionary {Z: eV}")
    }
    var table: [Int: Double] = [:]
    for entry in entries {
      try Self.add(entry.key.description, entry.value.number, to: &table, "E0s", .invalidArgument)
    }
    return table
  }

  /// Reads {"1": eV, "O": eV}.
  static func table(contentsOf path: String) throws(MACEError) -> [Int: Double] {
    guard case .object(let entries) = try JSON(contentsOf: path) else {
      throw MACEError(.format, "\(path): it is not an object {\"Z\": eV, …}")
    }
    var table: [Int: Double] = [:]
    for entry in entries { try add(entry.key, entry.value.real, to: &table, path, .format) }
    return table
  }

  private static func add(
    _ key: String, _ energy: Double?, to table: inout [Int: Double], _ subject: String, _ kind: MACEError.Kind
  ) throws(MACEError) {
    let z = Int(key).flatMap { Element.symbol(of: $0) == nil ? nil : $0 } ?? Element.atomicNumber(of: key)
    guard let z, let energy else {
      throw MACEError(kind, "\(subject): '\(key)' is not an element with an energy in eV")
    }
    guard table.updateValue(energy, forKey: z) == nil else {
      throw MACEError(kind, "\(subject): \(Element.name(of: z)) occurs twice")
    }
  }
}

extension AtomicEnergySource: CustomStringConvertible {
  public var description: String {
    switch self {
    case .isolatedAtoms: "IsolatedAtom frames"
    case .average: "average (least squares of the labels)"
    case .foundation: "foundation model"
    case .estimated(let prior):
      "estimated from the foundation model's errors, \(prior.rawValue) where undetermined"
    case .table(let table):
      table.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + " eV"
    case .file(let path): path
    }
  }
}
