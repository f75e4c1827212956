import Analysis
import ArgumentParser
import Atomistics
import MACETool

struct AnalyzeMSDCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "msd",
    abstract: "Mean square displacements and diffusion coefficients.",
    discussion: """
      All time origins are used; the drift of the centre of mass of all atoms is removed. D is a sixth of the slope \
      in the fit window, its error comes from parts of the run (or groups of atoms, if it is short). The exponent \
      d ln MSD / d ln t in the window must be near 1, or there is no diffusion in it. With --temperature and \
      --viscosity the correction of Yeh and Hummer for a cubic box is added.
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Selections, a figure for each.", valueName: "atoms"))
  var select = ["all"]

  @Option(
    help: ArgumentHelp(
      "Lag times of the fit, 2ps..10ps (default: 1/50 to 1/10 of the run).", valueName: "a..b"))
  var fit: TimeWindow?

  @Flag(name: .customLong("keep_drift"), help: "Do not remove the drift of the centre of mass.")
  var keepDrift = false

  @Option(help: ArgumentHelp("For the finite-size correction, 300K.", valueName: "temperature"))
  var temperature: String?

  @Option(help: ArgumentHelp("For the finite-size correction, 0.89mPa*s.", valueName: "viscosity"))
  var viscosity: String?

  @OptionGroup var files: TrajectoryArguments

  func validate() throws {
    if (temperature == nil) != (viscosity == nil) {
      throw ValidationError("--temperature and --viscosity are needed together")
    }
  }

  func run() throws {
    var job = DisplacementJob(inputs: try files.inputs(), output: files.output)
    job.selections = select
    job.fit = try fit?.range()
    job.keepsDrift = keepDrift
    if let temperature, let viscosity {
      job.correction = (
        try Quantity.temperature.value(of: temperature), try Quantity.viscosity.value(of: viscosity)
      )
    }
    try job.run(.standard)
  }
}
