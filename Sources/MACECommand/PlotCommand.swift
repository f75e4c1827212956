import ArgumentParser
import Diagnostics
import MACETool
import Plotting
import Training

struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot", abstract: "Plot losses and errors of training runs against epoch.",
    discussion: """
      Reads results/<name>_run-<seed>_train.txt of this program or of mace-torch. Beside SVG and PNG stay the \
      gnuplot script and its data, to be changed and run again.
      """)

  @Argument(help: ArgumentHelp("Results of runs.", valueName: "file"))
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "Beginning of the names of pictures (default: the results file without .txt).", valueName: "path"))
  var output: String?

  @Option(help: ArgumentHelp("Title (default: the name of the results file).", valueName: "text"))
  var title: String?

  @Option(
    name: [.customLong("start_swa"), .customLong("start_stage_two")],
    help: ArgumentHelp("Mark the epoch where stage two starts.", valueName: "epoch"))
  var stageTwo: Int?

  @Option(
    name: .customLong("error_table"),
    help: ArgumentHelp("Which errors: PerAtomRMSE, TotalRMSE, PerAtomMAE, TotalMAE.", valueName: "kind"))
  var kind = ErrorTableKind.perAtomRMSE

  func validate() throws {
    if output != nil, files.count > 1 { throw ValidationError("--output needs a single results file") }
  }

  func run() throws {
    for file in files {
      let history = try TrainingHistory(path: file)
      if history.skippedLines > 0 {
        Console.standard.warn("\(file): \(history.skippedLines) lines are no JSON records and were left out")
      }
      let base = output ?? (file.hasSuffix(".txt") ? String(file.dropLast(4)) : file)
      let name = base.split(separator: "/").last.map(String.init) ?? base
      let figure = FigureSheet.curves(history, title: title ?? name, kind: kind, stageTwo: stageTwo)
      try Directory.make(for: base)
      let written = try figure.write(to: base)
      if let warning = written.warning { Console.standard.warn(warning) }
      for picture in [written.svg, written.png].compactMap({ $0 }) {
        try Console.standard.output(picture + "\n")
      }
    }
  }
}

extension ErrorTableKind: ExpressibleByArgument {}
