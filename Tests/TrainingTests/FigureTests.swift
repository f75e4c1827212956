import Diagnostics
import Foundation
import Plotting
import Testing
import Training

private let hasGnuplot = ["/usr/bin/gnuplot", "/usr/local/bin/gnuplot", "/opt/homebrew/bin/gnuplot"].contains
{
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
    #expect(abs(history.training[0].loss - 54.6157117606) < 1e-9)
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
    func step(_ epoch: Int, _ loss: Double) -> String {
      #"{"loss": \#(loss), "mode": "opt", "epoch": \#(epoch)}"#
    }
    let history = history(
      evaluation("null", 9), step(0, 1), evaluation("0", 8), step(1, 2), step(1, 4), evaluation("1", 7),
      step(2, 5),
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

  @Test func panelsOfCurves() throws {
    let sheet = FigureSheet.curves(try TrainingHistory(path: results), title: "T", stageTwo: 12)
    #expect(
      sheet.figures.map { $0?.y.label } == [
        "loss", "RMSE energy / meV/atom", "RMSE forces / meV/Å", "RMSE stress / meV/Å³",
      ])
    #expect(sheet.figures.allSatisfy { $0?.marks == [.vertical(11.5, "stage two")] })
    let loss = try #require(sheet.figures[0])
    #expect(loss.series.map(\.label) == ["validation, head Default", "training"])
    #expect(loss.series[0].x.last == 15 && loss.series[1].y.count == 16)
    let energy = try #require(sheet.figures[1]?.series[0].y.last)
    #expect(abs(energy - 186.6915394778) < 1e-9)
  }

  private func correlations() -> Correlations {
    var correlations = Correlations()
    for (index, split) in ["train", "valid", "test"].enumerated() {
      for (shift, type) in ["bulk", "slab"].enumerated() {
        let n = 3000 * (3 - index)
        let forces = (0..<n).map { sin(Double($0 * 37 % 1009)) * Double(1 + shift) }
        let wrong = forces.enumerated().map { $1 + 0.05 * cos(Double($0)) }
        correlations.add(
          .forces, split: split, configurationType: type, references: forces, predictions: wrong)
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
    data.add(
      .energy, split: "train", configurationType: "a", references: [1, 2, .nan],
      predictions: [1.003, 1.996, 1])
    #expect(data.panels.count == 1 && data.panels[0].points.count == 2)
    #expect(abs(data.panels[0].rmse - (12.5e-6).squareRoot()) < 1e-12)
    let sheet = try #require(FigureSheet.correlations(correlations(), title: "t"))
    #expect(sheet.rows == 2 && sheet.columns == 3 && sheet.figures.count == 6)
    let figures = sheet.figures.compactMap { $0 }
    #expect(figures.count == 6 && figures.allSatisfy(\.isSquare))
    #expect(figures[0].title.contains("RMSE 0.5 meV/atom"))
    #expect(figures[3].title.contains("(1 in 5 drawn)"))
    #expect(figures[0].x.label.contains("from -52.195"))
    #expect(FigureSheet.correlations(Correlations(), title: "t") == nil)
  }

  @Test(.enabled(if: hasGnuplot, "gnuplot is not installed")) func pictures() throws {
    try ReportFixtures.withDirectory { place in
      let curves = FigureSheet.curves(try TrainingHistory(path: results), title: "it's \"T\"", stageTwo: 12)
      let clouds = try #require(FigureSheet.correlations(correlations(), title: "t"))
      for (sheet, name) in [(curves, "curves"), (clouds, "clouds")] {
        let files = try sheet.write(to: "\(place)/\(name)")
        #expect(files.warning == nil)
        #expect(try String(contentsOfFile: try #require(files.svg), encoding: .utf8).contains("</svg>"))
        let png = try Data(contentsOf: URL(fileURLWithPath: try #require(files.png)))
        #expect(png.count > 10_000 && png.starts(with: [0x89, 0x50, 0x4e, 0x47]))
      }
    }
  }
}
