import Diagnostics
import Foundation
import Testing

import Training

private let hasGnuplot = ["/usr/bin/gnuplot", "/usr/local/bin/gnuplot", "/opt/homebrew/bin/gnuplot"].contains {
  FileManager.default.isExecutableFile(atPath: $0)
}

@Suite struct FigureTests {
  private let results = ReportFixtures.directory + "/mace-torch_train.txt"

  private func history(_ lines: String...) -> TrainingHistory {
    TrainingHistory(text: Array(lines.joined(separator: "\n").utf8), name: "x")
  }

  @Test func historyOfMaceTorch() throws {
    let history = try TrainingHistory(path: results)
    #expect(history.heads.map(\.name) == ["Default"] && history.skippedLines == 0)
    #expect(history.heads[0].evaluations.map(\.epoch) == Array(-1...15))
    #expect(history.heads[0].evaluations[16].values["rmse_f"] == 1.9223383597530175)
    #expect(history.training.map(\.epoch) == Array(0...15))
    #expect(history.training[0].steps == 9)
    // mean of the nine losses of epoch 0
    #expect(abs(history.training[0].loss - 54.6154) < 1e-4)
  }

  @Test func recordsWithoutHead() {
    let history = history(
      #"{"loss": 1.0, "mode": "eval", "epoch": null}"#, #"{"loss": 2.0, "mode": "eval", "epoch": null}"#,
      "nonsense", #"{"loss": NaN, "mode": "opt", "epoch": 0}"#,
      #"{"loss": 3.0, "mode": "eval", "epoch": 0}"#, #"{"loss": 4.0, "mode": "eval", "epoch": 0}"#)
    #expect(history.heads.map(\.name) == ["head 1", "head 2"])
    #expect(history.heads[1].evaluations.map { $0.values["loss"] } == [2, 4])
    #expect(history.skippedLines == 2)
  }

  @Test func restartsReplaceLaterEpochs() {
    func evaluation(_ epoch: String, _ loss: Double) -> String {
      #"{"loss": \#(loss), "mode": "eval", "epoch": \#(epoch), "head": "a"}"#
    }
    func step(_ epoch: Int, _ loss: Double) -> String { #"{"loss": \#(loss), "mode": "opt", "epoch": \#(epoch)}"# }
    let history = history(
      evaluation("null", 9), step(0, 1), evaluation("0", 8), step(1, 2), step(1, 4), evaluation("1", 7), step(2, 5),
      evaluation("null", 8.5), step(1, 3), evaluation("1", 6))
    #expect(history.heads[0].evaluations.map(\.epoch) == [-1, 0, 1])
    #expect(history.heads[0].evaluations.map { $0.values["loss"] } == [9, 8, 6])
    #expect(history.training.map(\.epoch) == [0, 1])
  }

  @Test func noResults() throws {
    let error = ReportFixtures.failure { () throws(MACEError) in
      _ = try TrainingHistory(path: ReportFixtures.directory + "/mace-torch_lines.txt")
    }
    #expect(error?.kind == .format)
    #expect(error?.message.contains("_train.txt") == true)
  }

  @Test func scriptAndDataOfCurves() throws {
    let figure = Figure.curves(try TrainingHistory(path: results), base: "a/b \"c\"", title: "T", stageTwo: 12)
    #expect(figure.script.contains("data = \"b \\\"c\\\".dat\""))
    #expect(figure.panels.contains("first 11.5"))
    for label in ["RMSE energy (meV/atom)", "RMSE forces (meV/Å)", "RMSE stress (meV/Å³)"] {
      #expect(figure.panels.contains(label))
    }
    #expect(!figure.panels.contains("virials"))
    let rows = figure.data.split(separator: "\n")
    #expect(rows.contains { $0.hasPrefix("15 101.10677272839749 186.691539478") })
  }

  private func correlations() -> Correlations {
    var correlations = Correlations()
    for (index, split) in ["train", "valid", "test"].enumerated() {
      for (shift, type) in ["bulk", "slab"].enumerated() {
        let n = 3000 * (3 - index)
        let forces = (0..<n).map { sin(Double($0 * 37 % 1009)) * Double(1 + shift) }
        let wrong = forces.enumerated().map { $1 + 0.05 * cos(Double($0)) }
        correlations.add(.forces, split: split, configurationType: type, references: forces, predictions: wrong)
        let energies = (0..<20).map { -52.2 + 0.01 * Double(shift) + 0.001 * sin(Double($0)) }
        correlations.add(
          .energy, split: split, configurationType: type, references: energies,
          predictions: energies.map { $0 + 0.0005 })
      }
    }
    return correlations
  }

  @Test func correlationPanels() throws {
    var data = Correlations()
    data.add(.energy, split: "train", configurationType: "a", references: [1, 2, .nan], predictions: [1.003, 1.996, 1])
    #expect(data.panels.count == 1 && data.panels[0].points.count == 2)
    #expect(abs(data.panels[0].rmse - (12.5e-6).squareRoot()) < 1e-12)
    let figure = try #require(Figure.correlations(correlations(), base: "x", title: "t"))
    #expect(figure.layout == (2, 3))
    #expect(figure.panels.contains("RMSE 0.5 meV/atom"))
    #expect(figure.panels.contains("(1 in 5 drawn)"))
    #expect(figure.panels.contains("from -52.195"))
    #expect(Figure.correlations(Correlations(), base: "x", title: "t") == nil)
  }

  @Test(.enabled(if: hasGnuplot, "gnuplot is not installed")) func pictures() throws {
    try ReportFixtures.withDirectory { place in
      let curves = Figure.curves(
        try TrainingHistory(path: results), base: place + "/sub dir/curves", title: "it's \"T\"", stageTwo: 12)
      let pictures = try #require(Figure.correlations(correlations(), base: place + "/correlation", title: "t"))
      for figure in [curves, pictures] {
        guard case .drawn(let paths) = try figure.draw() else {
          Issue.record("not drawn: \(figure.base)")
          continue
        }
        #expect(paths == [figure.base + ".svg", figure.base + ".png"])
        #expect(try String(contentsOfFile: paths[0], encoding: .utf8).contains("</svg>"))
        let png = try Data(contentsOf: URL(fileURLWithPath: paths[1]))
        #expect(png.count > 10_000 && Array(png.prefix(4)) == [0x89, 0x50, 0x4e, 0x47])
        #expect(FileManager.default.fileExists(atPath: figure.base + ".gnuplot"))
        #expect(FileManager.default.fileExists(atPath: figure.base + ".dat"))
      }
    }
  }

  @Test(.enabled(if: hasGnuplot, "gnuplot is not installed")) func aBrokenScriptIsNoError() throws {
    try ReportFixtures.withDirectory { place in
      let figure = Figure(
        base: place + "/a", panels: "  plot nonsense(", title: "t", data: "1 1\n", size: (100, 100), layout: (1, 1))
      guard case .notDrawn(let reason) = try figure.draw() else {
        Issue.record("drawn")
        return
      }
      #expect(reason.contains("gnuplot failed"))
    }
  }
}
