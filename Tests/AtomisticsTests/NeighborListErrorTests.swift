import Atomistics
import Diagnostics
import Testing

@Suite struct NeighborListErrorTests {
  static let box = Cell(orthorhombic: SIMD3(9, 9, 9))

  /// The error of building a list, which must have the given kind and mention all of `words`.
  static func expectError(
    _ structure: Structure, cutoff: Double = 5, skin: Double = 0, _ kind: MACEError.Kind, _ words: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: MACEError.self, sourceLocation: sourceLocation) {
      try NeighborList(structure, cutoff: cutoff, skin: skin)
    }
    #expect(error?.kind == kind, sourceLocation: sourceLocation)
    for word in words {
      let message = error?.message ?? ""
      #expect(message.contains(word), "\(message) names \(word)", sourceLocation: sourceLocation)
    }
  }

  static func water(cell: Cell? = box, pbc: Periodicity = .all) -> Structure {
    Structure(
      atomicNumbers: [8, 1, 1], positions: [.zero, SIMD3(0.96, 0, 0), SIMD3(-0.24, 0.93, 0)], cell: cell,
      pbc: pbc)
  }

  @Test func cutoffAndSkin() {
    for cutoff in [0, -1, .nan, .infinity, 1e9] {
      Self.expectError(Self.water(), cutoff: cutoff, .invalidArgument, ["cutoff"])
    }
    for skin in [-0.1, .nan, .infinity] {
      Self.expectError(Self.water(), skin: skin, .invalidArgument, ["skin"])
    }
  }

  @Test func arraysOfDifferentLength() {
    var structure = Self.water()
    structure.positions.removeLast()
    Self.expectError(structure, .invalidArgument, ["2 positions", "3 atomic numbers"])
  }

  @Test func coordinatesThatAreNotFinite() {
    for value in [Double.nan, .infinity, -.infinity, 1e300] {
      for axis in 0..<3 {
        var structure = Self.water()
        structure.positions[2][axis] = value
        Self.expectError(structure, .geometry, ["atom 2", "counted from 0", "H"])
      }
    }
    var structure = Self.water()
    structure.cell?.b.z = .nan
    Self.expectError(structure, .geometry, ["cell vector b"])
    structure.pbc = .none
    Self.expectError(structure, .geometry, ["cell vector b"])
  }

  @Test func periodicWithoutCell() {
    for pbc in [Periodicity(true, false, false), .all, Periodicity(false, true, true)] {
      Self.expectError(Self.water(cell: nil, pbc: pbc), .geometry, ["no cell", "pbc"])
      Self.expectError(
        Self.water(cell: Cell(.zero, .zero, .zero), pbc: pbc), .geometry, ["no cell", "F F F"])
    }
    let slab = Cell(SIMD3(5, 0, 0), .zero, SIMD3(0, 0, 7))
    Self.expectError(Self.water(cell: slab), .geometry, ["along b", "no length"])
  }

  @Test func periodicWithoutVolume() {
    let planar = Cell(SIMD3(5, 0, 0), SIMD3(0, 5, 0), SIMD3(3.3, 4.7, 0))
    Self.expectError(Self.water(cell: planar), .geometry, ["volume", "a, b, c"])
    let line = Cell(SIMD3(5, 1, 2), SIMD3(-10, -2, -4), SIMD3(0, 0, 7))
    Self.expectError(
      Self.water(cell: line, pbc: Periodicity(true, true, false)), .geometry, ["volume", "a, b"])
  }

  @Test func atomsAtOnePoint() {
    var structure = Self.water()
    structure.positions[2] = structure.positions[0] + SIMD3(0, 1e-8, 0)
    Self.expectError(structure, .geometry, ["0 (O)", "2 (H)", "same point", "remove"])
    structure.positions[2] = SIMD3(9, -18, 9)
    Self.expectError(structure, .geometry, ["0 (O)", "2 (H)", "image", "same point"])
    structure.pbc = .none
    #expect(throws: Never.self) { try NeighborList(structure, cutoff: 5) }
  }

  /// Wrong units must not end in an endless search or a huge allocation.
  @Test func impossibleDensity() {
    let tiny = Cell(orthorhombic: SIMD3(1e-3, 1e-3, 1e-3))
    Self.expectError(
      Structure(atomicNumbers: [6], positions: [.zero], cell: tiny, pbc: .all), .geometry, ["small", "units"])
    let needle = Cell(orthorhombic: SIMD3(1e-4, 50, 50))
    Self.expectError(
      Structure(atomicNumbers: [6], positions: [.zero], cell: needle, pbc: .all), .geometry,
      ["0 (C)", "neighbours", "units"])
    var positions: [SIMD3<Double>] = []
    for atom in 0..<30_000 { positions.append(SIMD3(Double(atom) * 1e-5, 0, 0)) }
    Self.expectError(
      Structure(atomicNumbers: positions.map { _ in 6 }, positions: positions), .geometry,
      ["neighbours", "units"])
  }

  @Test func positionsTooManyCellsAway() {
    let cell = Cell(orthorhombic: SIMD3(2, 2, 2))
    let structure = Structure(
      atomicNumbers: [6, 6], positions: [.zero, SIMD3(1, 5e9, 0)], cell: cell, pbc: .all)
    Self.expectError(structure, .geometry, ["atom 1", "wrap"])
  }

  @Test func hopelesslySkewed() {
    let cell = Cell(SIMD3(1, 0, 0), SIMD3(9e9, 1, 0), SIMD3(0, 0, 3))
    Self.expectError(
      Structure(atomicNumbers: [6], positions: [.zero], cell: cell, pbc: .all), .geometry,
      [
        "skewed"
      ])
  }
}
