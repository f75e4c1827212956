import Analysis
import ArgumentParser
import Atomistics
import Diagnostics
import MACETool

struct AnalyzeCoordinationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coordination",
    abstract: "Coordination numbers in time, their populations and residence times.",
    discussion: """
      CN = Σ [1 − (r/r0)^n] / [1 − (r/r0)^m] over the second selection, for each atom of the first one. States are \
      rounded CN; the residence time of a state is the time in it divided by the number of exits, where excursions \
      shorter than the tolerance are no exits.
      """)

  @OptionGroup var coordination: CoordinationArguments
  @OptionGroup var files: TrajectoryArguments

  func run() throws {
    try CoordinationJob(inputs: try coordination.inputs(files), output: files.output).run(.standard)
  }
}

struct AnalyzeFreeEnergyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "free-energy",
    abstract: "Free energy of the coordination number, F = -kT ln p.",
    discussion: """
      All curves share their bins; the minimum is at zero; the dashed line is where a bin with a single count lies, \
      above which nothing is known. Bands are standard errors from resampled blocks of the run. --lengths adds \
      the first parts of every run, to see whether it was long enough.
      """)

  @OptionGroup var coordination: CoordinationArguments

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Of the simulation, 300K: one for all trajectories, or one for each.", valueName: "temperature"))
  var temperature: [String]

  @Option(name: .customLong("bin_width"), help: ArgumentHelp("Width of the bins of CN.", valueName: "width"))
  var binWidth = 0.1

  @Option(help: ArgumentHelp("Blocks of each run that are resampled.", valueName: "N"))
  var blocks = 20

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Lengths of first parts of the runs, 60ps 120ps.", valueName: "time"))
  var lengths: [String] = []

  @OptionGroup var files: TrajectoryArguments

  func run() throws {
    var job = FreeEnergyJob(
      inputs: try coordination.inputs(files),
      temperatures: try temperature.map { try Quantity.temperature.value(of: $0) }, output: files.output)
    job.binWidth = binWidth
    job.blocks = blocks
    job.lengths = try lengths.map { try Quantity.time.value(of: $0) }
    try job.run(.standard)
  }
}

struct CoordinationArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Centre and neighbours: Ca-O, \"Ca-O in H2O\".", valueName: "pair"))
  var pair: String

  @Option(help: ArgumentHelp("r0 (default: the first minimum of g(r)).", valueName: "length"))
  var r0: String?

  @Option(help: ArgumentHelp("Exponent of the numerator.", valueName: "n"))
  var n = 60

  @Option(help: ArgumentHelp("Exponent of the denominator.", valueName: "m"))
  var m = 200

  @Option(help: ArgumentHelp("Shorter excursions to another number are no exits.", valueName: "time"))
  var tolerance = "0.5ps"

  func inputs(_ files: TrajectoryArguments) throws(MACEError) -> CoordinationInputs {
    var inputs = CoordinationInputs(trajectories: try files.inputs(), pair: try AtomPair(pair))
    if let r0 { inputs.radius = try Quantity.length.value(of: r0) }
    inputs.n = n
    inputs.m = m
    inputs.tolerance = try Quantity.time.value(of: tolerance)
    return inputs
  }
}
