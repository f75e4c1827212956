import Diagnostics

/// All pairs of atoms, periodic images included, closer than cutoff + skin.
///
/// For every centre i the list holds each neighbour j with each lattice translation S such that
/// |d| < cutoff + skin, d = (r_j − r_i) + S · cell, evaluated in double precision in exactly this form with the
/// translation of `Cell.translation(of:)`. This form changes nothing but its sign for (j, i, −S), so the list is
/// symmetric without exception. (i, i, S) is in it for S ≠ 0 only. Positions need not lie in the cell; S refers
/// to the positions as given. Directions that are not periodic have S = 0, and their cell vectors do not matter.
///
/// Cost: time proportional to atoms + edges (atoms · log atoms for atoms scattered over a huge volume), 8 bytes
/// per edge and about 80 bytes per atom.
public struct NeighborList: Sendable {
  /// Å. Pairs with |d| < cutoff are in the list until an atom has moved more than skin / 2.
  public let cutoff: Double
  /// Å.
  public let skin: Double
  /// First edge of every centre, one more at the end: [atom + 1].
  public private(set) var offsets: [Int]
  /// Neighbour j of every edge.
  public private(set) var neighbors: [Int32]
  /// Index into `shifts` of every edge.
  public private(set) var shiftIndices: [Int32]
  /// The distinct lattice translations S; the first is zero.
  public private(set) var shifts: [SIMD3<Int32>]

  /// The structure the list was built for.
  private let reference: Structure

  /// The number of directed edges.
  public var edgeCount: Int { neighbors.count }

  /// Finds all pairs.
  ///
  /// - Throws: `.invalidArgument` for a cutoff outside 0.001 ... 1e6 Å, a negative skin, or arrays of
  ///   different lengths; `.geometry` for coordinates that are not finite, a periodic direction without cell
  ///   vector or volume, two atoms at one point, or an impossible density; `.memory` when there are more edges
  ///   than can be numbered.
  public init(_ structure: Structure, cutoff: Double, skin: Double = 0) throws(MACEError) {
    guard cutoff.isFinite, cutoff >= 1e-3, cutoff < 1e6 else {
      throw MACEError(
        .invalidArgument, "neighbour list: the cutoff must lie between 0.001 and 1e6 Å, not \(cutoff)")
    }
    guard skin.isFinite, skin >= 0, skin < 1e6 else {
      throw MACEError(
        .invalidArgument, "neighbour list: the skin must be zero or positive and finite (Å), not \(skin)")
    }
    try Self.check(structure)
    var search = try NeighborSearch(structure, cutoff: cutoff + skin)
    try search.run()
    self.cutoff = cutoff
    self.skin = skin
    offsets = search.offsets
    neighbors = search.neighbors
    shiftIndices = search.shiftIndices
    shifts = search.table.shifts
    reference = structure
  }

  /// True when the list no longer covers `cutoff` for `structure`: an atom moved more than skin / 2, or the
  /// cell, the periodic directions or the atoms are others.
  public func needsRebuild(for structure: Structure) -> Bool {
    guard structure.cell == reference.cell, structure.pbc == reference.pbc,
      structure.positions.count == reference.positions.count,
      structure.atomicNumbers == reference.atomicNumbers
    else { return true }
    let limit = (skin / 2) * (skin / 2)
    for (old, new) in zip(reference.positions, structure.positions) {
      // Negated so that a coordinate that is not a number asks for a rebuild, which names it.
      if !((new - old).squaredLength <= limit) { return true }
    }
    return false
  }

  /// The Cartesian translation S · cell in Å of every entry of `shifts`.
  ///
  /// - Parameter cell: the present cell, which may be a strained version of the one the list was built for.
  public func shiftVectors(cell: Cell?) -> [SIMD3<Double>] {
    guard let cell else { return shifts.map { _ in .zero } }
    return shifts.map { cell.translation(of: $0) }
  }

  private static func check(_ structure: Structure) throws(MACEError) {
    guard structure.positions.count == structure.atomicNumbers.count else {
      throw MACEError(
        .invalidArgument,
        "the structure has \(structure.positions.count) positions but \(structure.atomicNumbers.count) "
          + "atomic numbers; both arrays need one entry per atom")
    }
    guard structure.count < Int(Int32.max) else {
      throw MACEError(.memory, "the structure has \(structure.count) atoms; at most 2^31 - 2 are supported")
    }
    for (atom, position) in structure.positions.enumerated() {
      // Beyond 1e10 Å a coordinate is not resolved to better than 1e-6 Å.
      if position.isFinite, position.max() < 1e10, position.min() > -1e10 { continue }
      let name = Element.name(of: structure.atomicNumbers[atom])
      throw MACEError(
        .geometry,
        "atom \(atom) (counted from 0, \(name)) has the position (\(position.x), \(position.y), "
          + "\(position.z)), which is not finite or is beyond 1e10 Å; check the source of the positions")
    }
    guard let cell = structure.cell else { return }
    for row in 0..<3 where !cell[row].isFinite || cell[row].length > 1e10 {
      let vector = cell[row]
      throw MACEError(
        .geometry,
        "cell vector \(["a", "b", "c"][row]) is (\(vector.x), \(vector.y), \(vector.z)), which is not "
          + "finite or is longer than 1e10 Å; check the source of the cell")
    }
  }
}
