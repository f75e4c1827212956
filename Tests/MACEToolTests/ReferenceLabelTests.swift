import Atomistics
import Diagnostics
import ExtendedXYZ
import MACETool
import Testing

@Suite struct ReferenceLabelTests {
  private func frame(_ values: [String: Value], forces: String? = nil, width: Int = 3) -> Frame {
    var frame = Frame(structure: Structure(atomicNumbers: [8], positions: [.zero]))
    for (key, value) in values.sorted(by: { $0.key < $1.key }) { frame.info[key] = value }
    if let forces {
      let column = Column(name: forces, width: width, values: .reals((0..<width).map { Double($0) }))
      frame.setColumn(column)
    }
    return frame
  }

  @Test func prefersTheKeysOfTraining() throws {
    var labels = ReferenceLabels()
    #expect(try labels.energy(of: frame(["energy": .real(1), "REF_energy": .real(2)])) == 2)
    // The other reference must not be mixed in.
    #expect(try labels.energy(of: frame(["energy": .real(1)])) == nil)
    #expect(labels.notes.isEmpty)
  }

  @Test func fallsBackAndSaysSo() throws {
    var labels = ReferenceLabels()
    #expect(try labels.energy(of: frame([:])) == nil)
    #expect(try labels.energy(of: frame(["energy": .int(1)])) == 1)
    #expect(try labels.energy(of: frame(["REF_energy": .real(2)])) == nil)
    #expect(try labels.forces(of: frame([:], forces: "forces")) == [0, 1, 2])
    #expect(labels.notes.count == 2)
    #expect(labels.notes[0].contains("'REF_energy'") && labels.notes[0].contains("'energy'"))
  }

  @Test func namedKeysHaveNoFallback() throws {
    var labels = ReferenceLabels(energy: "dft")
    #expect(try labels.energy(of: frame(["energy": .real(1), "REF_energy": .real(1)])) == nil)
    #expect(try labels.energy(of: frame(["dft": .real(3)])) == 3)
  }

  @Test func stressInVoigtOrder() throws {
    var labels = ReferenceLabels()
    let stress = try labels.stress(of: frame(["REF_stress": .reals([1, 2, 3, 4, 5, 6])]))
    #expect(stress == [1, 6, 5, 6, 2, 4, 5, 4, 3])
    let matrix = Value.realMatrix([[1, 2, 3], [2, 4, 5], [3, 5, 6]])
    #expect(try labels.stress(of: frame(["REF_stress": matrix])) == [1, 2, 3, 2, 4, 5, 3, 5, 6])
  }

  @Test func whatIsNotFiniteIsMissing() throws {
    var labels = ReferenceLabels()
    #expect(try labels.energy(of: frame(["REF_energy": .real(.nan)])) == nil)
    #expect(
      try labels.stress(of: frame(["REF_stress": .reals(Array(repeating: .infinity, count: 9))])) == nil)
  }

  @Test func wrongShapesAreErrors() {
    let energy = failure { () throws(MACEError) in
      var labels = ReferenceLabels()
      _ = try labels.energy(of: frame(["REF_energy": .string("low")]))
    }
    #expect(energy?.message.contains("REF_energy") == true)
    let forces = failure { () throws(MACEError) in
      var labels = ReferenceLabels()
      _ = try labels.forces(of: frame([:], forces: "REF_forces", width: 2))
    }
    #expect(forces?.message.contains("REF_forces") == true)
    let stress = failure { () throws(MACEError) in
      var labels = ReferenceLabels()
      _ = try labels.stress(of: frame(["REF_stress": .reals([1, 2])]))
    }
    #expect(stress?.message.contains("REF_stress") == true)
  }
}
