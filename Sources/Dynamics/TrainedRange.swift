import Atomistics
import Checkpoint
import Diagnostics

/// What a model file says about the structures it was trained on, as far as a simulation compares with it.
///
/// Metadata key `training`, a JSON object: `densities` [smallest, largest] in g/cm³, `nearest_distances`
/// [[Z, Z, Å], …], `levels` [[head, name, "contained" | "absent" | "unknown"], …], the last of which tells whether
/// the labels contain dispersion. All are optional here; other keys are for others.
public struct TrainedRange: Sendable {
  public struct Level: Sendable, Equatable {
    public var head: String
    public var name: String
    public var dispersion: String

    public init(head: String, name: String, dispersion: String) {
      (self.head, self.name, self.dispersion) = (head, name, dispersion)
    }
  }

  public var densities: ClosedRange<Double>?
  public var nearest: [StructureCheck.Pair: Double] = [:]
  public var levels: [Level] = []

  /// nil when the model says nothing.
  /// - Throws: `.format` when what it says is no JSON object.
  public init?(metadata: [String: String]) throws(MACEError) {
    guard let text = metadata["training"] else { return nil }
    let subject = "the model's training summary"
    guard case .object(let entries) = try JSONParser.parse(Array(text.utf8), subject: subject) else {
      throw MACEError(.format, "\(subject) is not a JSON object; the model file is damaged")
    }
    for (key, value) in entries {
      guard case .array(let items) = value else { continue }
      switch key {
      case "densities":
        let bounds = items.compactMap(Self.number)
        if bounds.count == 2, bounds[0] <= bounds[1] { densities = bounds[0]...bounds[1] }
      case "nearest_distances":
        for case .array(let entry) in items {
          let x = entry.compactMap(Self.number)
          guard x.count == 3, let a = Int(exactly: x[0]), let b = Int(exactly: x[1]) else { continue }
          nearest[StructureCheck.Pair(a, b)] = x[2]
        }
      case "levels":
        for case .array(let entry) in items {
          let words = entry.compactMap { if case .text(let text) = $0 { text } else { nil } }
          if words.count == 3 { levels.append(Level(head: words[0], name: words[1], dispersion: words[2])) }
        }
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
