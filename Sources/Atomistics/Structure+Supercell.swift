import Diagnostics

extension Structure {
  /// A supercell of `n.0` × `n.1` × `n.2` copies along a, b and c.
  ///
  /// The whole structure is copied once per cell, c running fastest (ASE's order), and the cell vectors are
  /// multiplied. Directions need not be periodic, but a direction that is repeated needs a cell vector.
  ///
  /// - Throws: `.invalidArgument` for a repetition below 1 or a repeated direction without cell vector,
  ///   `.memory` when the number of atoms is not representable.
  public func replicated(_ n: (Int, Int, Int)) throws(MACEError) -> Structure {
    guard n.0 >= 1, n.1 >= 1, n.2 >= 1 else {
      throw MACEError(
        .invalidArgument, "supercell \(n.0) x \(n.1) x \(n.2): every repetition must be 1 or more")
    }
    if n == (1, 1, 1) { return self }
    guard let cell else {
      throw MACEError(
        .invalidArgument,
        "supercell \(n.0) x \(n.1) x \(n.2): the structure has no cell; give it cell vectors first")
    }
    for (row, repetition) in [n.0, n.1, n.2].enumerated() where repetition > 1 && cell[row] == .zero {
      throw MACEError(
        .invalidArgument,
        "supercell \(n.0) x \(n.1) x \(n.2): cell vector \("abc".dropFirst(row).prefix(1)) is zero; "
          + "repeat only along directions with a cell vector")
    }
    let total = try Self.supercellCount(atoms: count, n)
    return copies(n, of: cell, total: total)
  }

  private static func supercellCount(atoms: Int, _ n: (Int, Int, Int)) throws(MACEError) -> Int {
    var total = atoms
    for repetition in [n.0, n.1, n.2] {
      let (product, overflow) = total.multipliedReportingOverflow(by: repetition)
      guard !overflow, product <= Int(Int32.max) else {
        throw MACEError(
          .memory,
          "supercell \(n.0) x \(n.1) x \(n.2) of \(atoms) atoms has more than \(Int32.max) atoms; "
            + "use fewer repetitions")
      }
      total = product
    }
    return total
  }

  private func copies(_ n: (Int, Int, Int), of cell: Cell, total: Int) -> Structure {
    var result = Structure(atomicNumbers: [], positions: [], cell: cell, pbc: pbc)
    result.cell = Cell(Double(n.0) * cell.a, Double(n.1) * cell.b, Double(n.2) * cell.c)
    guard total > 0 else { return result }
    result.atomicNumbers.reserveCapacity(total)
    result.positions.reserveCapacity(total)
    for i in 0..<n.0 {
      for j in 0..<n.1 {
        for k in 0..<n.2 {
          let shift = cell.cartesian(of: SIMD3(Double(i), Double(j), Double(k)))
          result.atomicNumbers += atomicNumbers
          for position in positions { result.positions.append(position + shift) }
        }
      }
    }
    return result
  }
}
