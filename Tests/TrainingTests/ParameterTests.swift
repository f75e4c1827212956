import Checkpoint
import Diagnostics
import Foundation
import TestSupport
import Testing

import Training

struct ParameterTests {
  private struct Named: Decodable, Equatable {
    var name: String
    var shape: [Int]

    init(_ name: String, _ shape: [Int]) { (self.name, self.shape) = (name, shape) }
    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      self.init(try list.decode(String.self), try list.decode([Int].self))
    }
  }

  private static func fixture(_ name: String) throws -> Data {
    try Data(contentsOf: Fixtures.directory.appending(path: "building/\(name)"))
  }

  /// Names, shapes and order are those of mace-torch's `named_parameters()`.
  @Test(arguments: Fixtures.modelNames)
  func orderIsMaceTorchs(_ name: String) throws {
    let all = try JSONDecoder().decode([String: [Named]].self, from: Self.fixture("parameter_order.json"))
    let model = try Fixtures.model(name)
    let layout = ParameterLayout(model)
    let unused = model.emptyContractions
    let expected = try #require(all[name]).filter { !unused.contains($0.name) }
    #expect(layout.entries.map { Named($0.name, $0.shape) } == expected)
    #expect(unused.isEmpty == (name != "tiny_pseudo"))
  }

  @Test(arguments: ["tiny_L1", "tiny_f32", "tiny_nonlinear"])
  func vectorAndBack(_ name: String) throws {
    var model = try Fixtures.model(name)
    let layout = ParameterLayout(model)
    let values = model.parameters(layout)
    #expect(values.count == layout.count && layout.count == model.parameterCount)
    let original = model
    model.setParameters(values.map { $0 + 0.1 }, layout)
    #expect(model != original)
    try model.validate()
    model.setParameters(values, layout)
    #expect(model == original)
  }

  @Test func frozenPartsAreLeftOut() throws {
    let model = try Fixtures.model("tiny_L1")
    let names = ParameterLayout(model).entries.map(\.name)
    var counts: [Int] = []
    for freeze in 0...8 { counts.append(try FrozenParameters.names(names, freeze: freeze).count) }
    #expect(counts == [0, 1, 1, 1, 1, 15, 26, 29, 29])
    let rest = ParameterLayout(model, excluding: try FrozenParameters.names(names, freeze: 6))
    #expect(rest.entries.map(\.name) == names.filter { $0.hasPrefix("readouts.") })
    #expect(throws: MACEError.self) { try FrozenParameters.names(names, freeze: -1) }
  }

  // MARK: Initial values

  @Test func distributions() throws {
    let model = try Architectures.architecture("tiny_nonlinear").model(seed: 7)
    func moments(_ name: String) throws -> (mean: Double, deviation: Double, largest: Double) {
      let x = try #require(model.tensors[name]).values
      let mean = x.reduce(0, +) / Double(x.count)
      let square = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
      return (mean, square.squareRoot(), largest(x))
    }
    let linear = try moments("interactions.1.linear_1.weight")
    #expect(abs(linear.mean) < 0.1 && abs(linear.deviation - 1) < 0.1)
    // uniform within 1/√fan-in, 16 inputs
    let radial = try moments("interactions.0.conv_tp_weights.net.3.weight")
    #expect(radial.largest <= 0.25 && abs(radial.deviation - 0.25 / 3.0.squareRoot()) < 0.02)
    let embedding = try moments("interactions.0.source_embedding.weight")
    #expect(embedding.largest <= 1e-3 && embedding.deviation > 4e-4)
    let weights = try #require(
      model.tensors["products.0.symmetric_contractions.contractions.1.weights_max"])
    let contraction = try moments("products.0.symmetric_contractions.contractions.1.weights_max")
    #expect(abs(contraction.deviation * Double(weights.shape[1]) - 1) < 0.2)
    for (name, value) in [
      ("alpha", 20.0), ("beta", 0), ("conv_tp_weights.net.1.weight", 1), ("conv_tp_weights.net.1.bias", 0),
    ] {
      #expect(model.tensors["interactions.0.\(name)"]?.values.allSatisfy { $0 == value } == true)
    }
    #expect(model.tensors["readouts.1.linear_mid.bias"]?.values.allSatisfy { $0 == 0 } == true)
  }

  @Test func seedsAndNamesGiveStreams() throws {
    let a = try Architectures.architecture("tiny_L1")
    #expect(try a.model(seed: 4) == a.model(seed: 4))
    #expect(try a.model(seed: 4) != a.model(seed: 5))
    // a tensor does not depend on what else the model has
    var b = a
    b.pairRepulsion = true
    b.layerCount = 3
    let name = "interactions.1.linear_up.weight"
    #expect(try a.model(seed: 4).tensors[name] == b.model(seed: 4).tensors[name])
    // these numbers may never change: a seed means a model
    var stream = RandomStream(seed: 123, name: "node_embedding.linear.weight")
    #expect([stream.next(), stream.next()] == [5_455_544_864_096_530_938, 16_894_174_688_388_801_060])
    #expect(
      [stream.normal(), stream.normal(), stream.normal()]
        == [-0.06281892588854215, 0.23120354716211133, 0.820666363926905])
  }

  @Test func logarithm() {
    for x in [1e-300, 1e-10, 0.1, 0.5, 0.999_999, 1, 1.5, 2, 1e5] {
      #expect(abs(RandomStream.logarithm(x) - log(x)) <= 1e-15 * max(1, abs(log(x))))
    }
  }

  // MARK: LoRA

  private struct Adapted: Decodable {
    var parameters: [Named]
    var merged: [String: [Double]]
  }

  /// Names, order and merged weights as mace-torch makes them.
  @Test(arguments: ["tiny_L1", "tiny_nonlinear"])
  func lowRankAdaptation(_ name: String) throws {
    let all = try JSONDecoder().decode([String: Adapted].self, from: Self.fixture("lora.json"))
    let expected = try #require(all[name])
    var model = try Fixtures.model(name)
    let lora = try LowRankAdaptation(model, rank: 2, alpha: 3, seed: 1)
    #expect(lora.layout.entries.map(\.name) == expected.parameters.map(\.name))
    #expect(
      lora.layout.entries.map { $0.shape.reduce(1, *) } == expected.parameters.map { $0.shape.reduce(1, *) })
    #expect(lora.effectiveWeights(lora.initialParameters) == model.parameters(lora.base))
    let parameters = (0..<lora.layout.count).map { sin(0.37 * Double($0)) }
    model.setParameters(lora.effectiveWeights(parameters), lora.base)
    for (key, sums) in expected.merged {
      let x = try #require(model.tensors[key]).values
      let weighted = x.enumerated().reduce(0) { $0 + Double($1.offset + 1) * $1.element }
      let scale = x.reduce(1) { $0 + abs($1) }
      #expect(abs(x.reduce(0, +) - sums[0]) <= 1e-13 * scale, "\(key)")
      #expect(abs(weighted - sums[1]) <= 1e-13 * scale * Double(x.count), "\(key)")
    }
  }

  /// ⟨g, W(p + h d) − W(p − h d)⟩ / 2h = ⟨pullBack(g), d⟩; W is bilinear, so that the difference is exact.
  @Test func pullBackIsTheAdjoint() throws {
    let lora = try LowRankAdaptation(Fixtures.model("tiny_nonlinear"), rank: 3, alpha: 2, seed: 1)
    var random = SeededGenerator(seed: 11)
    let (p, d, g): ([Double], [Double], [Double]) = (
      random.values(lora.layout.count), random.values(lora.layout.count), random.values(lora.base.count)
    )
    func weights(_ step: Double) -> [Double] {
      lora.effectiveWeights(zip(p, d).map { $0 + step * $1 })
    }
    let difference = zip(weights(1), weights(-1)).map { ($0 - $1) / 2 }
    let left = zip(g, difference).reduce(0) { $0 + $1.0 * $1.1 }
    let right = zip(lora.pullBack(g, at: p), d).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(left - right) <= 1e-11 * max(1, abs(left)))
    #expect(abs(right) > 1)
  }

  @Test func impossibleAdaptations() throws {
    let model = try Fixtures.model("tiny_L0")
    #expect(throws: MACEError.self) { try LowRankAdaptation(model, rank: 0, seed: 1) }
    #expect(throws: MACEError.self) { try LowRankAdaptation(model, alpha: 0, seed: 1) }
  }
}
