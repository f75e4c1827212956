import Diagnostics
import TestSupport
import Testing

@testable import Training

@Suite struct FrameSetTests {
  private var options: DataOptions {
    var options = DataOptions()
    options.configurationTypeWeights = ["Default": 1, "liquid": 5]
    return options
  }

  @Test func labelsAndWeightsAreMaceTorchs() throws {
    let reference = try DataReference.load()
    let set = try FrameSet(contentsOf: [DataReference.path("labels.xyz")], options)
    #expect(set.isolatedAtoms == [1: -0.5])
    #expect(set.frames.count == 3)
    for (frame, expected) in zip(set.frames, reference.frames) {
      let w = frame.weights
      #expect([w.config, w.energy, w.forces, w.stress, w.virials] == expected.weights)
      #expect(frame.configurationType == expected.type)
      if let stress = frame.labels.stress { #expect(stress == expected.stress) }
      if let virials = frame.labels.virials { #expect(virials == expected.virials) }
    }
    #expect(set.frames[0].labels.forces == [[0.1, 0.2, 0.3], [-0.1, -0.2, -0.3]])
    #expect(set.frames.map { $0.labels.energy } == [-1.5, -2, nil])
    #expect(set.frames.map { $0.labels.forces == nil } == [false, true, false])
    #expect(set.frames.map { $0.labels.stress == nil } == [false, false, true])
    #expect(set.frames.map(\.head) == ["Default", "Default", "other"])
    #expect(set.frames[2].source.hasSuffix("labels.xyz, frame 4"))
  }

  @Test func isolatedAtomsCanStay() throws {
    var options = options
    options.keepsIsolatedAtoms = true
    #expect(try FrameSet(contentsOf: [DataReference.path("labels.xyz")], options).frames.count == 4)
    options.takesIsolatedAtoms = false
    let set = try FrameSet(contentsOf: [DataReference.path("labels.xyz")], options)
    #expect(set.frames.count == 4 && set.isolatedAtoms.isEmpty)
    options.head = "level"
    #expect(try FrameSet(contentsOf: [DataReference.path("labels.xyz")], options).frames[3].head == "level")
  }

  @Test func tableCountsLabelsPerFile() throws {
    let paths = ["labels.xyz", "train.xyz"].map(DataReference.path)
    let set = try FrameSet(contentsOf: paths)
    #expect(set.labels.files.map(\.frames) == [3, 40])
    #expect(set.labels.files[0].labelled == [.energy: 2, .forces: 2, .stress: 2, .virials: 1])
    #expect(set.labels.count(.stress) == 42)
    #expect(set.labels.text.contains("REF_virials            1        2"))
    // averages over files, as mace-torch does
    #expect(set.isolatedAtoms[1] == (-0.5 - 0.8872344459374832) / 2)
    #expect(set.notes.isEmpty)
    var plan = EffectiveDataPlan()
    plan.parts = [EffectiveDataPlan.Part(head: "Default", name: "train", frames: set.frames)]
    #expect(plan.parts[0].used == [42, 42, 42, 1] && plan.text.contains("train"))
  }

  @Test func missingKeysAreReported() throws {
    try withDirectory { place in
      let path = place + "/a.xyz"
      try write("1\nProperties=species:S:1:pos:R:3:forces:R:3 energy=-1\nH 0 0 0 0 0 0\n", path)
      let error = failure { _ = try FrameSet(contentsOf: [path]) }
      #expect(error?.message.contains("'energy'") == true && error?.message.contains("energy_key") == true)
      var options = DataOptions()
      options.keys.forces = "forces"
      options.keys.stress = "dft_stress"
      options.configurationTypeWeights = ["surface": 2]
      let notes = try FrameSet(contentsOf: [path], options).notes
      #expect(notes.count == 3)
      #expect(notes[0].contains("'REF_energy' (energy_key)") && notes[0].contains("'energy'"))
      #expect(notes[1].contains("dft_stress") && notes[2].contains("surface"))
    }
  }

  @Test(arguments: [
    ("1\nREF_energy=nan\nH 0 0 0\n", "energy"), ("1\nREF_energy=low\nH 0 0 0\n", "energy"),
    ("1\nREF_energy=1 REF_stress=\"1 2\"\nH 0 0 0\n", "REF_stress"),
    ("1\nREF_energy=1 config_weight=-1\nH 0 0 0\n", "config_weight"),
    ("0\nREF_energy=1\n", "no atoms"), ("", "no frame"),
    ("1\nconfig_type=IsolatedAtom\nH 0 0 0\n", "isolated atom H"),
    ("1\nProperties=species:S:1:pos:R:3:REF_forces:R:3\nH 0 0 0 0 inf 0\n", "atom 0"),
    ("1\nProperties=species:S:1:pos:R:3:REF_forces:R:2\nH 0 0 0 0 0\n", "three numbers"),
  ])
  func badLabelsAreRefused(_ text: String, _ word: String) throws {
    try withDirectory { place in
      try write(text, place + "/bad.xyz")
      let error = failure { _ = try FrameSet(contentsOf: [place + "/bad.xyz"]) }
      #expect(error?.kind == .format)
      #expect(error?.message.contains("bad.xyz") == true && error?.message.contains(word) == true)
    }
  }

  @Test func framesInTwoSetsAreFound() throws {
    let set = try FrameSet(contentsOf: [DataReference.path("train.xyz")])
    var copy = set.frames[7]
    copy.labels.energy = 1
    copy.structure.positions[0].x += 1e-6
    copy.source = "test.xyz, frame 1"
    let found = Duplicates(of: [copy, set.frames[30]], named: "test", in: Array(set.frames[..<20]))
    #expect(found.pairs == [Duplicates.Pair(source: "test.xyz, frame 1", original: set.frames[7].source)])
    #expect(found.text?.hasPrefix("1 of 2 test frames") == true)
    copy.structure.positions[0].x += 0.01
    #expect(Duplicates(of: [copy], named: "test", in: set.frames).text == nil)
    copy = set.frames[7]
    copy.head = "other"
    #expect(Duplicates(of: [copy], named: "test", in: set.frames).text == nil)
  }
}
