import Checkpoint
import Diagnostics
import Foundation
import Testing

@Suite struct ModelReaderTests {
  @Test func allFixturesArePresent() {
    #expect(Fixtures.names == ExpectedModel.all.map(\.name))
  }

  @Test(arguments: ExpectedModel.all.map(\.name))
  func readsTensorsExactly(_ name: String) throws {
    let expected = try #require(ExpectedModel.all.first { $0.name == name })
    let model = try Fixtures.model(name)
    #expect(model.parameterCount == expected.parameterCount)
    let sum = model.tensors.values.filter(\.isParameter).flatMap(\.values).reduce(0) { $0 + abs($1) }
    #expect(abs(sum - expected.absoluteSum) < 1e-10 * expected.absoluteSum)
    for entry in expected.tensors {
      let tensor = try #require(model.tensors[entry.name], "\(entry.name)")
      #expect(tensor.shape == entry.shape)
      let scale = 1 + tensor.values.reduce(0) { $0 + abs($1) }
      let weighted = tensor.values.enumerated().reduce(0) { $0 + $1.element * Double($1.offset % 1009 + 1) }
      #expect(abs(tensor.values.reduce(0, +) - entry.sum) < 1e-11 * scale, "\(entry.name)")
      #expect(abs(weighted - entry.weighted) < 1e-8 * scale, "\(entry.name)")
    }
  }

  @Test func readsTheArchitecture() throws {
    let c = try Fixtures.model("tiny_L1").configuration
    #expect(c.modelClass == .scaleShiftMACE)
    #expect(c.dtype == "float64")
    #expect(c.atomicNumbers == [1, 6, 8, 20])
    #expect(c.heads == ["Default"])
    #expect(c.cutoff == 5)
    #expect(c.cutoffExponent == 5)
    #expect(c.basisCount == 8)
    #expect(c.harmonics.description == "1x0e+1x1o+1x2e")
    #expect(c.layers.count == 2)
    #expect(c.layers[0].radialNetwork.widths == [8, 16, 16, 16, 24])
    #expect(c.layers[1].messageIrreps.description == "8x0e+8x0e+8x1o+8x1o+8x1o+8x2e+8x2e")
    #expect(c.layers[1].paths[4] == .init(input: 1, harmonic: 2, output: 4))
    #expect(c.layers[0].outputIrreps.description == "8x0e+8x1o")
    #expect(c.layers[0].correlations == [3, 3])
    #expect(c.layers[0].usesSelfConnection && c.layers[1].usesSelfConnection)
    #expect(c.layers[0].averageNeighbors == 22.5)
    #expect(c.readouts[1].kind == .nonLinear)
    #expect(c.readouts[1].hiddenIrreps.description == "16x0e")
    #expect(c.readouts[1].activation == .init(.silu, constant: 1.6791767923989418))
    #expect(c.layers.map(\.correlations) == [[3, 3], [3]] && c.receptiveRadius == 10)
  }

  @Test func readsEveryVariant() throws {
    func configuration(_ name: String) throws -> Configuration { try Fixtures.model(name).configuration }
    #expect(try configuration("tiny_f32").dtype == "float32")
    #expect(try configuration("tiny_f32").roundsCouplingsToFloat32)
    #expect(try !configuration("tiny_L1").roundsCouplingsToFloat32)
    #expect(try configuration("tiny_MACE_class").modelClass == .mace)
    #expect(try configuration("tiny_MACE_class").layers[0].block == .realAgnostic)
    #expect(try configuration("tiny_gaussian").radialBasis == .gaussian)
    #expect(try abs(configuration("tiny_gaussian").gaussianCoefficient + 0.98) < 1e-12)
    #expect(try configuration("tiny_chebyshev").radialBasis == .chebyshev)
    #expect(try configuration("tiny_chebyshev").distanceTransform == .agnesi)
    #expect(try configuration("tiny_soft").distanceTransform == .soft)
    #expect(try configuration("tiny_zbl").pairRepulsion)
    #expect(try !configuration("tiny_nocutoff").appliesCutoffToBasis)
    #expect(try configuration("tiny_so3").harmonics.description == "1x0e+1x1e+1x2e")
    #expect(try configuration("tiny_multihead2").heads == ["Default", "pt_head"])
    #expect(try Fixtures.model("tiny_multihead2").tensors["scale_shift.scale"]?.values == [0.9, 1.3])
    #expect(try configuration("tiny_gate_none").readouts[1].activation == .init(.identity, constant: 1))
    #expect(
      try configuration("tiny_density").layers.map(\.block) == [
        .realAgnosticDensity, .realAgnosticDensityResidual,
      ])
    #expect(try configuration("tiny_density").layers[0].densityNetwork?.widths == [8, 1])
    #expect(try !configuration("tiny_density").layers[0].usesSelfConnection)
    #expect(try configuration("tiny_edge_irreps").layers[1].edgeIrreps.description == "4x0e+4x1o")
    #expect(try configuration("tiny_lastreadout_agnosticprod").readouts.count == 1)
    #expect(try configuration("tiny_lastreadout_agnosticprod").layers[1].agnosticProduct)
    #expect(try configuration("tiny_att").layers[1].radialNetwork.widths.first == 136)
    #expect(try configuration("tiny_int1").layers.count == 1)
    #expect(try configuration("tiny_int3").layers.count == 3)
    #expect(try configuration("tiny_corr4").layers[0].correlations == [4])
  }

  @Test func readsTheNonLinearBlock() throws {
    let model = try Fixtures.model("tiny_nonlinear")
    let layer = model.configuration.layers[0]
    let gate = try #require(layer.gate)
    #expect(layer.block == .realAgnosticResidualNonLinear)
    #expect(layer.radialNetwork.kind == .layerNorm && layer.radialNetwork.epsilon == 1e-5)
    #expect(layer.densityNetwork?.widths == [24, 64, 1])
    #expect(gate.irrepsIn.description == "24x0e+8x1o+8x2e")
    #expect(gate.gated.map(\.start) == [24, 48] && gate.gated.map(\.firstGate) == [0, 8])
    #expect(gate.gateActivation == .init(.sigmoid, constant: 1.8467055342154763))
    #expect(model.configuration.readouts[1].kind == .nonLinearBias)
    #expect(model.tensors["readouts.1.linear_mid.bias"]?.count == 16)
    #expect(model.tensors["interactions.0.alpha"]?.shape == [])
  }

  /// The same weights written by three versions of mace-torch.
  @Test func oldVersionsGiveTheSameModel() throws {
    let new = try Fixtures.model("tiny_L1")
    for name in ["tiny_L1__v0.3.0", "tiny_L1__v0.3.6"] {
      let old = try Fixtures.model(name)
      #expect(old.configuration == new.configuration, "\(name)")
      #expect(old.tensors.keys.sorted() == new.tensors.keys.sorted())
      for (key, tensor) in new.tensors where key.contains("weight") {
        #expect(old.tensors[key]?.values == tensor.values, "\(name) \(key)")
      }
    }
  }

  /// Before 0.3.16 the gate of the non-linear block was e3nn's.
  @Test func oldGateGivesTheSameModel() throws {
    let path = Fixtures.directory.deletingLastPathComponent().appendingPathComponent("versions").path
    let old = try MACEModel(contentsOf: path + "/tiny_nonlinear__v0.3.14.model")
    let new = try Fixtures.model("tiny_nonlinear")
    #expect(old.configuration == new.configuration)
    #expect(old.tensors == new.tensors)
  }

  @Test func readsFromMemoryAndFromFile() throws {
    let name = "tiny_int1"
    #expect(try MACEModel(bytes: Fixtures.bytes(name), name: "x") == Fixtures.model(name))
    #expect(throws: MACEError.self) { _ = try MACEModel(contentsOf: "/nonexistent/x.model") }
    #expect(throws: MACEError.self) { _ = try MACEModel(contentsOf: Fixtures.directory.path) }
  }

  /// Large checkpoints are not part of the package; name the directory that holds `models/` in MACE_REFERENCE to test them.
  @Test(
    .enabled(if: ProcessInfo.processInfo.environment["MACE_REFERENCE"] != nil, "MACE_REFERENCE is not set"))
  func readsLargeModels() throws {
    let directory = try #require(ProcessInfo.processInfo.environment["MACE_REFERENCE"]) + "/models"
    let counts = ["mp0_medium_like": 4_688_656, "mpa0_like": 9_063_204]
    for (name, count) in counts {
      let model = try MACEModel(contentsOf: "\(directory)/\(name).model")
      #expect(model.parameterCount == count)
      #expect(model.configuration.atomicNumbers.count == 89)
    }
  }
}
