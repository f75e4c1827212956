import Checkpoint
import Diagnostics
import ExtendedXYZ
import Foundation
import MACE
import MACETool
import Testing

@Suite struct EvaluationJobTests {
  private func run(_ options: EvaluationOptions, _ transcript: Transcript, isInteractive: Bool = false) throws
  {
    var job = try EvaluationJob(options, console: transcript.console(isInteractive: isInteractive))
    try job.run()
  }

  private func options(_ place: String, _ model: String = "tiny_L1") -> EvaluationOptions {
    EvaluationOptions(model: Fixtures.model(model), configs: Fixtures.frames, output: place + "/out.xyz")
  }

  @Test func keepsEverythingAndAddsResults() throws {
    try Fixtures.withDirectory { place in
      var options = options(place)
      options.stress = true
      options.nodeEnergies = true
      options.atomicVirials = true
      options.descriptors = DescriptorOptions()
      let transcript = Transcript()
      try run(options, transcript)
      let before = try ExtendedXYZReader.frames(path: Fixtures.frames)
      let after = try ExtendedXYZReader.frames(path: options.output)
      let calculator = try Calculator(try Potential(try MACEModel(contentsOf: options.model)))
      #expect(after.count == 5)
      for (old, new) in zip(before, after) {
        #expect(new.structure == old.structure)
        for (key, value) in old.info { #expect(new.info[key] == value) }
        for column in old.arrays { #expect(new.column(column.name) == column) }
        let result = try calculator.evaluate(
          old.structure, [.forces, .virial, .atomicVirials, .descriptors])
        #expect(new.info["MACE_energy"]?.real == result.energy)
        #expect(new.info["MACE_stress"]?.reals == result.stress)
        #expect(new.column("MACE_forces")?.vectors == result.forces)
        #expect(new.column("MACE_node_energies")?.reals == result.atomicEnergies)
        #expect(new.column("MACE_atomic_virials")?.reals == result.atomicVirials)
        #expect(new.column("MACE_descriptors")?.width == 16)
      }
      #expect(transcript.notes == "")
      #expect(transcript.output.contains("caco3_water"))
      #expect(try Fixtures.names(place) == ["out.xyz"])
    }
  }

  @Test func errorsAreThoseOfTheLabels() throws {
    try Fixtures.withDirectory { place in
      let options = options(place)
      var job = try EvaluationJob(options, console: Transcript().console())
      try job.run()
      var energy = 0.0
      var forces = 0.0
      let frames = try ExtendedXYZReader.frames(path: options.output)
      for frame in frames {
        let e = try #require(frame.info["MACE_energy"]?.real)
        let r = try #require(frame.info["REF_energy"]?.real)
        energy += (e - r).magnitude / Double(frame.structure.count)
        let f = try #require(frame.column("MACE_forces")?.reals)
        let g = try #require(frame.column("REF_forces")?.reals)
        forces += zip(f, g).reduce(0) { $0 + ($1.0 - $1.1).magnitude } / Double(f.count)
      }
      let total = job.report.total
      #expect(abs(try #require(total.energy.mae) - energy / 5) < 1e-12)
      #expect(abs(try #require(total.forces.mae) - forces / 5) < 1e-12)
      #expect(total.stress.frames == 0 && total.frames == 5)
    }
  }

  @Test func framesMayNameTheirHeads() throws {
    try Fixtures.withDirectory { place in
      let text = try Fixtures.text(Fixtures.frames)
      var options = options(place, "tiny_multihead2")
      let missing = failure { () throws(MACEError) in
        var job = try EvaluationJob(options, console: Transcript().console())
        try job.run()
      }
      #expect(missing?.message.contains("frame 1") == true && missing?.message.contains("'pt_head'") == true)
      options.configs = place + "/in.xyz"
      try Fixtures.write(
        text.replacingOccurrences(of: "config_type=", with: "head=pt_head config_type="), options.configs)
      try run(options, Transcript())
      let byFrame = try ExtendedXYZReader.frames(path: options.output)
      try Fixtures.write(
        text.replacingOccurrences(of: "config_type=", with: "head=other config_type="), options.configs)
      let unknown = failure { () throws(MACEError) in
        var job = try EvaluationJob(options, console: Transcript().console())
        try job.run()
      }
      #expect(unknown?.kind == .format && unknown?.message.contains("'other'") == true)
      options.configs = Fixtures.frames
      options.head = "pt_head"
      try run(options, Transcript())
      let byOption = try ExtendedXYZReader.frames(path: options.output)
      options.head = "Default"
      try run(options, Transcript())
      let other = try ExtendedXYZReader.frames(path: options.output)
      #expect(byFrame.map { $0.info["MACE_energy"] } == byOption.map { $0.info["MACE_energy"] })
      #expect(other.map { $0.info["MACE_energy"] } != byOption.map { $0.info["MACE_energy"] })
      options.head = "third"
      #expect(
        failure { () throws(MACEError) in _ = try EvaluationJob(options, console: Transcript().console()) }
          != nil)
    }
  }

  @Test func configTypesMayBeNumbers() throws {
    try Fixtures.withDirectory { place in
      var options = options(place)
      options.configs = place + "/in.xyz"
      let text = try Fixtures.text(Fixtures.frames)
      try Fixtures.write(
        text.replacingOccurrences(of: "config_type=caco3_water", with: "config_type=12"), options.configs)
      var job = try EvaluationJob(options, console: Transcript().console())
      try job.run()
      #expect(job.report.rows.map(\.type) == ["12"])
    }
  }

  @Test func noStressWithoutFullPeriodicity() throws {
    try Fixtures.withDirectory { place in
      var options = options(place)
      options.stress = true
      options.configs = place + "/in.xyz"
      let text = try Fixtures.text(Fixtures.frames).replacingOccurrences(
        of: "config_type=", with: "MACE_stress=1 config_type=")
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      // The first frame becomes a slab.
      let slab = lines[1].replacingOccurrences(of: "\"T T T\"", with: "\"T T F\"")
      try #require(slab != lines[1])
      try Fixtures.write(
        ([String(lines[0]), slab] + lines[2...].map(String.init)).joined(separator: "\n"), options.configs)
      let transcript = Transcript()
      try run(options, transcript)
      let frames = try ExtendedXYZReader.frames(path: options.output)
      #expect(frames.map { $0.info["MACE_stress"]?.reals?.count } == [nil, 9, 9, 9, 9])
      #expect(transcript.notes.contains("1 of 5 frames"))
      #expect(transcript.output.contains("stress 1"))
    }
  }

  @Test func failuresNameTheFrameAndLeaveNothing() throws {
    try Fixtures.withDirectory { place in
      var options = options(place)
      options.configs = place + "/in.xyz"
      let frame = try Fixtures.text(Fixtures.frames).split(separator: "\n")[..<67].joined(separator: "\n")
      try Fixtures.write(
        frame + "\n" + frame.replacingOccurrences(of: "\nC ", with: "\nFe "), options.configs)
      let error = failure { () throws(MACEError) in
        var job = try EvaluationJob(options, console: Transcript().console())
        try job.run()
      }
      #expect(error?.kind == .unknownElement)
      #expect(error?.message.hasPrefix("\(options.configs), frame 2: ") == true)
      #expect(error?.message.contains("Fe") == true)
      try Fixtures.write("", options.configs)
      #expect(throws: MACEError.self) { try run(options, Transcript()) }
      options.output = options.configs
      #expect(throws: MACEError.self) { try run(options, Transcript()) }
      #expect(try Fixtures.names(place) == ["in.xyz"])
    }
  }

  @Test func progressOnlyWhenSomebodyWatches() throws {
    try Fixtures.withDirectory { place in
      let transcript = Transcript()
      try run(options(place), transcript, isInteractive: true)
      #expect(transcript.notes.contains("1 of 5 frames"))
      #expect(transcript.notes.hasSuffix("\r\u{1b}[K"))
    }
  }

  @Test func descriptorsPerElementAndLayer() throws {
    try Fixtures.withDirectory { place in
      var options = options(place)
      options.descriptors = DescriptorOptions(invariantsOnly: false)
      try run(options, Transcript())
      let full = try #require(
        try ExtendedXYZReader.frames(path: options.output)[0].column("MACE_descriptors"))
      #expect(full.width == 40)
      options.descriptors = DescriptorOptions(layers: 1, aggregation: .mean)
      try run(options, Transcript())
      let mean = try #require(
        try ExtendedXYZReader.frames(path: options.output)[0].info["MACE_descriptors"]?.reals)
      let values = try #require(full.reals)
      #expect(mean.count == 8)
      for c in 0..<8 {
        let expected = stride(from: c, to: values.count, by: 40).reduce(0) { $0 + values[$1] } / 65
        #expect(abs(mean[c] - expected) < 1e-12)
      }
      options.descriptors = DescriptorOptions(aggregation: .perElementMean)
      try run(options, Transcript())
      #expect(try Fixtures.text(options.output).contains("MACE_descriptors=\"_JSON {\\\"C\\\":["))
      options.descriptors = DescriptorOptions(layers: 3)
      #expect(throws: MACEError.self) { try run(options, Transcript()) }
    }
  }
}
