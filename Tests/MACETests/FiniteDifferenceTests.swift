import Atomistics
import MACE
import TestSupport
import Testing

/// Forces, virials and stress are derivatives of the energy; parts sum to the whole.
struct FiniteDifferenceTests {
  static let models = [
    "tiny_L1", "tiny_L2", "tiny_density", "tiny_nonlinear", "tiny_att", "tiny_zbl", "tiny_soft",
    "tiny_agnesi",
    "tiny_chebyshev", "tiny_chebyshev_nodt", "tiny_gaussian", "tiny_nocutoff", "tiny_int1", "tiny_int3",
    "tiny_corr4", "tiny_pseudo", "tiny_so3", "tiny_edge_irreps", "tiny_multihead2", "tiny_MACE_class",
    "tiny_lastreadout_agnosticprod",
  ]
  /// A molecule, and a crystal in which atoms interact with their own images.
  static let structures = [
    "molecule": Fixtures.structure("molecule_isolated"), "crystal": Structures.triclinic,
  ]

  @Test(arguments: models, ["molecule", "crystal"])
  func forces(_ model: String, _ name: String) throws {
    let structure = try #require(Self.structures[name])
    let calculator = try calculator(model)
    let forces = try calculator.evaluate(structure, .forces).forces
    let limit = Tolerances.finiteDifference * max(1, largest(forces))
    for i in 0..<structure.count {
      for k in 0..<3 {
        let slope = try derivative { step in
          var moved = structure
          moved.positions[i][k] += step
          return try calculator.evaluate(moved, []).energy
        }
        #expect(abs(forces[i][k] + slope) <= limit, "\(model) \(name): atom \(i), direction \(k)")
      }
    }
  }

  @Test(arguments: models, ["molecule", "crystal"])
  func virial(_ model: String, _ name: String) throws {
    let structure = try #require(Self.structures[name])
    let calculator = try calculator(model)
    let e = try calculator.evaluate(structure, .virial)
    #expect(e.forces.isEmpty && e.atomicVirials.isEmpty && e.heatFluxVirials.isEmpty)
    let limit = 10 * Tolerances.finiteDifference * max(1, largest(e.virial))
    for (a, b) in [(0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (2, 0)] {
      let slope = try derivative { try calculator.evaluate(structure.strained(a, b, by: $0), []).energy }
      #expect(abs(e.virial[3 * a + b] + slope) <= limit, "\(model) \(name): strain \(a)\(b)")
      #expect(e.virial[3 * a + b] == e.virial[3 * b + a])
      if let stress = e.stress, let cell = structure.cell {
        #expect(abs(stress[3 * a + b] - slope / cell.volume) <= limit / cell.volume)
      }
    }
    #expect((e.stress != nil) == structure.pbc.isAll)
  }

  @Test(arguments: models, ["molecule", "crystal"])
  func partsSumToTheWhole(_ model: String, _ name: String) throws {
    let structure = try #require(Self.structures[name])
    let e = try calculator(model).evaluate(structure, [.virial, .atomicVirials, .heatFluxVirials])
    let scale = max(1, largest(e.atomicVirials))
    #expect(
      largestDifference(symmetrized(summed(e.atomicVirials)), e.virial) <= 10 * Tolerances.relative * scale)
    #expect(
      largestDifference(symmetrized(summed(e.heatFluxVirials)), e.virial) <= 10 * Tolerances.relative * scale)
    let energies = e.atomicEnergies.reduce(0, +), interactions = e.atomicInteractionEnergies.reduce(0, +)
    #expect(abs(energies - e.energy) <= Tolerances.relative * max(1, largest(e.atomicEnergies)) * 10)
    #expect(
      abs(interactions - e.interactionEnergy) <= Tolerances.relative
        * max(1, largest(e.atomicInteractionEnergies)) * 10)
  }

  /// Of an edge's virial −∂E/∂v ⊗ v half belongs to each end: in a pair of unlike atoms, half of the whole.
  @Test(arguments: models)
  func atomicVirialsOfPairs(_ model: String) throws {
    let pair = Structure(atomicNumbers: [20, 8], positions: [.zero, SIMD3(1.1, -1.3, 0.9)])
    let e = try calculator(model).evaluate(pair, [.forces, .virial, .atomicVirials, .heatFluxVirials])
    let (a, b) = (Array(e.atomicVirials.prefix(9)), Array(e.atomicVirials.suffix(9)))
    let limit = 10 * Tolerances.relative * max(1, largest(e.virial))
    #expect(largestDifference(a, b) <= limit)
    let distance = pair.positions[1] - pair.positions[0]
    for k in 0..<9 { #expect(abs(a[k] - 0.5 * e.forces[1][k / 3] * distance[k % 3]) <= limit) }
    #expect(largest(a) > 1e-3)
  }

  /// What is asked for does not change the numbers, and what is not asked for is empty.
  @Test func properties() throws {
    let calculator = try calculator("tiny_L1")
    let structure = Structures.triclinic
    let all = try calculator.evaluate(
      structure, [.forces, .virial, .atomicVirials, .descriptors, .heatFluxVirials])
    for single in [Properties.forces, .virial, .atomicVirials, .descriptors, .heatFluxVirials, []] {
      let e = try calculator.evaluate(structure, single)
      #expect(e.energy == all.energy && e.atomicEnergies == all.atomicEnergies)
      #expect(e.forces == (single == .forces ? all.forces : []))
      #expect(e.virial == (single == .virial ? all.virial : []))
      #expect(e.stress == (single == .virial ? all.stress : nil))
      #expect(e.atomicVirials == (single == .atomicVirials ? all.atomicVirials : []))
      #expect(e.heatFluxVirials == (single == .heatFluxVirials ? all.heatFluxVirials : []))
      #expect(e.descriptors == (single == .descriptors ? all.descriptors : []))
    }
  }

  private func calculator(_ model: String) throws -> Calculator {
    let potential = try Fixtures.potential(model)
    return try Calculator(potential, head: potential.heads.last)
  }

  /// dE/dx at 0, five points.
  private func derivative(_ energy: (Double) throws -> Double) rethrows -> Double {
    let h = Tolerances.finiteDifferenceStep
    return (8 * (try energy(h) - energy(-h)) - (try energy(2 * h) - energy(-2 * h))) / (12 * h)
  }
}
