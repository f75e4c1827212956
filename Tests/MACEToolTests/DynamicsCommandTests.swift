import Atomistics
import ExtendedXYZ
import Foundation
import Testing

/// `mace md` and `mace relax` as a user runs them, who also kills them.
@Suite struct DynamicsCommandTests {
  private struct Outcome {
    var code: Int32
    var output: String
    var errors: String
  }

  private var program: String {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("mace").path
  }

  private var fixtures: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures").path
  }

  /// Weights are random, so that atoms fall into each other: short steps.
  private func arguments(_ extra: [String]) -> [String] {
    [
      "md", "--model", fixtures + "/models/tiny_int1.model", "--configs", fixtures + "/caco3-water.extxyz",
      "--timestep", "0.01fs", "--temperature", "300K", "--threads", "1",
    ] + (extra.contains("--thermostat") ? [] : ["--tau", "1fs"]) + extra
  }

  private func start(_ program: String, _ arguments: [String], in folder: String) throws -> (
    Process, Pipe, Pipe
  ) {
    let process = Process()
    let (out, err) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = out
    process.standardError = err
    try process.run()
    return (process, out, err)
  }

  private func finish(_ running: (Process, Pipe, Pipe)) -> Outcome {
    let output = running.1.fileHandleForReading.readDataToEndOfFile()
    let errors = running.2.fileHandleForReading.readDataToEndOfFile()
    running.0.waitUntilExit()
    return Outcome(
      code: running.0.terminationStatus, output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self))
  }

  private func mace(_ arguments: [String], in folder: String) throws -> Outcome {
    finish(try start(program, arguments, in: folder))
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "md-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  /// Waits until the run has written its first restart.
  private func waitForRestart(_ path: String, _ process: Process) {
    let limit = Date().addingTimeInterval(60)
    while !FileManager.default.fileExists(atPath: path), process.isRunning, Date() < limit { usleep(2000) }
  }

  /// Killed at any time and resumed until it is done, a run leaves the files of the one that was left alone.
  @Test(arguments: ["xyz", "nc"]) func killedRunContinuesBitForBit(_ format: String) throws {
    try withFolder { folder in
      let run = [
        "--time", "4fs", "--log-every", "3", "--trajectory-every", "7", "--restart-every", "20",
        "--trajectory", format,
      ]
      let whole = try mace(arguments(run + ["--output", "whole"]), in: folder)
      #expect(whole.code == 0, "\(whole.errors)")
      var kills = 0
      for wait in [0, 200_000, 300_000, 100_000] {
        let running = try start(program, arguments(run + ["--output", "killed", "--resume"]), in: folder)
        waitForRestart(folder + "/killed.restart.xyz", running.0)
        usleep(UInt32(wait))
        if running.0.isRunning {
          kill(running.0.processIdentifier, SIGKILL)
          kills += 1
        }
        _ = finish(running)
      }
      #expect(kills > 0)
      let end = try mace(arguments(run + ["--output", "killed", "--resume"]), in: folder)
      #expect(end.code == 0, "\(end.errors)")
      for ending in ["csv", format] {
        #expect(try bytes(folder + "/whole." + ending) == bytes(folder + "/killed." + ending), "\(ending)")
      }
      let restarts = try ["whole", "killed"].map {
        try ExtendedXYZReader.frames(path: folder + "/\($0).restart.xyz")[0]
      }
      #expect(restarts[0].structure == restarts[1].structure && restarts[0].arrays == restarts[1].arrays)
      #expect(restarts[0].info["random"] == restarts[1].info["random"])
      #expect(restarts[0].info["step"]?.int == 400)
    }
  }

  @Test(arguments: [SIGTERM, SIGINT]) func signalsSaveTheRun(_ number: Int32) throws {
    try withFolder { folder in
      let run = ["--time", "3fs", "--log-every", "10", "--trajectory-every", "10", "--output"]
      #expect(try mace(arguments(run + ["whole"]), in: folder).code == 0)
      let running = try start(
        program, arguments(["--time", "1000fs", "--restart-every", "1000000"] + run[2...] + ["stopped"]),
        in: folder)
      while running.0.isRunning, ((try? bytes(folder + "/stopped.xyz").count) ?? 0) < 20_000 { usleep(2000) }
      kill(running.0.processIdentifier, number)
      let outcome = finish(running)
      #expect(outcome.code == 1)
      #expect(
        outcome.errors.contains(
          "mace: error: stopped by \(number == SIGTERM ? "SIGTERM" : "SIGINT") at step "))
      #expect(try mace(arguments(run + ["stopped", "--resume"]), in: folder).code == 0)
      for ending in ["csv", "xyz"] {
        #expect(try bytes(folder + "/whole." + ending) == bytes(folder + "/stopped." + ending), "\(ending)")
      }
    }
  }

  /// The trajectory meets a limit in the middle of a frame: it is cut back to the restart, from which the run goes
  /// on when there is space again.
  @Test func fullDiskLosesTheLastIntervalOnly() throws {
    try withFolder { folder in
      let run = [
        "--time", "1fs", "--trajectory-every", "1", "--log-every", "1", "--restart-every", "10", "--output",
      ]
      #expect(try mace(arguments(run + ["whole"]), in: folder).code == 0)
      let limited = arguments(run + ["full"]).map { "'\($0)'" }.joined(separator: " ")
      let outcome = finish(
        try start(
          "/bin/bash", ["-c", "trap '' XFSZ; ulimit -f 500; exec '\(program)' \(limited)"], in: folder))
      #expect(outcome.code == 1)
      #expect(outcome.errors.contains("full.xyz: cannot write: File too large"))
      #expect(outcome.errors.contains("the last restart, full.restart.xyz, is of step "))
      let step = try #require(
        try ExtendedXYZReader.frames(path: folder + "/full.restart.xyz")[0].info["step"]?.int)
      #expect(step > 0 && step < 100)
      #expect(try ExtendedXYZReader.frames(path: folder + "/full.xyz").count == step + 1)
      #expect(try mace(arguments(run + ["full", "--resume"]), in: folder).code == 0)
      for ending in ["csv", "xyz"] {
        #expect(try bytes(folder + "/whole." + ending) == bytes(folder + "/full." + ending), "\(ending)")
      }
    }
  }

  @Test func committeeCollectsFrames() throws {
    try withFolder { folder in
      let outcome = try mace(
        arguments([
          "--model", fixtures + "/models/tiny_L0.model", "--time", "0.2fs", "--trajectory-every", "10",
          "--log-every", "10", "--deviation-threshold", "1meV/Å", "--output", "c", "--mass", "H=2.014u",
          "--fixed",
          "Ca,0-2",
        ]), in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("deviation"))
      let frames = try ExtendedXYZReader.frames(path: folder + "/c.uncertain.xyz")
      #expect(frames.count == 3)
      #expect(frames[0].column("MACE_force_deviation")?.reals?.count == frames[0].structure.count)
      let restart = try ExtendedXYZReader.frames(path: folder + "/c.restart.xyz")[0]
      let masses = try #require(restart.column("masses")?.reals)
      for (z, mass) in zip(restart.structure.atomicNumbers, masses) where z == 1 { #expect(mass == 2.014) }
      #expect(restart.structure.positions[..<3] == frames[0].structure.positions[..<3])
      let last = try #require(
        try String(contentsOfFile: folder + "/c.csv", encoding: .utf8).split(separator: "\n").last)
      #expect(
        last.split(separator: ",", omittingEmptySubsequences: false).count == 11 && !last.hasSuffix(","))
    }
  }

  @Test func pressureAndRamp() throws {
    try withFolder { folder in
      let run = [
        "--time", "0.4fs", "--pressure", "1kbar", "--pressure-tau", "10fs", "--coupling", "anisotropic",
        "--final-temperature", "320K", "--log-every", "10", "--trajectory", "none", "--output", "p",
      ]
      let outcome = try mace(arguments(run), in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(
        outcome.output.contains("bussi at 300 to 320 K, tau 1 fs, anisotropic cell at 1000 bar, tau 10 fs"))
      let rows = try String(contentsOfFile: folder + "/p.csv", encoding: .utf8).split(separator: "\n")
        .dropFirst()
      let volumes = rows.map { $0.split(separator: ",", omittingEmptySubsequences: false)[7] }
      #expect(volumes.count == 5 && Set(volumes).count == 5)
      #expect(!FileManager.default.fileExists(atPath: folder + "/p.xyz"))
    }
  }

  @Test func refusals() throws {
    try withFolder { folder in
      func expect(_ extra: [String], _ text: String, code: Int32 = 2) throws {
        let time = extra.contains("--time") ? [] : ["--time", "1fs"]
        let outcome = try mace(arguments(time + extra + ["--output", "x"]), in: folder)
        #expect(outcome.code == code && outcome.errors.contains(text), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder + "/x.csv"))
      }
      try expect(["--time", "120"], "'120' has no unit: write for example 120fs")
      try expect(["--time", "0.013fs"], "not a whole number of timesteps")
      try expect(["--tau", "0.001fs"], "shorter than the timestep")
      try expect(["--pressure", "1bar", "--pressure-tau", "0.05fs"], "shorter than ten timesteps")
      try expect(["--pressure-tau", "1ps"], "need --pressure")
      try expect(["--thermostat", "none", "--pressure", "1bar"], "--pressure needs a --thermostat")
      try expect(["--pressure", "1bar", "--fixed", "Ca"], "contradict")
      try expect(["--deviation-threshold", "1eV/Å"], "needs a committee")
      try expect(["--dispersion", "d3bj"], "simple-dftd3", code: 1)
      try expect(["--fixed", "70"], "there is no atom 70; the 65 atoms are counted from 0")
      try expect(["--fixed", "Fe"], "the structure has no Fe")
      try expect(["--mass", "H"], "write atoms=mass")
      try expect(["--mass", "H=2"], "'2' has no unit")
      try expect(["--frame", "99"], "there is no frame 99")
      try expect(["--keep-velocities"], "no column 'velocities'")
      try expect(["--thermostat", "nose-hoover", "--final-temperature", "310K"], "not with nose-hoover")
      let hot = try mace(
        arguments(["--time", "1fs", "--max-temperature", "100K", "--output", "hot"]), in: folder)
      #expect(hot.code == 1 && hot.errors.contains("step 1 (0.01 fs): the temperature is"))
      #expect(hot.errors.contains("the last restart, hot.restart.xyz, is of step 0"))
    }
  }

  @Test func earlierFilesAreKept() throws {
    try withFolder { folder in
      let run = ["--time", "0.1fs", "--output", "w"]
      #expect(try mace(arguments(run), in: folder).code == 0)
      let before = try bytes(folder + "/w.csv")
      let again = try mace(arguments(run), in: folder)
      #expect(again.code == 2 && again.errors.contains("w.csv exists; --resume continues a run"))
      #expect(try bytes(folder + "/w.csv") == before)
      let changed = try mace(
        arguments(["--time", "0.2fs", "--output", "w", "--resume", "--seed", "9"]), in: folder)
      #expect(
        changed.code == 0 && changed.errors.contains("warning: w.restart.xyz: seed was '1', now it is '9'"))
      let other = try mace(
        [
          "md", "--model", fixtures + "/models/tiny_L0.model", "--configs", fixtures + "/caco3-water.extxyz",
          "--timestep", "0.01fs", "--temperature", "300K", "--tau", "1fs", "--time", "1fs", "--output", "w",
          "--resume",
        ], in: folder)
      #expect(other.code == 2 && other.errors.contains("it is not the model the run was made with"))
      let unknown = try mace(arguments(run + ["--resume", "--trajectory", "nc"]), in: folder)
      #expect(unknown.code == 0, "a new file beside the known ones: \(unknown.errors)")
      try FileManager.default.removeItem(atPath: folder + "/w.restart.xyz")
      let lost = try mace(arguments(run + ["--resume"]), in: folder)
      #expect(lost.code == 2 && lost.errors.contains("w.csv exists, but no restart knows it"))
      #expect(try mace(arguments(run + ["--overwrite"]), in: folder).code == 0)
    }
  }

  /// Options from a file; the command line overrides them.
  @Test func optionFile() throws {
    try withFolder { folder in
      let yaml = """
        model: [\(fixtures)/models/tiny_int1.model, \(fixtures)/models/tiny_L0.model]
        configs: \(fixtures)/caco3-water.extxyz
        time: 0.2fs
        timestep: 0.01fs
        temperature: 300K
        tau: 1fs
        log-every: 10
        threads: 1
        thermostat: bussi
        overwrite: true
        keep-velocities: false

        """
      try yaml.write(toFile: folder + "/run.yaml", atomically: true, encoding: .utf8)
      let outcome = try mace(
        ["md", "--config", "run.yaml", "--output", "y", "--model", fixtures + "/models/tiny_int1.model"],
        in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("20 steps of 0.01 fs") && !outcome.output.contains("deviation"))
      #expect(
        try mace(["md", "--config=run.yaml", "--output", "y"], in: folder).output.contains("deviation"))
      try (yaml + "speed: 3\n").write(toFile: folder + "/run.yaml", atomically: true, encoding: .utf8)
      let unknown = try mace(["md", "--config", "run.yaml", "--output", "z"], in: folder)
      #expect(unknown.code == 2 && unknown.errors.contains("--speed"), "\(unknown.errors)")
      try (yaml + "mass: {H: 2}\n").write(toFile: folder + "/run.yaml", atomically: true, encoding: .utf8)
      let mapping = try mace(["md", "--config", "run.yaml", "--output", "z"], in: folder)
      #expect(mapping.code == 2 && mapping.errors.contains("run.yaml: mass is {'H': 2}"), "\(mapping.errors)")
    }
  }

  @Test func relaxes() throws {
    try withFolder { folder in
      let outcome = try mace(
        [
          "relax", "--model", fixtures + "/models/tiny_zbl.model", "--configs",
          fixtures + "/caco3-water.extxyz",
          "--output", "r.xyz", "--threads", "1", "--steps", "3", "--algorithm", "fire", "--cell",
        ], in: folder)
      #expect(outcome.code == 1 && outcome.errors.contains("did not converge in 3 steps; in r.xyz"))
      let frames = try ExtendedXYZReader.frames(path: folder + "/r.xyz")
      #expect(
        frames.allSatisfy { $0.info["relax_converged"] == .bool(false) && $0.info["MACE_stress"] != nil })
      let loose = try mace(
        [
          "relax", "--model", fixtures + "/models/tiny_zbl.model", "--configs",
          fixtures + "/caco3-water.extxyz",
          "--output", "-", "--threads", "1", "--fmax", "1000eV/Å",
        ], in: folder)
      #expect(loose.code == 0 && loose.output.contains("relax_converged=T"))
    }
  }
}
