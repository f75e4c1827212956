import Diagnostics
import Foundation
import MACE
import MACETool
import Testing

@Suite struct OptionTests {
  @Test func replication() throws {
    #expect(try BenchmarkOptions.replication("2,1,3") == (2, 1, 3))
    #expect(try BenchmarkOptions.replication("4") == (4, 4, 4))
    for text in ["", "2,2", "0,1,1", "-1,1,1", "a,b,c", "1,1,1,1", "99999999999999999999"] {
      let error = failure { () throws(MACEError) in _ = try BenchmarkOptions.replication(text) }
      #expect(error?.kind == .invalidArgument, "\(text)")
    }
  }

  @Test func elementLists() throws {
    #expect(try ConversionJob.symbols("H,Ca, O") == ["H", "Ca", "O"])
    for text in ["", "H,,O", "h", "H,H", "Xx"] {
      let error = failure { () throws(MACEError) in _ = try ConversionJob.symbols(text) }
      #expect(error?.kind == .invalidArgument, "\(text)")
    }
  }

  @Test func benchmarkResult() throws {
    var options = BenchmarkOptions(model: Fixtures.model("tiny_L1"), configs: Fixtures.frames)
    options.repeats = 1
    var results: [BenchmarkResult] = []
    var job = try BenchmarkJob(options)
    try job.run { results.append($0) }
    var result = try #require(results.first)
    result.frame = "a \"b\""
    result.atoms = 4
    result.bytes = 400
    result.times = [0.4, 0.1, 0.2]
    result.stages = [(.linear, 0.1), (.radial, 0.3)]
    #expect(result.secondsPerEvaluation == 0.2)
    #expect(abs(result.microsecondsPerAtom - 5e4) < 1e-9)
    #expect(result.bytesPerAtom == 100)
    let json = try JSONSerialization.jsonObject(with: Data(result.json.utf8)) as? [String: Any]
    let object = try #require(json)
    #expect(object["seconds_per_evaluation"] as? Double == 0.2)
    #expect(object["frame"] as? String == "a \"b\"")
    #expect((object["stages"] as? [String: Double])?["radial network"] == 0.3)
    #expect(result.text.contains("75.0"))
    result.times = [1, 2, 4, 3]
    #expect(result.secondsPerEvaluation == 2.5)
  }

  @Test func processFacts() {
    #expect(ProcessFacts.availableProcessors >= 1)
    #expect(ProcessFacts.defaultThreads >= 1)
    #expect(ProcessFacts.peakResidentBytes > 1_000_000)
  }
}
