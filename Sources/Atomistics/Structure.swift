/// Atoms, their positions (Å) and the cell that repeats them.
///
/// Positions are never wrapped into the cell: what is stored is what the file or the host program gave.
public struct Structure: Sendable, Equatable {
  /// Z of every atom.
  public var atomicNumbers: [Int]
  /// Cartesian positions in Å, one per atom.
  public var positions: [SIMD3<Double>]
  /// The lattice vectors, or nil for an isolated structure.
  public var cell: Cell?
  /// The directions in which the cell repeats.
  public var pbc: Periodicity

  public init(
    atomicNumbers: [Int], positions: [SIMD3<Double>], cell: Cell? = nil, pbc: Periodicity = .none
  ) {
    self.atomicNumbers = atomicNumbers
    self.positions = positions
    self.cell = cell
    self.pbc = pbc
  }

  /// The number of atoms.
  public var count: Int { atomicNumbers.count }
}
