import Diagnostics
import ExtendedXYZ
import Foundation
import MACETool
import Testing
import Training

@Suite struct DataJobTests {
  private let frames = Fixtures.training("train.xyz")

  @Test func splitWritesSetsForEveryFile() throws {
    try Fixtures.withDirectory { place in
      try FileManager.default.copyItem(atPath: frames, toPath: place + "/MP2.xyz")
      var options = SplitOptions(inputs: [frames, place + "/MP2.xyz"])
      options.directory = place + "/sets"
      options.frames = 30
      options.test = 10
      options.sizes = [5, 20]
      let transcript = Transcript()
      try SplitJob(options, console: transcript.console()).run()
      let names = ["MP2", "train"].flatMap { ["\($0)_test.xyz", "\($0)_train_20.xyz", "\($0)_train_5.xyz"] }
      #expect(try Fixtures.names(place + "/sets") == names.dropLast(3) + ["split.json"] + names.suffix(3))
      #expect(transcript.notes.contains("split.json") && !transcript.notes.contains("warning"))
      #expect(transcript.output.contains("train_train_20.xyz"))
      let test = try ExtendedXYZReader.frames(path: place + "/sets/train_test.xyz")
      let five = try ExtendedXYZReader.frames(path: place + "/sets/train_train_5.xyz")
      let twenty = try ExtendedXYZReader.frames(path: place + "/sets/train_train_20.xyz")
      #expect(test.count == 10 && five.count == 9 && twenty.count == 24)
      #expect(five.allSatisfy { twenty.contains($0) } && !test.contains { twenty.contains($0) })
      #expect(
        try Fixtures.text(place + "/sets/MP2_test.xyz") == Fixtures.text(place + "/sets/train_test.xyz"))

      var again = SplitOptions(inputs: [frames])
      again.directory = place + "/again"
      again.indices = place + "/sets/split.json"
      try SplitJob(again, console: transcript.console()).run()
      #expect(try Fixtures.names(place + "/again") == names.suffix(3))
      #expect(
        try Fixtures.text(place + "/again/train_test.xyz") == Fixtures.text(place + "/sets/train_test.xyz"))
    }
  }

  @Test func splitRefusesWhatWouldGoWrong() throws {
    try Fixtures.withDirectory { place in
      var options = SplitOptions(inputs: [frames, frames])
      options.directory = place + "/sets"
      let twice = failure { () throws(MACEError) in
        try SplitJob(options, console: Transcript().console()).run()
      }
      #expect(twice?.message.contains("overwrite") == true)
      options.inputs = [frames]
      options.test = 40
      let large = failure { () throws(MACEError) in
        try SplitJob(options, console: Transcript().console()).run()
      }
      #expect(large?.kind == .invalidArgument && large?.message.contains("train.xyz") == true)
      // a file that another one overwrites, and a broken frame at the end: nothing is left
      try Fixtures.write(Fixtures.text(frames) + "3\ncut off\n", place + "/cut.xyz")
      options = SplitOptions(inputs: [place + "/cut.xyz"])
      options.directory = place
      #expect(
        failure { () throws(MACEError) in try SplitJob(options, console: Transcript().console()).run() }
          != nil)
      #expect(try Fixtures.names(place) == ["cut.xyz"])
    }
  }

  @Test func energiesAreReportedAndSaved() throws {
    try Fixtures.withDirectory { place in
      var options = AtomicEnergyOptions(trainFiles: [frames])
      options.foundation = Fixtures.model("tiny_L1")
      options.output = place + "/E0.json"
      let transcript = Transcript()
      try AtomicEnergyJob(options, console: transcript.console()).run()
      #expect(transcript.output.contains("rank 2 of 4") && transcript.output.contains("E0s: {1: "))
      #expect(transcript.notes.contains("rank 2 of 4"))
      #expect(transcript.notes.contains("IsolatedAtom"))
      let table = try JSONDecoder().decode(
        [String: Double].self, from: Data(contentsOf: URL(fileURLWithPath: place + "/E0.json")))
      #expect(table.keys.sorted() == ["1", "20", "6", "8"])
      // the line can be given back
      let line = try #require(transcript.output.split(separator: "\n").last)
      options.source = try AtomicEnergySource(String(line.dropFirst(5)))
      options.output = nil
      let useless = failure { () throws(MACEError) in
        try AtomicEnergyJob(options, console: Transcript().console()).run()
      }
      #expect(useless?.message.contains("foundation_model") == true)
      options.foundation = nil
      let second = Transcript()
      try AtomicEnergyJob(options, console: second.console()).run()
      #expect(second.output == line + "\n")
    }
  }

  @Test func selectionMarksFrames() throws {
    try Fixtures.withDirectory { place in
      var options = SelectionOptions(configurations: frames, output: place + "/replay.xyz.gz")
      options.fineTuning = [Fixtures.frames]
      options.selection.filter = .combinations
      options.selection.count = 6
      options.model = Fixtures.model("tiny_L1")
      options.head = "pbe_mp"
      options.weight = 0.5
      let transcript = Transcript()
      try SelectionJob(options, console: transcript.console()).run()
      #expect(transcript.output.contains("6 of 44 frames (44 pass the filter)"))
      #expect(try Fixtures.names(place) == ["replay.xyz.gz", "replay_combined.xyz.gz"])
      let selected = try ExtendedXYZReader.frames(path: options.output)
      #expect(selected.count == 6)
      for frame in selected {
        #expect(frame.info["pretrained"] == .bool(true) && frame.info["head"] == .string("pbe_mp"))
        #expect(frame.info["config_weight"]?.real == 0.5)
      }
      let combined = try ExtendedXYZReader.frames(path: place + "/replay_combined.xyz.gz")
      #expect(combined.count == 11 && Array(combined[..<6]) == selected)
      #expect(combined[6].info["pretrained"] == .bool(false) && combined[6].info["head"] == nil)
    }
  }
}
