import Atomistics
import Checkpoint
import Diagnostics
import Foundation
import MACE
import TestSupport
import Testing

import Training

struct FineTuningTests {
  static let elements = [
    "tiny_density": [8, 20], "tiny_multihead2": [1, 6, 8, 20], "tiny_nonlinear": [1, 8, 20],
  ]

  static func tuning(_ name: String) throws -> FineTuning {
    let elements = try #require(elements[name])
    let energies = Dictionary(uniqueKeysWithValues: elements.map { ($0, -0.25 * Double($0)) })
    return FineTuning(
      heads: [.init("target", atomicEnergies: energies), .init("pt_head")], elements: elements)
  }

  /// Every tensor is that of mace-torch's configure_model.
  @Test(arguments: elements.keys.sorted())
  func matchesMaceTorch(_ name: String) throws {
    let path = Fixtures.path("building/finetuned_\(name).model")
    let expected = try MACEModel(contentsOf: path)
    let model = try Self.tuning(name).model(from: Fixtures.model(name))
    #expect(model.configuration == expected.configuration)
    #expect(model.tensors.keys.sorted() == expected.tensors.keys.sorted())
    for (key, tensor) in expected.tensors {
      let ours = try #require(model.tensors[key])
      #expect(ours.shape == tensor.shape, "\(key)")
      #expect(largestRelativeDifference(ours.values, tensor.values) <= 1e-15, "\(key)")
      // load_foundations_elements makes a parameter of this buffer, which it never optimizes
      if key != "radial_embedding.bessel_fn.bessel_weights" {
        #expect(ours.isParameter == tensor.isParameter, "\(key)")
      }
    }
  }

  /// Before the first epoch all heads have the foundation's energies and forces, but for their E0s.
  @Test(arguments: [
    "tiny_L0_lmax3", "tiny_MACE_class", "tiny_density", "tiny_f32", "tiny_gate_none", "tiny_int1",
    "tiny_int3",
    "tiny_lastreadout_agnosticprod", "tiny_multihead2", "tiny_nonlinear", "tiny_reducedcg", "tiny_zbl",
  ])
  func startsAsTheFoundation(_ name: String) throws {
    let foundation = try Fixtures.model(name)
    let head = try #require(foundation.configuration.heads.first)
    let structure = Structures.cubicCaO(4.6)
    let expected = try Calculator(try Potential(foundation), head: head).evaluate(structure)
    let shifted = [8: -3.5, 20: 7.0]
    let old = try Self.atomicEnergies(foundation, head: head)
    for elements in [[8, 20], nil] {
      var tuning = FineTuning(
        heads: [.init("a", atomicEnergies: shifted), .init("b"), .init("pt_head")], elements: elements)
      tuning.foundationHead = head
      let model = try tuning.model(from: foundation)
      #expect(model.configuration.heads == ["pt_head", "a", "b"])
      let potential = try Potential(model)
      for name in model.configuration.heads {
        let result = try Calculator(potential, head: name).evaluate(structure)
        let change = name == "a" ? 4 * (-3.5 - old[8]! + 7 - old[20]!) : 0
        #expect(abs(result.energy - change - expected.energy) <= 1e-10)
        #expect(largestDifference(result.forces, expected.forces) <= 1e-10)
      }
    }
  }

  @Test func readoutsCanStartAnew() throws {
    let foundation = try Fixtures.model("tiny_L1")
    var tuning = FineTuning(heads: [.init("a"), .init("b")], elements: [1, 8])
    let kept = try tuning.model(from: foundation)
    tuning.keepsReadouts = false
    let anew = try tuning.model(from: foundation)
    for (name, tensor) in kept.tensors {
      #expect((anew.tensors[name] == tensor) == !name.hasPrefix("readouts."), "\(name)")
    }
    tuning.seed += 1
    #expect(try tuning.model(from: foundation) != anew)
  }

  @Test func precisionIsChosen() throws {
    var tuning = FineTuning(heads: [.init("a")], elements: [1, 8])
    #expect(try tuning.model(from: Fixtures.model("tiny_f32")).configuration.dtype == "float64")
    tuning.dtype = "float32"
    let model = try tuning.model(from: Fixtures.model("tiny_L1"))
    #expect(model.configuration.dtype == "float32")
    #expect(model.tensors.values.allSatisfy { $0.element != .float64 })
  }

  @Test func impossibleRequestsAreNamed() throws {
    let foundation = try Fixtures.model("tiny_multihead2")
    func message(_ tuning: FineTuning) -> String {
      do {
        _ = try tuning.model(from: foundation)
        return "no error"
      } catch { return error.message }
    }
    let unknown = message(FineTuning(heads: [.init("a")], elements: [1, 11, 17, 8]))
    #expect(unknown.contains("Na, Cl") && unknown.contains("H, C, O, Ca"))
    let missing = message(
      FineTuning(heads: [.init("pt_head"), .init("a", atomicEnergies: [1: -13])], elements: [1, 6, 20]))
    #expect(missing.contains("'a'") && missing.contains("C, Ca"))
    #expect(message(FineTuning(heads: [.init("a"), .init("a")], elements: nil)).contains("heads"))
    var tuning = FineTuning(heads: [.init("a")], elements: nil)
    tuning.foundationHead = "mp"
    #expect(message(tuning).contains("'mp'"))
  }

  /// E0s of a model's head, by atomic number.
  private static func atomicEnergies(_ model: MACEModel, head: String) throws -> [Int: Double] {
    let one = try model.selecting(head: head)
    let table = try #require(one.tensors["atomic_energies_fn.atomic_energies"]).values
    return Dictionary(uniqueKeysWithValues: zip(one.configuration.atomicNumbers, table))
  }
}
