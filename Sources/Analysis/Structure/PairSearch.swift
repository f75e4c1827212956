import Atomistics
import Diagnostics

/// Distances between two sets of atoms in a periodic cell of any shape.
struct PairSearch {
  private let basis: PeriodicBasis
  private let structure: Structure
  /// Half the smallest width of the cell, Å: up to here the shortest image is the only one. Infinite for
  /// molecules.
  let halfWidth: Double

  /// - Throws: `.geometry` when the cell is damaged.
  init(_ structure: Structure) throws(MACEError) {
    self.structure = structure
    basis = try PeriodicBasis(cell: structure.cell, pbc: structure.pbc)
    var width = Double.infinity
    for k in 0..<3 where basis.periodic[k] { width = min(width, basis.spacing[k]) }
    halfWidth = width / 2
  }

  /// Calls `body` with i of `first`, j of `second` (i ≠ j) and the distance of their nearest images (Å), for all
  /// that are closer than `cutoff`.
  ///
  /// The displacement is rounded in the reduced basis, which finds the nearest image of every pair closer than
  /// `halfWidth`; of others it may find another one that is also farther than that.
  ///
  /// - Precondition: `cutoff` ≤ `halfWidth`.
  @inline(__always)
  func nearest(_ first: [Int], _ second: [Int], cutoff: Double, _ body: (Int, Int, Double) -> Void) {
    precondition(cutoff <= halfWidth)
    let limit = cutoff * cutoff
    let (w0, w1, w2) = (basis.rows[0], basis.rows[1], basis.rows[2])
    let flag = SIMD3<Double>(
      basis.periodic[0] ? 1 : 0, basis.periodic[1] ? 1 : 0, basis.periodic[2] ? 1 : 0)
    let (u0, u1, u2) = (
      flag.x * basis.reciprocal[0], flag.y * basis.reciprocal[1], flag.z * basis.reciprocal[2]
    )
    for i in first {
      let origin = structure.positions[i]
      for j in second where i != j {
        var d = structure.positions[j] - origin
        let turns = SIMD3((d * u0).sum(), (d * u1).sum(), (d * u2).sum()).rounded(.toNearestOrEven)
        d -= turns.x * w0
        d -= turns.y * w1
        d -= turns.z * w2
        let square = (d * d).sum()
        if square < limit { body(i, j, square.squareRoot()) }
      }
    }
  }

  /// The same for every image within `cutoff`, those of the atom itself included.
  func images(
    _ first: [Int], _ second: [Int], cutoff: Double, _ body: (Int, Int, Double) -> Void
  ) throws(MACEError) {
    // Only the atoms that matter.
    let atoms = Set(first).union(second).sorted()
    let part = Structure(
      atomicNumbers: atoms.map { structure.atomicNumbers[$0] },
      positions: atoms.map { structure.positions[$0] },
      cell: structure.cell, pbc: structure.pbc)
    let list = try NeighborList(part, cutoff: cutoff)
    let shifts = list.shiftVectors(cell: structure.cell)
    let (isFirst, isSecond) = (Set(first), Set(second))
    let wanted = atoms.map { isSecond.contains($0) }
    for (i, atom) in atoms.enumerated() where isFirst.contains(atom) {
      for edge in list.offsets[i]..<list.offsets[i + 1] {
        let j = Int(list.neighbors[edge])
        guard wanted[j] else { continue }
        let d = part.positions[j] - part.positions[i] + shifts[Int(list.shiftIndices[edge])]
        body(atom, atoms[j], d.length)
      }
    }
  }
}
