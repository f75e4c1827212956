import Atomistics
import Checkpoint
import Diagnostics
import ExtendedXYZ
import Foundation
import MACE
import MACETool
import Testing

@Suite struct ConversionAndBenchmarkTests {
  private func energy(_ path: String, head: String? = nil) throws -> Double {
    let frame = try ExtendedXYZReader.frames(path: Fixtures.frames)[0]
    // Water only, so that models without Ca and C can do it.
    let water = frame.structure.atomicNumbers.indices.filter {
      [1, 8].contains(frame.structure.atomicNumbers[$0])
    }
    let structure = Structure(
      atomicNumbers: water.map { frame.structure.atomicNumbers[$0] },
      positions: water.map { frame.structure.positions[$0] }, cell: frame.structure.cell,
      pbc: frame.structure.pbc)
    let potential = try Potential(try MACEModel(contentsOf: path))
    return try Calculator(potential, head: head).evaluate(structure).energy
  }

  @Test func partsOfAModelGiveTheSameEnergies() throws {
    try Fixtures.withDirectory { place in
      let input = Fixtures.model("tiny_multihead2")
      let expected = try energy(input, head: "pt_head")
      var job = ConversionJob(input: input, output: place + "/whole.safetensors")
      _ = try job.run()
      #expect(try energy(job.output, head: "pt_head") == expected)
      job.output = place + "/part.safetensors"
      job.elements = ["O", "H"]
      job.head = "pt_head"
      let line = try job.run()
      #expect(line.contains("2 elements") && line.contains("pt_head") && line.contains("float64"))
      #expect(abs(try energy(job.output) - expected) < 1e-10)
      #expect(try MACEModel(contentsOf: job.output).configuration.atomicNumbers == [1, 8])
      job.output = place + "/single.safetensors"
      job.precision = .float32
      _ = try job.run()
      #expect(try MACEModel(contentsOf: job.output).configuration.dtype == "float32")
      #expect(abs(try energy(job.output) - expected) < 1e-3)
    }
  }

  @Test func conversionRefuses() throws {
    try Fixtures.withDirectory { place in
      var job = ConversionJob(input: Fixtures.model("tiny_L1"), output: place + "/x.model")
      #expect(failure { () throws(MACEError) in _ = try job.run() }?.kind == .invalidArgument)
      job.output = place + "/x.safetensors"
      job.elements = ["H", "Fe"]
      let error = failure { () throws(MACEError) in _ = try job.run() }
      #expect(error?.kind == .unknownElement && error?.message.contains("Fe") == true)
      job.elements = nil
      job.head = "third"
      #expect(failure { () throws(MACEError) in _ = try job.run() }?.message.contains("third") == true)
      job.head = nil
      _ = try job.run()
      job.input = job.output
      #expect(failure { () throws(MACEError) in _ = try job.run() }?.kind == .invalidArgument)
      #expect(try Fixtures.names(place) == ["x.safetensors"])
    }
  }

  @Test(arguments: Precision.allCases) func benchmark(_ precision: Precision) throws {
    var options = BenchmarkOptions(model: Fixtures.model("tiny_L1"), configs: Fixtures.frames)
    options.repeats = 2
    options.precision = precision
    options.replication = (1, 1, 2)
    var results: [BenchmarkResult] = []
    var job = try BenchmarkJob(options)
    try job.run { results.append($0) }
    let result = try #require(results.first)
    #expect(results.count == 1 && result.atoms == 130 && result.times.count == 2)
    #expect(result.edges > 130 && result.bytesPerAtom > 100)
    #expect(result.secondsPerEvaluation > 0 && result.peakGFLOPS > 0.1 && result.peakGFLOPS < 1e4)
    #expect(Set(result.stages.map(\.stage)).count == Stage.allCases.count)
    #expect(result.stages.reduce(0) { $0 + $1.seconds } > 0)
    options.allFrames = true
    options.replication = (1, 1, 1)
    options.repeats = 1
    var all = 0
    var every = try BenchmarkJob(options)
    try every.run { _ in all += 1 }
    #expect(all == 5)
    options.repeats = 0
    #expect(failure { () throws(MACEError) in _ = try BenchmarkJob(options) }?.kind == .invalidArgument)
  }
}
