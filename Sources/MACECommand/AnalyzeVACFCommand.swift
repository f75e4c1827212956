import Analysis
import ArgumentParser
import Atomistics
import MACETool

struct AnalyzeVACFCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vacf",
    abstract: "Velocity autocorrelation functions and their spectra.",
    discussion: """
      C(t) is weighted by mass and 1 at t = 0; the spectrum is its cosine transform with Hann's window, whose \
      integral is 1. Without velocities in the file, displacements between frames are used, with a warning.
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Selections, a figure for each.", valueName: "atoms"))
  var select = ["all"]

  @Option(
    name: .customLong("max_lag"),
    help: ArgumentHelp(
      "Longest lag time (default: 5ps, or a quarter of the run); 5ps resolve 7 /cm.", valueName: "time"))
  var lag: String?

  @Option(
    name: .customLong("max_wavenumber"),
    help: ArgumentHelp("End of the plotted spectrum.", valueName: "wavenumber"))
  var wavenumber = "4500/cm"

  @Flag(name: .customLong("keep_drift"), help: "Do not remove the drift of the centre of mass.")
  var keepDrift = false

  @OptionGroup var files: TrajectoryArguments

  func run() throws {
    var job = VelocityCorrelationJob(inputs: try files.inputs(), output: files.output)
    job.selections = select
    job.maximumLag = try lag.map { try Quantity.time.value(of: $0) }
    job.maximumWavenumber = try Quantity.wavenumber.value(of: wavenumber)
    job.keepsDrift = keepDrift
    try job.run(.standard)
  }
}
