import Atomistics
import MACE
import TestSupport
import Testing

/// Every small checkpoint with every configuration and head against mace-torch.
struct ParityTests {
  @Test(arguments: Fixtures.modelNames)
  func float64(_ name: String) throws {
    let potential = try Fixtures.potential(name), reference = try Fixtures.reference(name)
    #expect(potential.heads == reference.heads)
    #expect(reference.results.count >= 10)
    for (configuration, result) in reference.results {
      let structure = Fixtures.structure(configuration), n = Double(structure.count)
      for (h, head) in reference.heads.enumerated() {
        let expected = result.heads[h]
        let e = try evaluate(
          potential, structure, head: head,
          [.forces, .virial, .atomicVirials, .heatFluxVirials, .descriptors])
        let note = Comment(rawValue: "\(name) \(configuration) \(head)")
        #expect(abs(e.energy - expected.energy) <= Tolerances.energyPerAtom * n, note)
        #expect(largestDifference(e.atomicEnergies, expected.nodeEnergies) <= Tolerances.energyPerAtom, note)
        if let interaction = expected.interactionEnergy {
          #expect(abs(e.interactionEnergy - interaction) <= Tolerances.energyPerAtom * n, note)
        }
        let forces = expected.forces.map { SIMD3($0[0], $0[1], $0[2]) }
        let limit = max(Tolerances.force, Tolerances.relativeForce * largest(forces))
        #expect(largestDifference(e.forces, forces) <= limit, note)
        #expect(
          largestDifference(e.virial, expected.virial)
            <= Tolerances.virialPerAtom * n * max(1, largest(expected.virial) * 1e-5), note)
        checkStress(e, structure, expected.stress, note)
        #expect(
          largestDifference(symmetrized(summed(e.atomicVirials)), e.virial)
            <= Tolerances.relative * max(1, largest(e.atomicVirials)) * n, note)
        if let descriptors = result.descriptors {
          #expect(largestRelativeDifference(e.descriptors, descriptors) <= Tolerances.descriptor, note)
          #expect(e.descriptors.count == structure.count * potential.descriptorWidth)
        }
      }
    }
  }

  /// mace-torch's stress of systems that are not periodic in all directions refers to an artificial volume.
  private func checkStress(_ e: Evaluation, _ structure: Structure, _ expected: [Double], _ note: Comment) {
    if structure.pbc.isAll {
      #expect(largestDifference(e.stress ?? [], expected) <= Tolerances.stress, note)
    } else {
      #expect(e.stress == nil, note)
    }
  }

  @Test(arguments: Fixtures.modelNames)
  func float32(_ name: String) throws {
    let potential = try Fixtures.potential(name, .float32), reference = try Fixtures.reference(name)
    for (configuration, result) in reference.results {
      let structure = Fixtures.structure(configuration), n = Double(structure.count)
      for (h, head) in reference.heads.enumerated() {
        let expected = result.heads[h]
        let e = try evaluate(potential, structure, head: head)
        let forces = expected.forces.map { SIMD3($0[0], $0[1], $0[2]) }
        let greatest = largest(forces)
        let note = Comment(rawValue: "\(name) \(configuration) \(head), largest force \(greatest)")
        if greatest <= Tolerances.extremeForce {
          #expect(abs(e.energy - expected.energy) <= Tolerances.float32EnergyPerAtom * n, note)
          #expect(largestDifference(e.forces, forces) <= Tolerances.float32Force, note)
        } else {
          #expect(
            abs(e.energy - expected.energy) <= Tolerances.float32RelativeForce * max(n, abs(expected.energy)),
            note)
          #expect(largestDifference(e.forces, forces) <= Tolerances.float32RelativeForce * greatest, note)
        }
        #expect(
          largestDifference(symmetrized(summed(e.atomicVirials)), e.virial)
            <= Tolerances.float32Relative * max(1, largest(e.atomicVirials)) * n, note)
      }
    }
  }
}
