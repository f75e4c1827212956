import Checkpoint
import Diagnostics
import Testing

@Suite struct TransformationTests {
  @Test(arguments: [
    "tiny_L1", "tiny_density", "tiny_nonlinear", "tiny_lastreadout_agnosticprod", "tiny_multihead2",
  ])
  func restrictingToAllElementsReorders(_ name: String) throws {
    let model = try Fixtures.model(name)
    #expect(try model.restricted(toElements: [1, 6, 8, 20]) == model)
    let reordered = try model.restricted(toElements: [20, 1, 8, 6])
    #expect(reordered.configuration.atomicNumbers == [20, 1, 8, 6])
    #expect(reordered.parameterCount == model.parameterCount)
    #expect(try reordered.restricted(toElements: [1, 6, 8, 20]) == model)
    let energies = try #require(model.tensors["atomic_energies_fn.atomic_energies"]?.values)
    let moved = try #require(reordered.tensors["atomic_energies_fn.atomic_energies"]?.values)
    #expect(moved[0] == energies[3] && moved[1] == energies[0])
  }

  /// The maths sees weight / √elements, so that quotient must not change.
  @Test func restrictingKeepsTheScaledWeights() throws {
    let model = try Fixtures.model("tiny_L1")
    let small = try model.restricted(toElements: [8, 1])
    #expect(small.configuration.atomicNumbers == [8, 1])
    let (old, new) = (
      try #require(model.tensors["node_embedding.linear.weight"]),
      try #require(small.tensors["node_embedding.linear.weight"])
    )
    #expect(new.shape == [16])
    for c in 0..<8 {
      #expect(abs(new.values[c] / 2.0.squareRoot() - old.values[16 + c] / 2) < 1e-15)
      #expect(abs(new.values[8 + c] / 2.0.squareRoot() - old.values[c] / 2) < 1e-15)
    }
    // skip_tp of layer 0: [in 8, elements, out 8]
    let (a, b) = (
      try #require(model.tensors["interactions.0.skip_tp.weight"]),
      try #require(small.tensors["interactions.0.skip_tp.weight"])
    )
    #expect(b.shape == [128])
    for u in 0..<8 {
      for w in 0..<8 {
        #expect(
          abs(b.values[(u * 2 + 0) * 8 + w] / 2.0.squareRoot() - a.values[(u * 4 + 2) * 8 + w] / 2) < 1e-15)
        #expect(
          abs(b.values[(u * 2 + 1) * 8 + w] / 2.0.squareRoot() - a.values[(u * 4 + 0) * 8 + w] / 2) < 1e-15)
      }
    }
    let name = "products.0.symmetric_contractions.contractions.1.weights_max"
    let (p, q) = (try #require(model.tensors[name]), try #require(small.tensors[name]))
    #expect(q.shape == [2, 21, 8])
    #expect(Array(q.values.prefix(168)) == Array(p.values[336..<504]))
    #expect(small.tensors["atomic_energies_fn.atomic_energies"]?.shape == [1, 2])
    #expect(try MACEModel(bytes: small.safetensors(), name: "small") == small)
  }

  @Test func agnosticContractionsStay() throws {
    let model = try Fixtures.model("tiny_lastreadout_agnosticprod")
    let small = try model.restricted(toElements: [6])
    let name = "products.0.symmetric_contractions.contractions.0.weights_max"
    #expect(small.tensors[name] == model.tensors[name])
  }

  @Test func wrongElementsAreRefused() throws {
    let model = try Fixtures.model("tiny_int1")
    let error = #expect(throws: MACEError.self) { _ = try model.restricted(toElements: [1, 26]) }
    #expect(error?.kind == .unknownElement && error?.message.contains("1, 6, 8, 20") == true)
    #expect(throws: MACEError.self) { _ = try model.restricted(toElements: []) }
    #expect(throws: MACEError.self) { _ = try model.restricted(toElements: [1, 1]) }
  }

  @Test func selectingAHead() throws {
    let model = try Fixtures.model("tiny_multihead2")
    for (h, head) in ["Default", "pt_head"].enumerated() {
      let single = try model.selecting(head: head)
      #expect(single.configuration.heads == [head])
      #expect(single.tensors["scale_shift.shift"]?.values == [[0.12, -0.05][h]])
      let table = try #require(model.tensors["atomic_energies_fn.atomic_energies"]?.values)
      #expect(single.tensors["atomic_energies_fn.atomic_energies"]?.values == Array(table[4 * h..<4 * h + 4]))
      let linear = try #require(model.tensors["readouts.0.linear.weight"]?.values)
      #expect(single.tensors["readouts.0.linear.weight"]?.values == (0..<8).map { linear[2 * $0 + h] })
      let first = try #require(model.tensors["readouts.1.linear_1.weight"]?.values)
      let columns = (0..<8).flatMap { u in (0..<16).map { first[u * 32 + 16 * h + $0] } }
      #expect(single.tensors["readouts.1.linear_1.weight"]?.values == columns)
      let second = try #require(model.tensors["readouts.1.linear_2.weight"]?.values)
      let kept = try #require(single.tensors["readouts.1.linear_2.weight"]?.values)
      for k in 0..<16 {
        #expect(abs(kept[k] / 4 - second[(16 * h + k) * 2 + h] / 32.0.squareRoot()) < 1e-15)
      }
      #expect(single.configuration.readouts[1].hiddenIrreps.description == "16x0e")
      #expect(try MACEModel(bytes: single.safetensors(), name: "single") == single)
    }
    let error = #expect(throws: MACEError.self) { _ = try model.selecting(head: "dft") }
    #expect(error?.message.contains("'Default', 'pt_head'") == true)
    let only = try Fixtures.model("tiny_L1")
    #expect(try only.selecting(head: "Default") == only)
  }

  @Test func converting() throws {
    let model = try Fixtures.model("tiny_L1")
    let single = try model.converted(to: "float32")
    #expect(single.configuration.dtype == "float32" && !single.configuration.roundsCouplingsToFloat32)
    let values = try #require(model.tensors["products.0.linear.weight"]?.values)
    #expect(single.tensors["products.0.linear.weight"]?.values == values.map { Double(Float($0)) })
    #expect(try MACEModel(bytes: single.safetensors(), name: "single") == single)
    #expect(try single.converted(to: "float32") == single)
    let f32 = try Fixtures.model("tiny_f32")
    let double = try f32.converted(to: "float64")
    #expect(double.configuration.roundsCouplingsToFloat32)
    #expect(double.tensors.values.allSatisfy { $0.element != .float32 })
    #expect(try double.converted(to: "float32") == f32)
    #expect(throws: MACEError.self) { _ = try model.converted(to: "float16") }
  }
}
