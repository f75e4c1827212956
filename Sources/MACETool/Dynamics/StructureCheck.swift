import Atomistics
import Diagnostics
import Training

/// What a structure looks like before its first step, and whether a model was trained on such structures.
public struct StructureCheck {
  /// Of the one structure, as of training data.
  public let found: TrainingSummary

  /// - Parameter cutoff: of the distances that are looked for, Å.
  /// - Throws: what the neighbour list throws.
  public init(_ structure: Structure, cutoff: Double) throws(MACEError) {
    found = try TrainingSummary(of: [structure], cutoff: cutoff)
  }

  /// "H-O" and Å, the lightest elements first.
  public var nearest: [(pair: String, distance: Double)] { sorted.map { (pair: name($0), distance: $1) } }

  /// What is outside the training data, one sentence each.
  public func warnings(comparedWith trained: TrainingSummary) -> [String] {
    var warnings: [String] = []
    if let density = found.densities?.lowerBound, let range = trained.densities,
      !(range.lowerBound * 0.95...range.upperBound * 1.05 ~= density)
    {
      warnings.append(
        "the density, \(rounded(density)) g/cm³, is outside that of the training data, "
          + "\(rounded(range.lowerBound)) to \(rounded(range.upperBound)) g/cm³")
    }
    for z in found.elements.keys.sorted() where trained.elements[z] == nil {
      warnings.append("\(Element.name(of: z)) was not in the training data")
    }
    for (pair, distance) in sorted {
      guard let known = trained.nearestDistances[pair] else {
        warnings.append("no neighbours \(name(pair)) were in the training data")
        continue
      }
      if distance < known * 0.95 {
        warnings.append(
          "the nearest \(name(pair)), \(rounded(distance)) Å, is closer than any in the training data, "
            + "\(rounded(known)) Å")
      }
    }
    return warnings
  }

  private var sorted: [(TrainingSummary.Pair, Double)] {
    found.nearestDistances.sorted { ($0.key.first, $0.key.second) < ($1.key.first, $1.key.second) }
      .map { ($0.key, $0.value) }
  }

  private func name(_ pair: TrainingSummary.Pair) -> String {
    Element.name(of: pair.first) + "-" + Element.name(of: pair.second)
  }

  private func rounded(_ value: Double) -> String { NumberText.fixed(value, 3) }
}
