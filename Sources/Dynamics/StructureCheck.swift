import Atomistics
import Checkpoint
import Diagnostics

/// What a structure looks like before its first step, and whether the model was trained on such structures.
public struct StructureCheck: Sendable {
  /// Two elements by atomic number, the smaller first.
  public struct Pair: Hashable, Sendable, Comparable {
    public let first: Int
    public let second: Int

    public init(_ a: Int, _ b: Int) { (first, second) = (min(a, b), max(a, b)) }

    /// "H-O"
    public var name: String { Element.name(of: first) + "-" + Element.name(of: second) }

    public static func < (a: Pair, b: Pair) -> Bool { (a.first, a.second) < (b.first, b.second) }
  }

  /// g/cm³; nil unless periodic in three directions.
  public let density: Double?
  /// Å, of all pairs of elements with a distance below the cutoff.
  public let nearest: [Pair: Double]

  /// - Parameter cutoff: Å.
  /// - Throws: what the neighbour list throws.
  public init(_ state: DynamicsState, cutoff: Double) throws(MACEError) {
    let structure = state.structure
    let list = try NeighborList(structure, cutoff: cutoff)
    let shifts = list.shiftVectors(cell: structure.cell)
    var nearest: [Pair: Double] = [:]
    for i in 0..<structure.count {
      for e in list.offsets[i]..<list.offsets[i + 1] {
        let j = Int(list.neighbors[e])
        let pair = Pair(structure.atomicNumbers[i], structure.atomicNumbers[j])
        let vector =
          structure.positions[j] - structure.positions[i] + shifts[Int(list.shiftIndices[e])]
        nearest[pair] = min(nearest[pair] ?? .infinity, vector.length)
      }
    }
    self.nearest = nearest
    density = state.density
  }

  /// What is outside the training data, one sentence each.
  public func warnings(comparedWith trained: TrainedRange) -> [String] {
    var warnings: [String] = []
    if let density, let range = trained.densities,
      !(range.lowerBound * 0.95...range.upperBound * 1.05 ~= density)
    {
      warnings.append(
        "the density, \(rounded(density)) g/cm³, is outside that of the training data, "
          + "\(rounded(range.lowerBound)) to \(rounded(range.upperBound)) g/cm³")
    }
    for (pair, distance) in nearest.sorted(by: { $0.key < $1.key }) {
      guard let known = trained.nearest[pair] else {
        if !trained.nearest.isEmpty {
          warnings.append("no neighbours \(pair.name) were in the training data")
        }
        continue
      }
      if distance < known * 0.95 {
        warnings.append(
          "the nearest \(pair.name), \(rounded(distance)) Å, is closer than any in the training data, "
            + "\(rounded(known)) Å")
      }
    }
    return warnings
  }

  private func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}
