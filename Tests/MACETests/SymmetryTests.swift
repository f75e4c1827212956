import Atomistics
import MACE
import TestSupport
import Testing

/// What physics leaves unchanged.
struct SymmetryTests {
  static let structureNames = ["molecule_isolated", "crystal_CaO_conv8", "slab_tft_15", "triclinic"]

  static func structure(_ name: String) -> Structure {
    name == "triclinic" ? Structures.triclinic : Fixtures.structure(name)
  }

  /// Couplings that were rounded to float32 (checkpoints created in float32) are not exactly equivariant.
  private func tolerance(_ potential: Potential) -> (energy: Double, force: Double) {
    potential.model.configuration.roundsCouplingsToFloat32
      ? (Tolerances.roundedCouplings, Tolerances.roundedCouplings)
      : (Tolerances.symmetryEnergyPerAtom, Tolerances.symmetryForce)
  }

  @Test(arguments: Fixtures.modelNames)
  func rotation(_ model: String) throws {
    let potential = try Fixtures.potential(model)
    let (energy, force) = tolerance(potential)
    var random = SeededGenerator(seed: 11)
    for name in Self.structureNames {
      let structure = Self.structure(name), rotation = random.rotation()
      let a = try evaluate(
        potential, structure, [.forces, .virial, .atomicVirials, .heatFluxVirials, .descriptors])
      let b = try evaluate(
        potential, structure.mapped { rotation($0) },
        [.forces, .virial, .atomicVirials, .heatFluxVirials, .descriptors])
      expectEqual(b, a.transformed(by: rotation), energyPerAtom: energy, force: force, "\(model) \(name)")
      if let stress = a.stress {
        #expect(
          largestDifference(b.stress ?? [], rotation.tensor(stress)) <= force * max(1, largest(a.forces)))
      }
      let width = potential.descriptorWidth
      for i in 0..<structure.count {
        for column in potential.invariantDescriptorColumns {
          let (x, y) = (a.descriptors[i * width + column], b.descriptors[i * width + column])
          #expect(abs(x - y) <= force * max(1, abs(x)), "\(model) \(name): descriptor \(column) of atom \(i)")
        }
      }
    }
  }

  @Test(arguments: ["tiny_L1", "tiny_nonlinear", "tiny_att"])
  func rotationInFloat32(_ model: String) throws {
    let potential = try Fixtures.potential(model, .float32)
    var random = SeededGenerator(seed: 12)
    for name in Self.structureNames {
      let structure = Self.structure(name), rotation = random.rotation()
      let a = try evaluate(potential, structure),
        b = try evaluate(potential, structure.mapped { rotation($0) })
      expectEqual(
        b, a.transformed(by: rotation), energyPerAtom: Tolerances.float32EnergyPerAtom,
        force: Tolerances.float32Force, "\(model) \(name)")
    }
  }

  /// All but `use_so3`, whose features have no parity: it may tell a molecule from its mirror image.
  @Test(arguments: Fixtures.modelNames.filter { $0 != "tiny_so3" })
  func inversion(_ model: String) throws {
    let potential = try Fixtures.potential(model)
    let (energy, force) = tolerance(potential)
    for name in Self.structureNames {
      let structure = Self.structure(name)
      let a = try evaluate(potential, structure), b = try evaluate(potential, structure.mapped { -$0 })
      expectEqual(b, a.transformed(by: .inversion), energyPerAtom: energy, force: force, "\(model) \(name)")
    }
  }

  @Test(arguments: Fixtures.modelNames)
  func translation(_ model: String) throws {
    let potential = try Fixtures.potential(model)
    let shift = SIMD3(0.731, -12.37, 3.113)
    for name in Self.structureNames {
      let structure = Self.structure(name)
      var moved = structure
      moved.positions = structure.positions.map { $0 + shift }
      let a = try evaluate(potential, structure), b = try evaluate(potential, moved)
      expectEqual(
        b, a, energyPerAtom: Tolerances.symmetryEnergyPerAtom, force: Tolerances.symmetryForce,
        "\(model) \(name)")
    }
  }

  @Test(arguments: ["tiny_L1", "tiny_int3"], structureNames)
  func longTranslation(_ model: String, _ name: String) throws {
    let potential = try Fixtures.potential(model), structure = Self.structure(name)
    var moved = structure
    moved.positions = structure.positions.map { $0 + SIMD3(1e4, -8e3, 5e3) }
    let a = try evaluate(potential, structure), b = try evaluate(potential, moved)
    expectEqual(
      b, a, energyPerAtom: Tolerances.distantForce, force: Tolerances.distantForce, "\(model) \(name)")
  }

  @Test(arguments: Fixtures.modelNames)
  func permutation(_ model: String) throws {
    let potential = try Fixtures.potential(model)
    var random = SeededGenerator(seed: 13)
    for name in Self.structureNames {
      let structure = Self.structure(name)
      let order = (0..<structure.count).shuffled(using: &random)
      let a = try evaluate(potential, structure), b = try evaluate(potential, structure.reordered(order))
      expectEqual(
        b, a.reordered(order), energyPerAtom: Tolerances.symmetryEnergyPerAtom,
        force: Tolerances.symmetryForce,
        "\(model) \(name)")
    }
  }

  @Test(arguments: Fixtures.modelNames)
  func momentum(_ model: String) throws {
    let potential = try Fixtures.potential(model)
    for (name, structure) in Fixtures.structures where structure.count > 1 {
      guard Set(structure.atomicNumbers).isSubset(of: potential.atomicNumbers) else { continue }
      let e = try evaluate(potential, structure)
      let limit = Tolerances.momentum * max(1, largest(e.forces)) * Double(structure.count)
      #expect(largest([e.forces.reduce(.zero, +)]) <= limit, "\(model) \(name)")
      if !structure.pbc.isAny && !potential.model.configuration.roundsCouplingsToFloat32 {
        var torque = SIMD3<Double>.zero
        for (r, f) in zip(structure.positions, e.forces) {
          torque += SIMD3(r.y * f.z - r.z * f.y, r.z * f.x - r.x * f.z, r.x * f.y - r.y * f.x)
        }
        #expect(largest([torque]) <= 100 * limit * max(1, largest(structure.positions)), "\(model) \(name)")
      }
    }
  }

  /// Force and torque of float32 features: forces of the two ends of an edge are one number with two signs.
  @Test func momentumInFloat32() throws {
    let potential = try Fixtures.potential("tiny_L1", .float32)
    let structure = Fixtures.structure("triclinic_24")
    let e = try evaluate(potential, structure)
    #expect(largest([e.forces.reduce(.zero, +)]) <= Tolerances.momentum * largest(e.forces) * 24)
  }
}

extension Evaluation {
  /// What a structure that was turned must give.
  func transformed(by rotation: Rotation) -> Evaluation {
    var result = self
    result.forces = forces.map { rotation($0) }
    result.virial = rotation.tensor(virial)
    result.atomicVirials = (0..<atomicVirials.count / 9).flatMap { i in
      rotation.tensor(Array(atomicVirials[9 * i..<9 * i + 9]))
    }
    result.heatFluxVirials = (0..<heatFluxVirials.count / 9).flatMap { i in
      rotation.tensor(Array(heatFluxVirials[9 * i..<9 * i + 9]))
    }
    return result
  }

  /// What a structure with its atoms in that order must give.
  func reordered(_ order: [Int]) -> Evaluation {
    var result = self
    result.atomicEnergies = order.map { atomicEnergies[$0] }
    result.atomicInteractionEnergies = order.map { atomicInteractionEnergies[$0] }
    result.forces = order.map { forces[$0] }
    result.atomicVirials = order.flatMap { atomicVirials[9 * $0..<9 * $0 + 9] }
    result.heatFluxVirials = order.flatMap { heatFluxVirials[9 * $0..<9 * $0 + 9] }
    return result
  }
}
