import Atomistics
import Checkpoint
import Diagnostics
import MACE
import TestSupport
import Testing

/// Small, empty, impossible and mistaken input.
struct EdgeCaseTests {
  static let all: Properties = [.forces, .virial, .atomicVirials, .heatFluxVirials, .descriptors]

  @Test(arguments: Fixtures.modelNames, Precision.allCases)
  func loneAtoms(_ model: String, _ precision: Precision) throws {
    let potential = try Fixtures.potential(model, precision)
    let calculator = try Calculator(potential, head: potential.heads[0])
    var energies: [Double] = []
    for z in potential.atomicNumbers {
      let e = try calculator.evaluate(Structure(atomicNumbers: [z], positions: [SIMD3(1, 2, 3)]), Self.all)
      #expect(e.energy.isFinite && e.energy == e.atomicEnergies[0])
      #expect(e.forces == [.zero] && e.virial == [Double](repeating: 0, count: 9))
      #expect(e.descriptors.count == potential.descriptorWidth)
      energies.append(e.energy)
    }
    // atoms beyond the cutoff do not feel each other
    for gap in [potential.cutoff, potential.cutoff + 1e-9, 1e6] {
      let pair = try calculator.evaluate(
        Structure(
          atomicNumbers: [potential.atomicNumbers[0], potential.atomicNumbers[1]],
          positions: [.zero, SIMD3(0, gap, 0)]), Self.all)
      #expect(pair.atomicEnergies == [energies[0], energies[1]], "\(model), \(gap) Å apart")
      #expect(pair.forces == [.zero, .zero])
    }
  }

  @Test(arguments: ["tiny_L1", "tiny_int1", "tiny_att", "tiny_nonlinear"], [1, 3])
  func noAtoms(_ model: String, _ threads: Int) throws {
    let calculator = try Calculator(try Fixtures.potential(model), threads: threads)
    for structure in [
      Structure(atomicNumbers: [], positions: []),
      Structure(atomicNumbers: [], positions: [], cell: Cell(orthorhombic: SIMD3(3, 3, 3)), pbc: .all),
    ] {
      let e = try calculator.evaluate(structure, Self.all)
      #expect(e.energy == 0 && e.interactionEnergy == 0)
      #expect(
        e.forces.isEmpty && e.atomicEnergies.isEmpty && e.atomicVirials.isEmpty && e.descriptors.isEmpty)
      #expect(e.virial == [Double](repeating: 0, count: 9))
      #expect(e.stress == (structure.pbc.isAll ? [Double](repeating: 0, count: 9) : nil))
    }
    // and the calculator works on
    #expect(try calculator.evaluate(Structures.triclinic).energy.isFinite)
  }

  /// One atom in a cell far smaller than the cutoff equals its 2 × 2 × 2 supercell.
  @Test(arguments: ["tiny_L1", "tiny_int3", "tiny_nonlinear"])
  func selfImages(_ model: String) throws {
    let potential = try Fixtures.potential(model)
    let one = Structure(
      atomicNumbers: [20], positions: [SIMD3(0.3, 0.1, 7)],
      cell: Cell(SIMD3(3.1, 0, 0), SIMD3(0.4, 3.3, 0), SIMD3(0.2, -0.3, 3.0)), pbc: .all)
    let small = try evaluate(potential, one), large = try evaluate(potential, one.replicated((2, 2, 2)))
    #expect(
      abs(large.energy - 8 * small.energy) <= 16 * Tolerances.symmetryEnergyPerAtom
        * max(1, abs(small.energy)))
    #expect(largest(small.forces) <= Tolerances.symmetryForce)
    #expect(largestDifference(small.stress ?? [], large.stress ?? [0]) <= Tolerances.symmetryForce)
  }

  @Test(arguments: [0, 2])
  func coincidentAtoms(_ skin: Double) throws {
    let calculator = try Calculator(try Fixtures.potential("tiny_L1"), skin: skin)
    var structure = Structures.triclinic
    structure.positions[3] = structure.positions[1]
    expectError(.geometry, "1", "3") { try calculator.evaluate(structure) }
    // onto a periodic image
    let cell = try #require(structure.cell)
    structure.positions[3] += 2 * cell.a - cell.c
    expectError(.geometry, "1", "3") { try calculator.evaluate(structure) }
    #expect(try calculator.evaluate(Structures.triclinic).energy.isFinite)
    // and while a list is kept
    var moved = Structures.triclinic
    moved.positions[3] = moved.positions[1]
    expectError(.geometry, "1", "3") { try calculator.evaluate(moved) }
    #expect(try calculator.evaluate(Structures.triclinic).energy.isFinite)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300])
  func impossibleCoordinates(_ x: Double) throws {
    let calculator = try Calculator(try Fixtures.potential("tiny_L1"), skin: 1)
    _ = try calculator.evaluate(Structures.triclinic)
    var structure = Structures.triclinic
    structure.positions[2].z = x
    expectError(.geometry, "atom 2", "C") { try calculator.evaluate(structure) }
    structure = Structures.triclinic
    structure.cell?.b.y = x
    expectError(.geometry, "cell vector b") { try calculator.evaluate(structure) }
    #expect(try calculator.evaluate(Structures.triclinic).energy.isFinite)
  }

  @Test func cellWithoutVolume() throws {
    let calculator = try Calculator(try Fixtures.potential("tiny_L1"))
    var structure = Structures.triclinic
    let cell = try #require(structure.cell)
    for flat in [Cell(cell.a, cell.a, cell.c), Cell(cell.a, .zero, cell.c), Cell(.zero, .zero, .zero)] {
      structure.cell = flat
      expectError(.geometry) { try calculator.evaluate(structure) }
    }
    structure.cell = nil
    #expect(throws: MACEError.self) { try calculator.evaluate(structure) }
  }

  @Test func mismatchedArrays() throws {
    for skin in [0.0, 1] {
      let calculator = try Calculator(try Fixtures.potential("tiny_L1"), skin: skin)
      _ = try calculator.evaluate(Structures.triclinic)
      var structure = Structures.triclinic
      structure.positions.removeLast()
      expectError(.invalidArgument, "4 positions", "5 atomic numbers") { try calculator.evaluate(structure) }
      structure = Structures.triclinic
      structure.atomicNumbers.removeLast()
      expectError(.invalidArgument, "5 positions", "4 atomic numbers") { try calculator.evaluate(structure) }
    }
  }

  @Test(arguments: [(79, "Au"), (0, "Z = 0"), (-3, "Z = -3"), (500, "Z = 500")])
  func unknownElements(_ z: Int, _ name: String) throws {
    let potential = try Fixtures.potential("tiny_L1")
    #expect(potential.species(ofAtomicNumber: z) == nil)
    var structure = Structures.triclinic
    structure.atomicNumbers[4] = z
    expectError(.unknownElement, "atom 4", name, "H C O Ca") { try evaluate(potential, structure) }
  }

  @Test func heads() throws {
    let potential = try Fixtures.potential("tiny_multihead2")
    #expect(potential.heads == ["Default", "pt_head"])
    expectError(.invalidArgument, "'Default'", "'pt_head'") { try Calculator(potential) }
    expectError(.invalidArgument, "'dft'", "'Default'", "'pt_head'") {
      try Calculator(potential, head: "dft")
    }
    #expect(try Calculator(potential, head: "pt_head").head == 1)
    let single = try Fixtures.potential("tiny_L1")
    #expect(try Calculator(single).head == 0)
    expectError(.invalidArgument, "'pt_head'", "'Default'") { try Calculator(single, head: "pt_head") }
  }

  @Test(arguments: [0, -1, 5000, Int.min])
  func numberOfThreads(_ threads: Int) throws {
    let potential = try Fixtures.potential("tiny_L1")
    expectError(.invalidArgument, "threads", "\(threads)") { try Calculator(potential, threads: threads) }
  }

  @Test(arguments: [-0.1, Double.nan, .infinity])
  func skins(_ skin: Double) throws {
    let potential = try Fixtures.potential("tiny_L1")
    expectError(.invalidArgument, "skin") { try Calculator(potential, skin: skin) }
  }

  /// From touching to almost coincident atoms: finite numbers or an error, never infinities.
  @Test(arguments: Fixtures.modelNames, Precision.allCases)
  func closeContacts(_ model: String, _ precision: Precision) throws {
    let potential = try Fixtures.potential(model, precision)
    let calculator = try Calculator(potential, head: potential.heads[0])
    for gap in [0.5, 0.1, 1e-2, 1e-3, 1e-4, 2e-6] {
      let structure = Structure(
        atomicNumbers: [20, 8, 1], positions: [.zero, SIMD3(gap, 0, 0), SIMD3(0.9, 0.8, 0)])
      for properties in [Self.all, .virial, .atomicVirials, .descriptors] {
        do throws(MACEError) {
          let e = try calculator.evaluate(structure, properties)
          let finite = e.energy.isFinite && e.atomicEnergies.allSatisfy { $0.isFinite }
          #expect(finite, "\(model) \(precision), \(gap) Å")
          #expect(largest(e.forces).isFinite && e.forces.allSatisfy { ($0 - $0) == .zero })
          #expect(
            (e.virial + e.atomicVirials + e.descriptors).allSatisfy { $0.isFinite }, "\(model), \(gap) Å")
        } catch {
          let message = Comment(rawValue: error.message)
          #expect(error.kind == .geometry && gap < 0.1, message)
        }
      }
    }
    #expect(try calculator.evaluate(Structures.triclinic).energy.isFinite)
  }

  /// Parameters that give infinite energies.
  @Test func overflow() throws {
    var model = try Fixtures.model("tiny_L1")
    let scale = try #require(model.tensors["scale_shift.scale"])
    model.tensors["scale_shift.scale"]?.values = scale.values.map { _ in .infinity }
    let calculator = try Calculator(try Potential(model))
    expectError(.geometry, "atom", "float64") { try calculator.evaluate(Structures.triclinic) }
  }

  /// More threads than atoms.
  @Test func manyThreads() throws {
    let potential = try Fixtures.potential("tiny_L1")
    let structure = Fixtures.structure("far_apart")
    expectEqual(
      try evaluate(potential, structure, threads: 64), try evaluate(potential, structure),
      energyPerAtom: Tolerances.relative, force: Tolerances.relative, "64 threads")
  }
}
