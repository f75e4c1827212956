import Diagnostics
import Foundation
import Glibc
import Testing

@testable import Training

/// Our lines, records and tables against those of a run of mace-torch 0.3.16.
@Suite struct ReportTests {
  /// The evaluations that mace-torch recorded.
  private func recorded() throws -> [TrainingEvent.Evaluation] {
    try ReportFixtures.lines("mace-torch_train.txt").compactMap { (line) -> TrainingEvent.Evaluation? in
      let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
      guard record["mode"] as? String == "eval" else { return nil }
      func x(_ key: String) -> Double { record[key] as? Double ?? .nan }
      let metrics = ErrorMetrics(
        loss: x("loss"), frames: 4,
        energy: .init(
          mae: x("mae_e"), maePerAtom: x("mae_e_per_atom"), rmse: x("rmse_e"), rmsePerAtom: x("rmse_e_per_atom"),
          q95: x("q95_e")),
        forces: .init(
          mae: x("mae_f"), relativeMAE: x("rel_mae_f"), rmse: x("rmse_f"), relativeRMSE: x("rel_rmse_f"),
          q95: x("q95_f")),
        stress: .init(
          mae: x("mae_stress"), rmse: x("rmse_stress"), maePerAtom: 0, rmsePerAtom: 0, q95: x("q95_stress")),
        virials: nil, time: x("time"))
      return .init(epoch: record["epoch"] as? Int, head: record["head"] as? String ?? "", metrics: metrics, decides: true)
    }
  }

  private let step = TrainingEvent.Step(
    epoch: 2, batch: 11, batchCount: 27, loss: 0.12345, energyLoss: 0, forcesLoss: 0, stressLoss: 0, virialsLoss: 0,
    gradientNorm: 1, time: 0.5)

  @Test func evaluationLines() throws {
    let lines = try recorded().map { TrainingLines.evaluation($0, .perAtomRMSEStressVirials) }
    #expect(lines.count == 17)
    #expect(try lines == ReportFixtures.lines("mace-torch_lines.txt"))
  }

  @Test func otherLines() throws {
    var evaluation = try #require(try recorded().first)
    #expect(
      TrainingLines.evaluation(evaluation, .perAtomRMSE)
        == "Initial: head: Default, loss=25.04345484, RMSE_E_per_atom=  277.25 meV, RMSE_F= 3160.09 meV / A")
    #expect(TrainingLines.evaluation(evaluation, .totalMAE).contains("MAE_E= 4974.77 meV, MAE_F= 2221.17 meV / A"))
    evaluation.metrics.energy = nil
    #expect(TrainingLines.evaluation(evaluation, .perAtomRMSE).contains("RMSE_E_per_atom=None meV"))
    #expect(TrainingLines.line(.stop(.schedule), .perAtomRMSE)?.text == "Training complete")
    #expect(TrainingLines.line(.step(step), .perAtomRMSE) == nil)
  }

  @Test func recordsHaveTheKeysOfMaceTorch() throws {
    let theirs = try ReportFixtures.lines("mace-torch_train.txt")
    let ours = try recorded().map { try #require(ResultsFile.record(.evaluation($0), stepHead: "Default")) }
    let evaluations = theirs.filter { $0.contains("\"eval\"") }
    for (a, b) in zip(ours, evaluations) { #expect(a == b.replacing(": ", with: ":").replacing(", ", with: ",")) }
    let record = try #require(ResultsFile.record(.step(step), stepHead: "all"))
    #expect(record == #"{"loss":0.12345,"time":0.5,"mode":"opt","epoch":2,"head":"all"}"#)
    #expect(theirs[1].contains(#""mode": "opt", "epoch": 0"#))
  }

  @Test func logFile() throws {
    try ReportFixtures.withDirectory { place in
      let path = place + "/logs/a/run.log"
      nonisolated(unsafe) var shown = ""
      do {
        let log = try TrainingLog(path: path, level: .info) { (line) throws(MACEError) in shown += line }
        try log.write("one\n+--+")
        try log.warn("two")
        try log.write("three", .debug)
      }
      try TrainingLog(path: path) { (_) throws(MACEError) in }.write("four")
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      #expect(lines.count == 4)
      let head = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} INFO: one/
      #expect(lines[0].wholeMatch(of: head) != nil)
      #expect(lines[1] == "+--+" && lines[2].hasSuffix(" WARNING: two") && lines[3].hasSuffix(" INFO: four"))
      #expect(shown.split(separator: "\n").count == 3)
    }
    let error = ReportFixtures.failure { () throws(MACEError) in
      _ = try TrainingLog(path: "/dev/null/x/a.log") { (_) throws(MACEError) in }
    }
    #expect(error?.kind == .io)
  }

  @Test func timeOfALine() {
    setenv("TZ", "UTC", 1)
    tzset()
    let line = TrainingLog.line("m", .info, at: timespec(tv_sec: 1_763_828_720, tv_nsec: 7_999_999))
    #expect(line == "2025-11-22 16:25:20.007 INFO: m\n")
  }

  @Test func errorTable() throws {
    let metrics = try #require(try recorded().last).metrics
    var table = ErrorTable(.perAtomRMSEStressVirials)
    table.add("valid_Default", metrics)
    let lines = table.text.split(separator: "\n").map(String.init)
    let theirs = "|  config_type  | RMSE E / meV / atom | RMSE F / meV / A | relative F RMSE % | RMSE Stress (Virials) / meV / A (A^3) |"
    #expect(lines[1].hasPrefix(theirs))
    let cells = lines[3].split(separator: "|").map { $0.filter { $0 != " " } }
    // the first five as mace-torch printed them; kJ/mol: 0.1866915 eV × 96.485
    #expect(cells == ["valid_Default", "186.7", "1922.3", "60.33", "59.1", "182.5", "1276.5", "18.0130", "185.477", "4"])
    #expect(lines[0] == lines[2] && lines[0] == lines[4] && lines.allSatisfy { $0.count == lines[0].count })
    var total = ErrorTable(.totalMAE)
    total.add("a", ErrorMetrics(loss: 0, frames: 1, energy: nil, forces: metrics.forces, stress: nil, virials: nil, time: 0))
    #expect(total.text.contains("MAE E / meV |") && total.text.contains(" - "))
  }

  @Test func progress() throws {
    #expect(TrainingProgress(epochs: 20, show: nil) == nil)
    nonisolated(unsafe) var shown = ""
    var progress = try #require(TrainingProgress(epochs: 20) { shown += $0 })
    progress.advance(step)
    #expect(shown.hasPrefix("\rEpoch 3/20 [##------------------] step 12/27, loss 0.1234"))
    progress.clear()
    #expect(shown.hasSuffix("\r\u{1b}[K"))
    // 66 of 540 steps done in all, one of them here
    #expect(progress.line(step, seconds: 2).hasSuffix("15 min 48 s left"))
  }
}
