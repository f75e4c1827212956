import Atomistics

/// Structures made by the tests.
public enum Structures {
  /// H, C, O, Ca and O in a triclinic cell smaller than every cutoff: atoms see several of their own images.
  public static let triclinic = Structure(
    atomicNumbers: [20, 8, 6, 1, 8],
    positions: [
      SIMD3(0.1, 0.2, -0.1), SIMD3(2.2, 0.4, 0.3), SIMD3(0.6, 2.4, 0.9), SIMD3(1.1, 1.0, 2.3),
      SIMD3(2.9, 2.7, 2.6),
    ],
    cell: Cell(SIMD3(4.3, 0.2, -0.1), SIMD3(0.9, 4.6, 0.3), SIMD3(-0.6, 0.8, 4.9)), pbc: .all)

  /// Rock salt with the lattice constant `a`: 8 atoms in the cube.
  public static func cubicCaO(_ a: Double) -> Structure {
    let fcc = [SIMD3(0, 0, 0), SIMD3(0, 0.5, 0.5), SIMD3(0.5, 0, 0.5), SIMD3(0.5, 0.5, 0)]
    return Structure(
      atomicNumbers: [20, 20, 20, 20, 8, 8, 8, 8],
      positions: fcc.map { $0 * a } + fcc.map { ($0 + SIMD3(0.5, 0, 0)) * a },
      cell: Cell(orthorhombic: SIMD3(a, a, a)), pbc: .all)
  }

  /// The same crystal in its primitive cell of two atoms.
  public static func primitiveCaO(_ a: Double) -> Structure {
    let h = a / 2
    return Structure(
      atomicNumbers: [20, 8], positions: [.zero, SIMD3(h, 0, 0)],
      cell: Cell(SIMD3(0, h, h), SIMD3(h, 0, h), SIMD3(h, h, 0)), pbc: .all)
  }
}

extension Structure {
  /// Positions and cell through `map`.
  public func mapped(_ map: (SIMD3<Double>) -> SIMD3<Double>) -> Structure {
    var result = self
    result.positions = positions.map(map)
    result.cell = cell.map { Cell(map($0.a), map($0.b), map($0.c)) }
    return result
  }

  /// r → r + r·ε of positions and cell, ε the symmetric strain with `size` at [a][a], or half of it at each
  /// of [a][b] and [b][a].
  public func strained(_ a: Int, _ b: Int, by size: Double) -> Structure {
    mapped { r in
      var s = r
      s[b] += r[a] * size / 2
      s[a] += r[b] * size / 2
      return s
    }
  }

  /// The atoms in the order `order`.
  public func reordered(_ order: [Int]) -> Structure {
    var result = self
    result.atomicNumbers = order.map { atomicNumbers[$0] }
    result.positions = order.map { positions[$0] }
    return result
  }
}
