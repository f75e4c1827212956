import ArgumentParser
import MACE
import MACETool

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Convert a model to safetensors, whole or in part.",
    discussion: """
      The output is written under its name only when it is complete. Keeping fewer elements or one head does not \
      change the energies of structures that need no more.
      """)

  @Argument(help: "Model file (.model or .safetensors).")
  var input: String

  @Argument(help: "Model file to write; its name ends in .safetensors.")
  var output: String

  @Option(
    help: ArgumentHelp("Keep these elements only, for example H,C,O,Ca (default: all).", valueName: "symbols")
  )
  var elements: String?

  @Option(help: ArgumentHelp("Keep this head only (default: all).", valueName: "name"))
  var head: String?

  @Option(
    name: .customLong("default_dtype"),
    help: ArgumentHelp("Precision of the parameters (default: as in the input).", valueName: "dtype"))
  var precision: Precision?

  func run() throws {
    var job = ConversionJob(input: input, output: output)
    job.elements = try elements.map(ConversionJob.symbols)
    job.head = head
    job.precision = precision
    try Console.standard.output(try job.run())
  }
}
