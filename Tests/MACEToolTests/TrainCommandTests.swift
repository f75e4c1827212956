import Foundation
import Testing

/// `mace train` as a process that can be killed.
@Suite struct TrainCommandTests {
  /// The product lies beside the test bundle.
  private var program: URL {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("mace")
  }

  private func process(in place: String, _ arguments: [String] = []) throws -> Process {
    let process = Process()
    process.executableURL = program
    process.currentDirectoryURL = URL(fileURLWithPath: place)
    process.arguments =
      [
        "train", "--name=run", "--train_file=\(Fixtures.training("train.xyz"))",
        "--hidden_irreps=16x0e + 16x1o",
        "--r_max=4.5", "--max_ell=2", "--correlation=2", "--batch_size=4", "--max_num_epochs=12", "--swa",
        "--start_swa=8", "--ema", "--lr_factor=0.5", "--scheduler_patience=0", "--threads=2", "--plot=False",
        "--restart_latest",
      ] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  @Test func killedRunGoesOnToTheSameModel() throws {
    try Fixtures.withDirectory { place in
      let (whole, parts) = (place + "/whole", place + "/parts")
      for path in [whole, parts] {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      }
      let uninterrupted = try process(in: whole)
      uninterrupted.waitUntilExit()
      #expect(uninterrupted.terminationStatus == 0)
      // once in stage one, once in stage two
      for epoch in [3, 9] {
        let killed = try process(in: parts)
        while killed.isRunning, try latestEpoch(parts) < epoch { usleep(2000) }
        #expect(kill(killed.processIdentifier, SIGKILL) == 0)
        killed.waitUntilExit()
        #expect(killed.terminationReason == .uncaughtSignal)
        #expect(!FileManager.default.fileExists(atPath: parts + "/run.safetensors"))
      }
      let last = try process(in: parts)
      last.waitUntilExit()
      #expect(last.terminationStatus == 0)
      let log = try Fixtures.text(parts + "/logs/run_run-123.log")
      #expect(log.components(separatedBy: "training goes on with epoch").count == 3)
      for model in ["run.safetensors", "run_stagetwo.safetensors"] {
        let files = try [whole, parts].map { try Data(contentsOf: URL(fileURLWithPath: "\($0)/\(model)")) }
        #expect(files[0] == files[1] && files[0].count > 10_000, "\(model)")
      }
    }
  }

  /// Of the checkpoints in a run's directory; −1 when there is none.
  private func latestEpoch(_ place: String) throws -> Int {
    let path = place + "/checkpoints"
    guard FileManager.default.fileExists(atPath: path) else { return -1 }
    return try Fixtures.names(path).filter { $0.hasSuffix(".safetensors") }.compactMap { name in
      name.components(separatedBy: "epoch-").last?.prefix { $0.isNumber }
    }.compactMap { Int($0) }.max() ?? -1
  }
}
