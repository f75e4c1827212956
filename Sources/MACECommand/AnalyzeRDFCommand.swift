import Analysis
import ArgumentParser
import Atomistics
import MACETool

struct AnalyzeRDFCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rdf",
    abstract: "Radial distribution functions, their peaks and minima, and running coordination numbers.",
    discussion: """
      g(r) is 1 for independent atoms of any number: pairs are counted per shell, per pair of different atoms and \
      per density. Bands are standard errors from blocks of frames. Peaks and minima come from the smoothed curve, \
      their heights from the curve itself.
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Pairs of selections: Ca-O \"O in H2O-O in H2O\".", valueName: "pair"))
  var pairs: [String]

  @Option(name: .customLong("r_max"), help: ArgumentHelp("Largest distance.", valueName: "length"))
  var radius = "6A"

  @Option(help: ArgumentHelp("Number of bins.", valueName: "N"))
  var bins = 300

  @Flag(help: "Count all periodic images, so that r_max may exceed half the cell.")
  var images = false

  @Option(help: ArgumentHelp("Blocks of frames for the errors.", valueName: "N"))
  var blocks = 10

  @Option(
    help: ArgumentHelp("Width of the Gaussian before peaks are searched.", valueName: "length"))
  var smoothing = "0.04A"

  @OptionGroup var files: TrajectoryArguments

  func run() throws {
    var job = RadialDistributionJob(
      inputs: try files.inputs(), pairs: try pairs.map { try AtomPair($0) }, output: files.output)
    job.maximumRadius = try Quantity.length.value(of: radius)
    job.smoothing = try Quantity.length.value(of: smoothing)
    job.binCount = bins
    job.countsImages = images
    job.blocks = blocks
    try job.run(.standard)
  }
}
