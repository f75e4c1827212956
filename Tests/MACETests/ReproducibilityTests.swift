import Atomistics
import Dispatch
import Kernels
import MACE
import Synchronization
import TestSupport
import Testing

/// Threads, calculators, instruction sets and kept neighbour lists change nothing.
struct ReproducibilityTests {
  static let models = ["tiny_L1", "tiny_int3", "tiny_att", "tiny_nonlinear", "tiny_density", "tiny_corr4"]
  static let all: Properties = [.forces, .virial, .atomicVirials, .heatFluxVirials, .descriptors]

  private func relative(_ precision: Precision) -> Double {
    precision == .float64 ? Tolerances.relative : Tolerances.float32Relative
  }

  @Test(arguments: models, Precision.allCases)
  func threads(_ model: String, _ precision: Precision) throws {
    let potential = try Fixtures.potential(model, precision)
    let structure = Fixtures.structure("triclinic_24")
    let one = try evaluate(potential, structure, Self.all)
    for threads in [1, 2, 3, 5] {
      let calculator = try Calculator(potential, threads: threads)
      let first = try calculator.evaluate(structure, Self.all)
      expectEqual(
        first, one, energyPerAtom: relative(precision), force: relative(precision),
        "\(model) \(threads) threads")
      for _ in 0..<3 { expectIdentical(try calculator.evaluate(structure, Self.all), first) }
      expectIdentical(try evaluate(potential, structure, threads: threads, Self.all), first)
    }
  }

  /// What a calculator computed before leaves no trace.
  @Test(arguments: models, Precision.allCases)
  func calculatorsAreReusable(_ model: String, _ precision: Precision) throws {
    let potential = try Fixtures.potential(model, precision)
    let calculator = try Calculator(potential, threads: 2)
    let names = [
      "molecule_isolated", "triclinic_24", "single_atom_O", "slab_tft_15", "crystal_CaO_prim2", "far_apart",
    ]
    for name in names + names.reversed() {
      let structure = Fixtures.structure(name)
      let properties: Properties = name == "slab_tft_15" ? [] : Self.all
      let e = try calculator.evaluate(structure, properties)
      expectIdentical(e, try evaluate(potential, structure, threads: 2, properties))
    }
  }

  /// Several calculators at once on one potential whose element tables are not made yet.
  @Test(arguments: ["tiny_L1", "tiny_density"], Precision.allCases)
  func concurrentCalculators(_ model: String, _ precision: Precision) throws {
    let names = ["molecule_isolated", "triclinic_24", "slab_tft_15", "crystal_CaO_conv8"]
    let expected = try names.map {
      try evaluate(Fixtures.potential(model, precision), Fixtures.structure($0))
    }
    for _ in 0..<5 {
      let potential = try Potential(Fixtures.model(model), precision: precision)
      let results = Mutex<[Int: Evaluation]>([:])
      DispatchQueue.concurrentPerform(iterations: 4 * names.count) { k in
        guard let e = try? evaluate(potential, Fixtures.structure(names[k % names.count])) else { return }
        results.withLock { $0[k] = e }
      }
      let found = results.withLock { $0 }
      #expect(found.count == 4 * names.count)
      for (k, e) in found { expectIdentical(e, expected[k % names.count]) }
    }
  }

  @Test(arguments: Fixtures.modelNames, Precision.allCases)
  func instructionSets(_ model: String, _ precision: Precision) throws {
    #expect(InstructionSet.available.first == .baseline)
    let structures = [Fixtures.structure("molecule_isolated"), Structures.triclinic]
    var reference: [Evaluation] = []
    for set in InstructionSet.available {
      let potential = try Potential(Fixtures.model(model), precision: precision, instructionSet: set)
      #expect(potential.instructionSet == set)
      let results = try structures.map { try evaluate(potential, $0, Self.all) }
      if reference.isEmpty { reference = results }
      for (e, expected) in zip(results, reference) {
        let (energy, force) =
          precision == .float64
          ? (Tolerances.relative, 10 * Tolerances.relative)
          : (Tolerances.float32EnergyPerAtom, Tolerances.float32RelativeForce)
        expectEqual(e, expected, energyPerAtom: energy, force: force, "\(model) \(set)")
        #expect(
          largestRelativeDifference(e.descriptors, expected.descriptors)
            <= (precision == .float64 ? 10 : 1) * relative(precision) * 10, "\(model) \(set)")
      }
    }
  }

  /// A random walk with a kept neighbour list.
  @Test(arguments: ["triclinic", "molecule_isolated", "slab_tft_15"], [0.3, 2.0])
  func skin(_ name: String, _ skin: Double) throws {
    let potential = try Fixtures.potential("tiny_L1")
    let kept = try Calculator(potential, skin: skin), fresh = try Calculator(potential)
    var structure = SymmetryTests.structure(name)
    var random = SeededGenerator(seed: 16)
    for step in 0..<40 {
      for i in 0..<structure.count { structure.positions[i] += 0.04 * random.vector() }
      if step == 20 { structure = structure.mapped { 1.01 * $0 } }
      if step == 30 { structure = structure.reordered(Array((0..<structure.count).reversed())) }
      expectEqual(
        try kept.evaluate(structure, Self.all), try fresh.evaluate(structure, Self.all),
        energyPerAtom: Tolerances.relative, force: 10 * Tolerances.relative, "\(name), step \(step)")
    }
    #expect(kept.edgeCount >= fresh.edgeCount)
    kept.reset()
    #expect(kept.edgeCount == 0 && kept.neighborListBytes == 0)
    #expect(try kept.evaluate(structure).energy.isFinite)
  }

  /// Two atoms that were beyond cutoff + skin and both move: the list is rebuilt before they meet.
  @Test func skinOfApproachingAtoms() throws {
    let potential = try Fixtures.potential("tiny_L1"), skin = 2.0
    let kept = try Calculator(potential, skin: skin), fresh = try Calculator(potential)
    let start = potential.cutoff + 1.05 * skin
    var closest = Double.infinity
    for moved in stride(from: 0, through: 0.9, by: 0.1) {
      let structure = Structure(
        atomicNumbers: [20, 8], positions: [SIMD3(moved * skin, 0, 0), SIMD3(start - moved * skin, 0, 0)])
      let (a, b) = (try kept.evaluate(structure, Self.all), try fresh.evaluate(structure, Self.all))
      expectIdentical(a, b)
      closest = min(closest, start - 2 * moved * skin)
      #expect((largest(b.forces) > 0) == (start - 2 * moved * skin < potential.cutoff))
    }
    #expect(closest < potential.cutoff - 1)
  }

  /// The profile counts time only when asked to, and knows every stage.
  @Test func profile() throws {
    let calculator = try Calculator(try Fixtures.potential("tiny_L1"), threads: 2)
    let structure = Fixtures.structure("triclinic_24")
    let plain = try calculator.evaluate(structure)
    calculator.isProfiling = true
    let profiled = try calculator.evaluate(structure)
    expectIdentical(profiled, plain)
    let profile = calculator.profile
    #expect(Set(profile.keys) == Set(Stage.allCases))
    #expect(profile.values.allSatisfy { $0 >= 0 && $0.isFinite })
    #expect(profile[.convolution] ?? 0 > 0)
    calculator.resetProfile()
    #expect(calculator.profile.values.allSatisfy { $0 == 0 })
    #expect(calculator.workspaceBytes.fixed > 0 && calculator.workspaceBytes.perAtoms > 0)
  }
}
