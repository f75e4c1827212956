import Atomistics
import Diagnostics
import TestSupport
import Testing

@Suite struct NeighborListTests {
  /// Shapes of cells, each with its own trap.
  enum Shape: CaseIterable {
    case orthorhombic
    case triclinic
    case leftHanded
    case skewed
    case verySkewed
    case tiny
    case flat
    case zeroRows

    func cell(_ random: inout SeededGenerator) -> Cell {
      func edge(_ range: ClosedRange<Double>) -> Double { .random(in: range, using: &random) }
      switch self {
      case .orthorhombic:
        return Cell(orthorhombic: SIMD3(edge(2...9), edge(2...9), edge(2...9)))
      case .triclinic, .leftHanded, .zeroRows:
        let tilt = (0..<3).map { _ in edge(-2...2) }
        let cell = Cell(
          SIMD3(edge(3...8), 0.1, tilt[0]), SIMD3(tilt[1], edge(3...8), 0.3),
          SIMD3(0.2, tilt[2], edge(3...8)))
        return self == .leftHanded ? Cell(cell.b, cell.a, cell.c) : cell
      case .skewed:
        return Cell(SIMD3(4, 0, 0), SIMD3(edge(-12...12), 4, 0), SIMD3(edge(-9...9), edge(-9...9), 5))
      case .verySkewed:
        return Cell(
          SIMD3(5, 0, 0), SIMD3(edge(-60...60), 5, 1), SIMD3(edge(-30...30), edge(-30...30), 6))
      case .tiny:
        return Cell(
          SIMD3(edge(0.9...1.5), 0.2, 0), SIMD3(-0.3, edge(0.9...1.5), 0), SIMD3(0, 0.4, edge(0.9...1.5)))
      case .flat:
        return Cell(SIMD3(edge(8...14), 1, 0), SIMD3(0.5, edge(8...14), 2), SIMD3(0.3, 0, edge(0.8...1.2)))
      }
    }
  }

  static func randomStructure(
    _ shape: Shape, _ pbc: Periodicity, atoms: Int, _ random: inout SeededGenerator
  ) -> Structure {
    var cell = shape.cell(&random)
    if shape == .zeroRows {
      for row in 0..<3 where !pbc[row] { cell[row] = .zero }
    }
    var positions: [SIMD3<Double>] = []
    for _ in 0..<atoms { positions.append(random.vector(-11...11)) }
    return Structure(
      atomicNumbers: positions.map { _ in 8 }, positions: positions, cell: cell, pbc: pbc)
  }

  @Test(arguments: Shape.allCases) func agreesWithBruteForce(_ shape: Shape) throws {
    var random = SeededGenerator(seed: 20_260 + UInt64(Shape.allCases.firstIndex(of: shape) ?? 0))
    for bits in 0..<8 {
      let pbc = Periodicity(bits & 1 != 0, bits & 2 != 0, bits & 4 != 0)
      for atoms in [0, 1, 2, 5, 10] {
        let structure = Self.randomStructure(shape, pbc, atoms: atoms, &random)
        let cutoff = Double.random(in: 2.0...4.5, using: &random)
        let list = try NeighborList(structure, cutoff: cutoff)
        let edges = list.edgeList()
        let found = Set(edges)
        #expect(found.count == edges.count, "no edge twice")
        #expect(found == BruteForce.edges(structure, cutoff: cutoff), "\(shape) \(pbc) \(atoms) atoms")
        let isSymmetric = edges.allSatisfy {
          found.contains(Edge(i: $0.j, j: $0.i, shift: SIMD3<Int32>.zero &- $0.shift))
        }
        #expect(isSymmetric)
      }
    }
  }

  @Test func agreesWithBruteForceWithoutCell() throws {
    var random = SeededGenerator(seed: 7)
    for atoms in [0, 1, 2, 30, 200] {
      var positions: [SIMD3<Double>] = []
      for _ in 0..<atoms { positions.append(random.vector(-6...6)) }
      let structure = Structure(atomicNumbers: positions.map { _ in 1 }, positions: positions)
      let list = try NeighborList(structure, cutoff: 3.5, skin: 0.4)
      #expect(Set(list.edgeList()) == BruteForce.edges(structure, cutoff: 3.5 + 0.4))
      #expect(list.shifts.count == 1)
      #expect(list.shiftVectors(cell: nil) == [.zero])
    }
  }

  /// Enough atoms for many bins per direction.
  @Test func agreesWithBruteForceForManyBins() throws {
    var random = SeededGenerator(seed: 11)
    let cell = Cell(SIMD3(17, 0, 0), SIMD3(4, 19, 0), SIMD3(-3, 2, 23))
    var positions: [SIMD3<Double>] = []
    for _ in 0..<350 { positions.append(cell.cartesian(of: random.vector(-0.2...1.2))) }
    for bits in [0, 3, 5, 7] {
      let pbc = Periodicity(bits & 1 != 0, bits & 2 != 0, bits & 4 != 0)
      let structure = Structure(
        atomicNumbers: positions.map { _ in 8 }, positions: positions, cell: cell, pbc: pbc)
      let list = try NeighborList(structure, cutoff: 2.6)
      #expect(Set(list.edgeList()) == BruteForce.edges(structure, cutoff: 2.6))
    }
  }

  /// A shift belongs to the position as it was given, however many cells away that is.
  @Test func atomsFarOutsideTheCell() throws {
    var random = SeededGenerator(seed: 3)
    let cell = Cell(SIMD3(6, 0, 0), SIMD3(1, 7, 0), SIMD3(0, -2, 6))
    var inside: [SIMD3<Double>] = []
    for _ in 0..<20 { inside.append(cell.cartesian(of: random.vector(0...1))) }
    var outside = inside
    for atom in outside.indices {
      // Whole multiples of 2^-20 do not occur here, so compare counts and distances, not bits.
      outside[atom] += cell.cartesian(of: (random.vector(-40...40)).rounded(.toNearestOrEven))
    }
    let numbers = inside.map { _ in 6 }
    let first = try NeighborList(
      Structure(atomicNumbers: numbers, positions: inside, cell: cell, pbc: .all), cutoff: 4)
    let moved = Structure(atomicNumbers: numbers, positions: outside, cell: cell, pbc: .all)
    let second = try NeighborList(moved, cutoff: 4)
    #expect(first.offsets == second.offsets)
    for edge in second.edgeList() {
      let d = outside[edge.j] - outside[edge.i] + cell.translation(of: edge.shift)
      #expect((d * d).sum() < 16)
    }
  }

  /// At |d| = cutoff exactly an edge is out; d² of these lattice points is exact.
  @Test func cutoffIsStrict() throws {
    let cubic = Structure(
      atomicNumbers: [29], positions: [SIMD3(0.25, 0.5, 8)], cell: Cell(orthorhombic: SIMD3(2.5, 2.5, 2.5)),
      pbc: .all)
    // |n|² < 4 has 6 + 12 + 8 integer solutions.
    #expect(try NeighborList(cubic, cutoff: 5).edgeCount == 26)
    #expect(try NeighborList(cubic, cutoff: 5.000001).edgeCount == 32)
    #expect(try NeighborList(cubic, cutoff: 4, skin: 1).edgeCount == 26)
  }

  @Test func nonPeriodicCellVectorsDoNotMatter() throws {
    var random = SeededGenerator(seed: 5)
    var positions: [SIMD3<Double>] = []
    for _ in 0..<25 { positions.append(random.vector(0...9)) }
    let numbers = positions.map { _ in 14 }
    let a = SIMD3<Double>(5, 1, 0)
    let b = SIMD3<Double>(0, 6, 1)
    var lists: [[Edge]] = []
    for c in [SIMD3<Double>(0, 0, 0), SIMD3(0, 0, 0.01), SIMD3(5, 1, 0), SIMD3(0, 0, 40)] {
      let slab = Structure(
        atomicNumbers: numbers, positions: positions, cell: Cell(a, b, c), pbc: Periodicity(true, true, false)
      )
      lists.append(try NeighborList(slab, cutoff: 4).edgeList())
    }
    #expect(lists.allSatisfy { Set($0) == Set(lists[0]) })
    #expect(lists[0].allSatisfy { $0.shift.z == 0 })
    #expect(lists[0].contains { $0.shift.x != 0 })
  }

  /// Two clusters 10⁶ Å apart, and a gas that fills (10⁶ Å)³: neither may need memory for the space between.
  @Test func distantAtoms() throws {
    var random = SeededGenerator(seed: 9)
    var positions: [SIMD3<Double>] = []
    for atom in 0..<3000 {
      positions.append(random.vector(0...25) + (atom % 2 == 0 ? SIMD3(repeating: 1e6) : .zero))
    }
    let clusters = Structure(atomicNumbers: positions.map { _ in 10 }, positions: positions)
    let list = try NeighborList(clusters, cutoff: 2)
    #expect(Set(list.edgeList()) == BruteForce.edges(clusters, cutoff: 2))
    #expect(list.edgeCount > 3000)

    var gas = clusters
    for atom in gas.positions.indices { gas.positions[atom] = random.vector(-1e6...1e6) }
    #expect(try NeighborList(gas, cutoff: 6).edgeCount == 0)
  }

  /// Every copy of a cell has the neighbours of the original: 64 000 atoms in bins against 1000 atoms.
  @Test func supercellHasTheSameEdges() throws {
    var random = SeededGenerator(seed: 13)
    var positions: [SIMD3<Double>] = []
    for i in 0..<1000 {
      let site = SIMD3(Double(i % 10), Double(i / 10 % 10), Double(i / 100))
      positions.append(2.2 * site + random.vector(-0.4...0.4))
    }
    let small = Structure(
      atomicNumbers: positions.map { _ in 8 }, positions: positions,
      cell: Cell(orthorhombic: SIMD3(22, 22, 22)), pbc: .all)
    let large = try small.replicated((4, 4, 4))
    let edges = try NeighborList(small, cutoff: 5.0).edgeCount
    let start = ContinuousClock.now
    #expect(try NeighborList(large, cutoff: 5.0).edgeCount == 64 * edges)
    // Linear time: a quadratic search needs minutes. The limit is wide for loaded machines.
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test func orderIsDeterministic() throws {
    var random = SeededGenerator(seed: 17)
    let structure = Self.randomStructure(.triclinic, .all, atoms: 40, &random)
    let first = try NeighborList(structure, cutoff: 5)
    let second = try NeighborList(structure, cutoff: 5)
    #expect(first.neighbors == second.neighbors)
    #expect(first.shiftIndices == second.shiftIndices)
    #expect(first.shifts == second.shifts)
  }

  @Test func shiftVectorsFollowTheCell() throws {
    let cell = Cell(SIMD3(3, 0, 0), SIMD3(0, 4, 0), SIMD3(1, 0, 5))
    let structure = Structure(atomicNumbers: [3], positions: [.zero], cell: cell, pbc: .all)
    let list = try NeighborList(structure, cutoff: 6)
    let strained = Cell(1.01 * cell.a, 0.99 * cell.b, cell.c)
    for (shift, vector) in zip(list.shifts, list.shiftVectors(cell: strained)) {
      let expected =
        Double(shift.x) * strained.a + Double(shift.y) * strained.b + Double(shift.z) * strained.c
      #expect(vector == expected)
    }
    #expect(list.shifts.count > 10)
  }

  @Test func needsRebuild() throws {
    let structure = Structure(
      atomicNumbers: [8, 1], positions: [.zero, SIMD3(1, 0, 0)],
      cell: Cell(orthorhombic: SIMD3(8, 8, 8)), pbc: .all)
    let list = try NeighborList(structure, cutoff: 3, skin: 0.5)
    var other = structure
    #expect(!list.needsRebuild(for: other))
    other.positions[1].y = 0.249
    #expect(!list.needsRebuild(for: other))
    other.positions[1].y = 0.251
    #expect(list.needsRebuild(for: other))
    other.positions[1].y = .nan
    #expect(list.needsRebuild(for: other))
    other = structure
    other.cell?.c.z = 8.001
    #expect(list.needsRebuild(for: other))
    other = structure
    other.pbc.b = false
    #expect(list.needsRebuild(for: other))
    other = structure
    other.atomicNumbers[0] = 9
    #expect(list.needsRebuild(for: other))
    other = structure
    other.atomicNumbers.append(1)
    other.positions.append(SIMD3(3, 3, 3))
    #expect(list.needsRebuild(for: other))
  }

  /// What the skin promises: after moves up to skin / 2 all pairs within the cutoff are still in the list.
  @Test func skinCoversMoves() throws {
    var random = SeededGenerator(seed: 23)
    var structure = Self.randomStructure(.triclinic, .all, atoms: 12, &random)
    let list = try NeighborList(structure, cutoff: 3, skin: 1)
    let edges = Set(list.edgeList())
    for atom in structure.positions.indices {
      let step = random.vector(-1...1)
      structure.positions[atom] += 0.499 / (step * step).sum().squareRoot() * step
    }
    #expect(!list.needsRebuild(for: structure))
    #expect(BruteForce.edges(structure, cutoff: 3).isSubset(of: edges))
  }
}
