import Atomistics
import MACE
import TestSupport
import Testing

/// A crystal is the same in every cell that describes it.
struct CellTests {
  static let models = [
    "tiny_L1", "tiny_L2", "tiny_int3", "tiny_nonlinear", "tiny_att", "tiny_density", "tiny_zbl",
  ]

  @Test(arguments: models)
  func conventionalAndPrimitiveCell(_ model: String) throws {
    let potential = try Fixtures.potential(model)
    let cube = try evaluate(potential, Structures.cubicCaO(4.8))
    let primitive = try evaluate(potential, Structures.primitiveCaO(4.8))
    #expect(abs(cube.energy - 4 * primitive.energy) <= 8 * Tolerances.symmetryEnergyPerAtom)
    #expect(largestDifference(cube.stress ?? [], primitive.stress ?? [0]) <= Tolerances.symmetryForce)
    // every atom is a centre of inversion
    #expect(largest(cube.forces) <= Tolerances.symmetryForce)
    #expect(largest(primitive.forces) <= Tolerances.symmetryForce)
  }

  /// Hundreds of atoms, shuffled, in several threads: more than one block of atoms and many tiles of edges.
  @Test(arguments: models, Precision.allCases)
  func largeSupercell(_ model: String, _ precision: Precision) throws {
    let potential = try Fixtures.potential(model, precision), structure = Structures.triclinic
    let one = try evaluate(potential, structure)
    let large = try structure.replicated((3, 4, 5))
    var random = SeededGenerator(seed: 17)
    let order = (0..<large.count).shuffled(using: &random)
    var expected = one
    expected.energy *= 60
    expected.virial = one.virial.map { 60 * $0 }
    expected.atomicEnergies = order.map { one.atomicEnergies[$0 % structure.count] }
    expected.forces = order.map { one.forces[$0 % structure.count] }
    expected.atomicVirials = order.flatMap { atom in
      let i = 9 * (atom % structure.count)
      return one.atomicVirials[i..<i + 9]
    }
    expected.heatFluxVirials = order.flatMap { atom in
      let i = 9 * (atom % structure.count)
      return one.heatFluxVirials[i..<i + 9]
    }
    let double = precision == .float64
    expectEqual(
      try evaluate(potential, large.reordered(order), threads: 2), expected,
      energyPerAtom: double ? Tolerances.symmetryEnergyPerAtom : Tolerances.float32EnergyPerAtom,
      force: double ? Tolerances.symmetryForce : Tolerances.float32Force, "\(model) \(precision)")
  }

  @Test(arguments: models)
  func supercell(_ model: String) throws {
    let potential = try Fixtures.potential(model), structure = Structures.triclinic
    let one = try evaluate(potential, structure),
      two = try evaluate(potential, structure.replicated((2, 1, 1)))
    var expected = one
    expected.energy *= 2
    expected.atomicEnergies += one.atomicEnergies
    expected.forces += one.forces
    expected.virial = one.virial.map { 2 * $0 }
    expected.atomicVirials += one.atomicVirials
    expected.heatFluxVirials += one.heatFluxVirials
    expectEqual(
      two, expected, energyPerAtom: Tolerances.symmetryEnergyPerAtom, force: Tolerances.symmetryForce, model)
    #expect(largestDifference(two.stress ?? [], one.stress ?? [0]) <= Tolerances.symmetryForce)
  }

  @Test(arguments: models)
  func equivalentCells(_ model: String) throws {
    let potential = try Fixtures.potential(model), structure = Structures.triclinic
    let cell = try #require(structure.cell)
    let reference = try evaluate(potential, structure)
    let cells = [
      "a, b + a": Cell(cell.a, cell.b + cell.a, cell.c),
      "skewed": Cell(cell.a + 3 * cell.b - 2 * cell.c, cell.b, cell.c),
      "left-handed": Cell(cell.b, cell.a, cell.c), "inverted": Cell(-cell.a, -cell.b, -cell.c),
    ]
    for (name, cell) in cells {
      var other = structure
      other.cell = cell
      let e = try evaluate(potential, other)
      expectEqual(
        e, reference, energyPerAtom: Tolerances.symmetryEnergyPerAtom, force: Tolerances.symmetryForce,
        "\(model) \(name)")
      #expect(
        largestDifference(e.stress ?? [], reference.stress ?? [0]) <= Tolerances.symmetryForce, "\(name)")
    }
  }

  @Test(arguments: models, [Int32(3), 1000])
  func atomsOutsideTheCell(_ model: String, _ range: Int32) throws {
    let potential = try Fixtures.potential(model), structure = Structures.triclinic
    let cell = try #require(structure.cell)
    var random = SeededGenerator(seed: 14)
    var other = structure
    for i in 0..<structure.count {
      other.positions[i] += cell.translation(
        of: SIMD3(
          .random(in: -range...range, using: &random), .random(in: -range...range, using: &random),
          .random(in: -range...range, using: &random)))
    }
    let limit = range > 10 ? Tolerances.distantForce : Tolerances.symmetryForce
    expectEqual(
      try evaluate(potential, other), try evaluate(potential, structure), energyPerAtom: limit, force: limit,
      model)
  }

  /// A cell far larger than a molecule and the cutoff is no cell at all.
  @Test(arguments: models)
  func emptyCell(_ model: String) throws {
    let potential = try Fixtures.potential(model)
    var molecule = Fixtures.structure("molecule_isolated")
    molecule.cell = nil
    var boxed = molecule
    boxed.cell = Cell(orthorhombic: SIMD3(200, 300, 250))
    let free = try evaluate(potential, molecule)
    let unused = try evaluate(potential, boxed)
    boxed.pbc = .all
    let periodic = try evaluate(potential, boxed)
    for e in [unused, periodic] {
      expectEqual(
        e, free, energyPerAtom: Tolerances.symmetryEnergyPerAtom, force: Tolerances.symmetryForce, model)
    }
  }
}
