import Diagnostics
import Foundation
import MACETool
import Testing

@Suite struct OutputFileTests {
  @Test func appearsWhenComplete() throws {
    try Fixtures.withDirectory { place in
      let output = try OutputFile(place + "/out.xyz", inputs: [place + "/in.xyz"])
      #expect(output.writingPath != output.path)
      try Fixtures.write("new", output.writingPath)
      #expect(!FileManager.default.fileExists(atPath: output.path))
      try output.commit()
      #expect(try Fixtures.names(place) == ["out.xyz"])
      #expect(try Fixtures.text(output.path) == "new")
    }
  }

  @Test func discardingKeepsTheOldFile() throws {
    try Fixtures.withDirectory { place in
      try Fixtures.write("old", place + "/out.xyz")
      let output = try OutputFile(place + "/out.xyz", inputs: [])
      try Fixtures.write("half", output.writingPath)
      output.discard()
      #expect(try Fixtures.names(place) == ["out.xyz"])
      #expect(try Fixtures.text(output.path) == "old")
    }
  }

  @Test(arguments: [".gz", ".xz", ""]) func compressionFollowsTheName(_ ending: String) throws {
    let output = try OutputFile("/nowhere/out.xyz\(ending)", inputs: [])
    #expect(output.writingPath.hasSuffix(ending.isEmpty ? ".partial" : ".partial" + ending))
  }

  @Test func refusesToOverwriteAnInput() throws {
    try Fixtures.withDirectory { place in
      let input = place + "/in.xyz"
      try Fixtures.write("precious", input)
      try FileManager.default.createSymbolicLink(atPath: place + "/link.xyz", withDestinationPath: input)
      for path in [
        input, place + "/../" + (place as NSString).lastPathComponent + "/in.xyz", place + "/link.xyz",
      ] {
        let error = failure { () throws(MACEError) in _ = try OutputFile(path, inputs: ["-", input]) }
        #expect(error?.kind == .invalidArgument)
        #expect(error?.message.contains("input") == true)
      }
      #expect(
        failure { () throws(MACEError) in _ = try OutputFile(place, inputs: []) }?.kind == .invalidArgument)
    }
  }

  @Test func linksStay() throws {
    try Fixtures.withDirectory { place in
      try Fixtures.write("old", place + "/target.xyz")
      try FileManager.default.createSymbolicLink(
        atPath: place + "/link.xyz", withDestinationPath: place + "/target.xyz")
      let output = try OutputFile(place + "/link.xyz", inputs: [])
      try Fixtures.write("new", output.writingPath)
      try output.commit()
      #expect(try Fixtures.text(place + "/target.xyz") == "new")
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: place + "/link.xyz").hasSuffix("target.xyz")
      )
    }
  }

  @Test(arguments: ["-", "/dev/null"]) func streamsAreWrittenDirectly(_ path: String) throws {
    let output = try OutputFile(path, inputs: [])
    #expect(output.writingPath == path)
    output.discard()
    try output.commit()
  }
}
