import Atomistics
import Checkpoint
import Diagnostics

/// What a model file says about the structures it was trained on.
///
/// Metadata key `training_data`, a JSON object. Read here, all optional: `density` [smallest, largest] in g/cm³,
/// `nearest_distances` {"H-O": Å, …}, and `dispersion`, a text such as "D3(BJ)" or "none" that says what the
/// labels contain.
public struct TrainingSummary: Sendable {
  public var density: ClosedRange<Double>?
  public var nearest: [StructureCheck.Pair: Double] = [:]
  /// nil: not recorded.
  public var dispersion: String?

  /// nil when the model says nothing.
  /// - Throws: `.format` when what it says is no JSON object.
  public init?(metadata: [String: String]) throws(MACEError) {
    guard let text = metadata["training_data"] else { return nil }
    let json = try JSONParser.parse(Array(text.utf8), subject: "the model's metadata 'training_data'")
    guard case .object(let entries) = json else {
      throw MACEError(.format, "the model's metadata 'training_data' is not a JSON object")
    }
    for (key, value) in entries {
      switch (key, value) {
      case ("density", .array(let items)) where items.count == 2:
        if let low = Self.number(items[0]), let high = Self.number(items[1]), low <= high {
          density = low...high
        }
      case ("nearest_distances", .object(let pairs)):
        for (name, distance) in pairs {
          let symbols = name.split(separator: "-")
          guard symbols.count == 2, let a = Element.atomicNumber(of: symbols[0]),
            let b = Element.atomicNumber(of: symbols[1]), let length = Self.number(distance)
          else { continue }
          nearest[StructureCheck.Pair(a, b)] = length
        }
      case ("dispersion", .text(let text)): dispersion = text
      default: break
      }
    }
  }

  private static func number(_ json: JSON) -> Double? {
    switch json {
    case .integer(let i): Double(i)
    case .number(let x): x
    default: nil
    }
  }
}
