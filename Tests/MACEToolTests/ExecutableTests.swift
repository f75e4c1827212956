import ExtendedXYZ
import Foundation
import Testing

/// Runs the program as a user does.
@Suite struct ExecutableTests {
  private struct Outcome {
    var code: Int32
    var output: String
    var errors: String
  }

  /// The product lies beside the test bundle.
  private var program: URL {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("mace")
  }

  private func mace(_ arguments: String..., input: String? = nil, output: FileHandle? = nil) throws -> Outcome
  {
    let process = Process()
    let (out, err) = (Pipe(), Pipe())
    process.executableURL = program
    process.arguments = arguments
    process.standardInput =
      try input.map { try FileHandle(forReadingFrom: URL(fileURLWithPath: $0)) } ?? .nullDevice
    if let output { process.standardOutput = output } else { process.standardOutput = out }
    process.standardError = err
    try process.run()
    let text = output == nil ? out.fileHandleForReading.readDataToEndOfFile() : Data()
    let errors = err.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self))
  }

  private func expectError(_ outcome: Outcome, _ code: Int32, _ words: String...) {
    #expect(outcome.code == code)
    #expect(outcome.errors.hasPrefix("mace: error: "))
    #expect(outcome.errors.split(separator: "\n").count == 1)
    for word in words { #expect(outcome.errors.contains(word), "\(word) in \(outcome.errors)") }
  }

  @Test func helpAndVersion() throws {
    for arguments in [
      ["--help"], ["evaluate", "--help"], ["bench", "-h"], ["help", "convert"], ["split", "-h"],
      ["e0s", "-h"], ["select", "-h"],
    ] {
      let process = try arguments.count == 1 ? mace(arguments[0]) : mace(arguments[0], arguments[1])
      #expect(process.code == 0 && process.output.contains("USAGE") && process.errors == "")
    }
    #expect(try mace("--version").output.hasPrefix("mace "))
  }

  @Test func usageErrors() throws {
    expectError(try mace("frobnicate"), 2, "frobnicate", "mace --help")
    expectError(try mace("info"), 2, "<model>", "mace info --help")
    expectError(try mace("evaluate", "--model", "a", "--configs", "b"), 2, "--output")
    expectError(try mace("bench", "--model", "a", "--configs", "b", "--threads", "0"), 2, "--threads")
    expectError(try mace("split", "a.xyz", "--sizes", "10,,30"), 2, "--sizes")
    expectError(try mace("split", "a.xyz", "--indices", "b", "--seed", "1"), 2, "--indices")
    expectError(try mace("e0s", "--train_file", "a.xyz", "--E0s", "guess"), 2, "guess")
    expectError(
      try mace("select", "--configs_pt", "a", "--output", "b", "--filter_atomic_numbers_pt", "[1]"), 2)
  }

  @Test func failures() throws {
    try Fixtures.withDirectory { place in
      expectError(try mace("info", place + "/none.model"), 1, "none.model", "No such file")
      expectError(try mace("info", Fixtures.frames), 1, "caco3-water.extxyz")
      let model = Fixtures.model("tiny_L1")
      let bytes = try Data(contentsOf: URL(fileURLWithPath: model))
      try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: place + "/cut.model"))
      expectError(try mace("info", place + "/cut.model"), 1, "cut.model", "truncated")
      try FileManager.default.copyItem(atPath: Fixtures.frames, toPath: place + "/in.xyz")
      expectError(
        try mace("evaluate", "--model", model, "--configs", place + "/in.xyz", "--output", place + "/in.xyz"),
        2,
        "input")
      expectError(
        try mace("evaluate", "--model", model, "--configs", place + "/in.xyz", "--output", "/dev/full"), 1,
        "/dev/full")
      #expect(try Fixtures.names(place) == ["cut.model", "in.xyz"])
    }
  }

  @Test func fullDiskAtTheStandardOutput() throws {
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    expectError(try mace("info", Fixtures.model("tiny_L1"), output: full), 1, "standard output")
  }

  @Test func closedPipe() throws {
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let outcome = try mace(
      "evaluate", "--model", Fixtures.model("tiny_L1"), "--configs", Fixtures.frames, "--output", "-",
      output: pipe.fileHandleForWriting)
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("mace: error: standard output"))
  }

  @Test func pipesAndFilesAgree() throws {
    try Fixtures.withDirectory { place in
      let model = Fixtures.model("tiny_L1")
      let file = try mace(
        "evaluate", "--model", model, "--configs", Fixtures.frames, "--output", place + "/out.xyz.gz",
        "--threads", "1")
      #expect(file.code == 0 && file.errors == "" && file.output.contains("caco3_water"))
      let piped = try mace(
        "evaluate", "--model", model, "--configs", "-", "--output", "-", "--threads", "1", "--batch_size",
        "8",
        input: Fixtures.frames)
      #expect(piped.code == 0)
      #expect(piped.errors.contains("--batch_size"))
      try Fixtures.write(piped.output, place + "/piped.xyz")
      let frames = try ExtendedXYZReader.frames(path: place + "/out.xyz.gz")
      #expect(frames.count == 5)
      #expect(try frames == ExtendedXYZReader.frames(path: place + "/piped.xyz"))
    }
  }

  @Test func jsonOfInfoAndBench() throws {
    let model = Fixtures.model("tiny_L1")
    let info = try mace("info", model, "--json")
    let card = try JSONSerialization.jsonObject(with: Data(info.output.utf8)) as? [String: Any]
    #expect(card?["elements"] as? [String] == ["H", "C", "O", "Ca"])
    let bench = try mace("bench", "--model", model, "--configs", Fixtures.frames, "--repeats", "2", "--json")
    let result = try #require(
      try JSONSerialization.jsonObject(with: Data(bench.output.utf8)) as? [String: Any])
    for key in ["seconds_per_evaluation", "microseconds_per_atom", "bytes_per_atom", "fma_peak_gflops"] {
      #expect((result[key] as? Double ?? 0) > 0, "\(key)")
    }
    #expect(result["atoms"] as? Int == 65)
    #expect((result["stages"] as? [String: Double])?["convolution"] != nil)
  }
}
