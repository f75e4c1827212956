import Atomistics
import Checkpoint
import Diagnostics

/// What a model was trained on, kept in its metadata so that simulations can tell when they leave it.
public struct TrainingSummary: Sendable, Equatable {
  public struct ElementUse: Sendable, Equatable {
    /// Atoms of the element in all frames.
    public var atoms: Int
    /// Smallest and largest fraction of the atoms of a frame, 0 where a frame lacks the element.
    public var fractions: ClosedRange<Double>
  }

  /// Two elements, the lighter first.
  public struct Pair: Hashable, Sendable {
    public let first: Int, second: Int

    public init(_ a: Int, _ b: Int) { (first, second) = (min(a, b), max(a, b)) }
  }

  public var frames: Int
  /// By atomic number.
  public var elements: [Int: ElementUse]
  /// Smallest and largest mass density of the frames that are periodic in all directions, g/cm³.
  public var densities: ClosedRange<Double>?
  /// The smallest distance of two elements in any frame, Å; pairs that never came within the cutoff are absent.
  public var nearestDistances: [Pair: Double]
  /// By head; heads of which nobody said anything are absent.
  public var levels: [String: LevelOfTheory] = [:]
  /// Training options as they took effect, and fingerprints of the data, by name.
  public var options: [String: String] = [:]
  public var dataHashes: [String: String] = [:]

  /// 1 u/Å³ in g/cm³.
  private static let gramsPerCubicCentimetre = 1.66053906660

  /// - Parameter cutoff: distances are looked for up to here, Å.
  /// - Throws: as `NeighborList`, for frames without sensible geometry.
  public init(of structures: [Structure], cutoff: Double) throws(MACEError) {
    frames = structures.count
    elements = [:]
    nearestDistances = [:]
    for z in Set(structures.flatMap(\.atomicNumbers)) {
      var (atoms, least, most) = (0, 1.0, 0.0)
      for structure in structures where structure.count > 0 {
        let count = structure.atomicNumbers.count { $0 == z }
        let fraction = Double(count) / Double(structure.count)
        (atoms, least, most) = (atoms + count, min(least, fraction), max(most, fraction))
      }
      elements[z] = ElementUse(atoms: atoms, fractions: least...most)
    }
    for structure in structures {
      addDensity(of: structure)
      try addDistances(in: structure, cutoff)
    }
  }

  private mutating func addDensity(of structure: Structure) {
    guard structure.pbc == .all, let volume = structure.cell?.volume, volume > 0 else { return }
    let mass = structure.atomicNumbers.reduce(0) { $0 + (Element.mass(of: $1) ?? 0) }
    let density = mass / volume * Self.gramsPerCubicCentimetre
    densities =
      min(densities?.lowerBound ?? density, density)...max(densities?.upperBound ?? density, density)
  }

  private mutating func addDistances(in structure: Structure, _ cutoff: Double) throws(MACEError) {
    let list = try NeighborList(structure, cutoff: cutoff)
    let shifts = list.shiftVectors(cell: structure.cell)
    for i in 0..<structure.count {
      for edge in list.offsets[i]..<list.offsets[i + 1] {
        let j = Int(list.neighbors[edge])
        let d = (structure.positions[j] - structure.positions[i]) + shifts[Int(list.shiftIndices[edge])]
        let pair = Pair(structure.atomicNumbers[i], structure.atomicNumbers[j])
        nearestDistances[pair] = min(nearestDistances[pair] ?? .infinity, (d * d).sum().squareRoot())
      }
    }
  }
}
