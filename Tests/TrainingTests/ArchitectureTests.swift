import Atomistics
import Checkpoint
import Diagnostics
import Equivariance
import MACE
import TestSupport
import Testing

import Training

struct ArchitectureTests {
  /// A model built with a checkpoint's options is read as that checkpoint, but for its weights.
  @Test(arguments: Architectures.names)
  func matchesCheckpoint(_ name: String) throws {
    let expected = try Fixtures.model(name)
    let model = try Architectures.architecture(name).model(seed: 1)
    #expect(model.configuration == expected.configuration)
    #expect(model.tensors.keys.sorted() == expected.tensors.keys.sorted())
    let tolerance = model.configuration.dtype == "float32" ? 1e-6 : 1e-14
    for (key, tensor) in expected.tensors {
      let built = try #require(model.tensors[key])
      #expect(built.shape == tensor.shape, "\(key)")
      #expect(built.element == tensor.element, "\(key)")
      #expect(built.isParameter == tensor.isParameter, "\(key)")
      guard !tensor.isParameter else { continue }
      #expect(largestRelativeDifference(built.values, tensor.values) <= tolerance, "\(key)")
    }
    // mace-torch's weights without a coupling are zero, and so are ours
    for key in model.emptyContractions {
      #expect(expected.tensors[key]?.values.allSatisfy { $0 == 0 } == true)
      #expect(model.tensors[key]?.values.allSatisfy { $0 == 0 } == true)
    }
  }

  @Test(arguments: Architectures.names)
  func hasFiniteInvariantEnergies(_ name: String) throws {
    var random = SeededGenerator(seed: 5)
    let rotation = random.rotation()
    let potential = try Potential(try Architectures.architecture(name).model(seed: 3))
    let calculator = try Calculator(potential, head: potential.heads[0])
    let structure = Structures.triclinic
    var turned = structure.mapped { rotation($0) }
    turned.positions = turned.positions.map { $0 + SIMD3(0.3, -1.1, 2.2) }
    let (a, b) = (try calculator.evaluate(structure), try calculator.evaluate(turned))
    #expect(a.energy.isFinite && largest(a.forces).isFinite)
    let tolerance = name == "tiny_f32" || name == "tiny_L0_lmax3" ? 1e-5 : 1e-9
    #expect(abs(a.energy - b.energy) <= tolerance * max(1, abs(a.energy)))
    let scale = max(1, largest(a.forces))
    #expect(largestDifference(a.forces.map { rotation($0) }, b.forces) <= tolerance * scale)
  }

  /// `mace_run_train --model MACE` builds a ScaleShiftMACE whose first interaction is not residual.
  @Test func modelOption() throws {
    var a = Architecture(atomicNumbers: [1], heads: [.init(atomicEnergies: [1: -13], scale: 2, shift: 3)])
    try a.apply(model: "MACE")
    #expect(a.modelClass == .scaleShiftMACE && a.firstInteraction == .realAgnostic)
    #expect(a.heads[0].shift == 0 && a.heads[0].scale == 2)
    a.firstInteraction = .realAgnosticDensity
    try a.apply(model: "MACE")
    #expect(a.firstInteraction == .realAgnosticDensity)
    let error = #expect(throws: MACEError.self) { try a.apply(model: "BOTNet") }
    #expect(error?.message.contains("BOTNet") == true)
  }

  @Test func impossibleOptionsAreNamed() throws {
    func expect(_ word: String, _ change: (inout Architecture) -> Void) {
      var a = Architecture(atomicNumbers: [1], heads: [.init(atomicEnergies: [1: -13])])
      a.hiddenIrreps = Architecture.hiddenIrreps(channels: 2, maxL: 1)
      change(&a)
      let error = #expect(throws: MACEError.self) { try a.model(seed: 1) }
      #expect(error?.message.contains(word) == true, "\(String(describing: error))")
    }
    expect("r_max") { $0.cutoff = -1 }
    expect("max_ell") { $0.maxDegree = 0 }
    expect("correlation") { $0.correlations = [3, 3, 3] }
    expect("correlation") { $0.correlations = [8] }
    expect("hidden_irreps") { $0.hiddenIrreps = Irreps("8x1o+8x0e")! }
    expect("hidden_irreps") { $0.hiddenIrreps = Irreps("8x0e+4x1o")! }
    expect("num_channels") { $0.hiddenIrreps = Architecture.hiddenIrreps(channels: 30_000, maxL: 1) }
    expect("edge_irreps") { $0.edgeIrreps = Irreps("8x0e+8x2e")! }
    expect("MLP_irreps") { $0.readoutIrreps = Irreps([]) }
    expect("use_last_readout_only") { ($0.usesLastReadoutOnly, $0.layerCount) = (true, 1) }
    expect("heads") { $0.heads = [] }
    expect("heads") { $0.heads += $0.heads }
    expect("no energy of O") { $0.atomicNumbers = [1, 8] }
    expect("atomic_numbers") { $0.atomicNumbers = [1, 1] }
    expect("float16") { $0.dtype = "float16" }
    expect("avg_num_neighbors") { $0.averageNeighbors = 0 }
    expect("num_interactions") { $0.layerCount = 0 }
    expect("num_radial_basis") { $0.basisCount = 0 }
    expect("0o") { a in
      a.interaction = .realAgnosticResidualNonLinear
      a.hiddenIrreps = Irreps("8x0e+8x0o")!
    }
  }
}
