import ArgumentParser
import MACETool

struct AnalyzeErrorsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "errors",
    abstract: "Errors of evaluated structures, with correlation plots.",
    discussion: """
      Reads what mace evaluate writes. RMSE, MAE and bias in total, per config_type, per cluster of the energy per \
      atom (different thermodynamic states in one file) and per element. Several files (--labels) are compared; \
      with --sizes, files of one label become a curve of errors against the size of the training set.
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Evaluated structures (extended XYZ).", valueName: "file"))
  var configs: [String]

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Names of the models, one per file (default: the file names).", valueName: "name"))
  var labels: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Sizes of the training sets, one per file.", valueName: "N"))
  var sizes: [Int] = []

  @Option(
    name: .customLong("info_prefix"),
    help: ArgumentHelp("Start of the names of predictions.", valueName: "text"))
  var prefix = "MACE_"

  @Option(
    name: .customLong("energy_key"),
    help: ArgumentHelp(
      "Reference energy, eV (default: REF_energy, or energy if there is none).", valueName: "key"))
  var energy: String?

  @Option(
    name: .customLong("forces_key"),
    help: ArgumentHelp(
      "Reference forces, eV/Å (default: REF_forces, or forces if there are none).", valueName: "key"))
  var forces: String?

  @Option(help: ArgumentHelp("Folder to write, made if need be.", valueName: "folder"))
  var output: String

  func run() throws {
    var job = try ErrorAnalysisJob(
      paths: configs, labels: labels, sizes: sizes.map { Double($0) },
      labels: ReferenceLabels(energy: energy, forces: forces), output: output)
    job.prefix = prefix
    try job.run(.standard)
  }
}
