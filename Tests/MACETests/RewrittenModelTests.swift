import Atomistics
import Checkpoint
import MACE
import TestSupport
import Testing

/// Models that were written and read, restricted to fewer elements, or to one head, give the same numbers.
struct RewrittenModelTests {
  static let all: Properties = [.forces, .virial, .atomicVirials, .heatFluxVirials, .descriptors]

  @Test(arguments: Fixtures.modelNames)
  func safetensors(_ name: String) throws {
    let original = try Fixtures.model(name)
    let copy = try MACEModel(bytes: try original.safetensors(), name: name)
    #expect(copy == original)
    let (a, b) = (try Potential(original), try Potential(copy))
    for configuration in ["molecule_isolated", "triclinic_24"] {
      for head in a.heads {
        let structure = Fixtures.structure(configuration)
        expectIdentical(
          try evaluate(b, structure, head: head, Self.all), try evaluate(a, structure, head: head, Self.all))
      }
    }
  }

  /// Fewer elements, in another order.
  @Test(arguments: Fixtures.modelNames, [[20, 8], [8, 1, 6], [20, 8, 6, 1]])
  func restricted(_ name: String, _ elements: [Int]) throws {
    let original = try Fixtures.potential(name)
    let restricted = try Potential(original.model.restricted(toElements: elements))
    #expect(restricted.atomicNumbers == elements)
    var compared = 0
    for (configuration, structure) in Fixtures.structures {
      guard Set(structure.atomicNumbers).isSubset(of: elements), configuration != "short_contacts" else {
        continue
      }
      compared += 1
      for head in original.heads {
        let a = try evaluate(original, structure, head: head, Self.all)
        let b = try evaluate(restricted, structure, head: head, Self.all)
        expectEqual(
          b, a, energyPerAtom: Tolerances.rewritten, force: Tolerances.rewritten,
          "\(name) \(configuration) \(head)")
        #expect(largestRelativeDifference(b.descriptors, a.descriptors) <= Tolerances.rewritten)
      }
    }
    #expect(compared >= 2, "\(elements)")
    var structure = Structures.triclinic
    structure.atomicNumbers[0] = 79
    expectError(.unknownElement, "Au") { try evaluate(restricted, structure) }
  }

  @Test(arguments: ["Default", "pt_head"])
  func oneHead(_ head: String) throws {
    let original = try Fixtures.potential("tiny_multihead2")
    let selected = try Potential(original.model.selecting(head: head))
    #expect(selected.heads == [head])
    for (configuration, structure) in Fixtures.structures
    where Set(structure.atomicNumbers).isSubset(of: original.atomicNumbers)
      && configuration != "short_contacts"
    {
      let a = try evaluate(original, structure, head: head, Self.all)
      let b = try Calculator(selected).evaluate(structure, Self.all)
      expectEqual(
        b, a, energyPerAtom: Tolerances.rewritten, force: Tolerances.rewritten, "\(configuration) \(head)")
    }
  }

  /// One head of a restricted model that went through a file.
  @Test func allTogether() throws {
    let original = try Fixtures.potential("tiny_multihead2")
    let model = try original.model.restricted(toElements: [8, 20]).selecting(head: "pt_head")
    let potential = try Potential(try MACEModel(bytes: try model.safetensors(), name: "restricted"))
    let structure = Fixtures.structure("crystal_CaO_conv8")
    expectEqual(
      try evaluate(potential, structure, Self.all),
      try evaluate(original, structure, head: "pt_head", Self.all),
      energyPerAtom: Tolerances.rewritten, force: Tolerances.rewritten, "restricted, one head")
  }

  /// Weights rounded to float32 and back cost what float32 weights cost.
  @Test func convertedToFloat32() throws {
    let model = try Fixtures.model("tiny_L1"), rounded = try model.converted(to: "float32")
    let structure = Fixtures.structure("molecule_isolated")
    let (a, b) = (
      try evaluate(try Potential(model), structure), try evaluate(try Potential(rounded), structure)
    )
    #expect(a.energy != b.energy)
    expectEqual(
      b, a, energyPerAtom: Tolerances.float32EnergyPerAtom, force: Tolerances.float32Force, "rounded weights")
  }
}
