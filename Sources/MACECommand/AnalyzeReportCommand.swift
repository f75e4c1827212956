import ArgumentParser
import MACETool

struct AnalyzeReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Gather a folder of results into one HTML page that needs neither other files nor a network.",
    discussion: """
      For every folder below: results and settings of analyses, tables (CSV), figures (SVG, or PNG where there is no \
      SVG of the same name or it is larger than 200 kB), settings and logs (YAML, text, JSON); then all files with their SHA-256.
      """)

  @Argument(help: "The folder of the study.")
  var folder: String

  @Option(help: ArgumentHelp("Heading (default: the name of the folder).", valueName: "text"))
  var title: String?

  @Option(help: ArgumentHelp("Page to write (default: report.html in the folder).", valueName: "file"))
  var output: String?

  @Option(
    name: .customLong("leave-out"), parsing: .upToNextOption,
    help: ArgumentHelp("Figures whose path contains one of these texts are not shown.", valueName: "text"))
  var leaveOut: [String] = []

  func run() throws {
    try StudyReport(folder: folder, title: title, output: output, leftOut: leaveOut).run(.standard)
  }
}
