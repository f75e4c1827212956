import ArgumentParser
import Diagnostics
import MACE
import MACETool

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure how long energy, forces and virial of a structure take, and where.",
    discussion: """
      Every evaluation builds its neighbour list anew. Times are wall-clock seconds, the median of several \
      evaluations after one to warm up; times of stages are from an evaluation of its own and summed over \
      threads. Memory per atom is the workspace that grows with the atoms plus the neighbour list. GFLOP/s count \
      two operations for each multiply-add of the kernels, on channels padded to 16.
      """)

  @Option(help: ArgumentHelp("Model file (.model or .safetensors).", valueName: "file"))
  var model: String

  @Option(help: ArgumentHelp("Structures (extended XYZ); the first one is measured.", valueName: "file"))
  var configs: String

  @Flag(help: "Measure all structures of the file; with --json, one object per line.")
  var all = false

  @Option(
    help: ArgumentHelp(
      "Repeat the cell along a, b and c, for example 2,2,2 (default: 1,1,1).", valueName: "a,b,c"))
  var replicate: String?

  @Option(help: ArgumentHelp("Number of timed evaluations.", valueName: "N"))
  var repeats = 7

  @Option(
    name: .customLong("default_dtype"), help: ArgumentHelp("Precision of the features.", valueName: "dtype"))
  var precision = Precision.float64

  @Option(
    help: ArgumentHelp(
      "Radial networks from tables in the distance (3e-11 from exact), or evaluated for each edge (default: "
        + "MACE_RADIAL, or tabulated).", valueName: "mode"))
  var radial: RadialEvaluation?

  @OptionGroup var threads: ThreadOptions

  @Option(help: ArgumentHelp("Head of the model (needed if it has several).", valueName: "name"))
  var head: String?

  @Flag(help: "Measure a step of training instead (energies, forces, gradient of the loss, Adam).")
  var train = false

  @Option(
    name: .customLong("batch_size"),
    help: ArgumentHelp("Frames of the step with --train (default: 2).", valueName: "N"))
  var batchSize: Int?

  @Flag(
    help:
      "Measure all code paths in turns (instruction sets, precisions, exact and tabulated): ratios and errors."
  )
  var compare = false

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    var options = BenchmarkOptions(model: model, configs: configs)
    options.head = head
    options.precision = precision
    if let radial { options.radial = radial }
    options.threads = threads.count
    options.repeats = repeats
    options.allFrames = all
    if let replicate { options.replication = try BenchmarkOptions.replication(replicate) }
    guard !(train && compare) else {
      throw MACEError(.invalidArgument, "--compare does not go with --train")
    }
    if train {
      guard !all else {
        throw MACEError(.invalidArgument, "--all does not go with --train: use --batch_size")
      }
      return try Console.standard.output(
        TrainingBenchmark(options, batchSize: batchSize ?? 2).run(json: json))
    }
    if compare {
      guard !all else {
        throw MACEError(.invalidArgument, "--all does not go with --compare: it takes one frame")
      }
      let paths = try BenchmarkComparison(options).run()
      return try Console.standard.output(
        json ? BenchmarkComparison.json(paths) : BenchmarkComparison.text(paths))
    }
    guard batchSize == nil else { throw MACEError(.invalidArgument, "--batch_size goes with --train only") }
    var job = try BenchmarkJob(options)
    var isFirst = true
    try job.run { (result) throws(MACEError) in
      if !json && !isFirst { try Console.standard.output("\n") }
      isFirst = false
      try Console.standard.output(json ? result.json : result.text)
    }
  }
}
