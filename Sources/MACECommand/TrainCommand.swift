import ArgumentParser
import Diagnostics
import MACETool
import Training
import TrainingConfiguration

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a model, from scratch or from a foundation model, with the options of mace_run_train.",
    discussion: "'mace train --help' prints all options with their defaults.")

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("Options of mace_run_train.", valueName: "option"))
  var arguments: [String] = []

  func run() throws {
    if arguments.contains("--help") || arguments.contains("-h") {
      return try Console.standard.output(Self.help)
    }
    let options = try TrainingOptions(arguments: arguments) { (path) throws(MACEError) in
      try YAMLFile.read(path)
    }
    let plan = try EffectivePlan(options)
    if plan.isDryRun { return try Console.standard.output(plan.text) }
    let console = Console.standard
    var progress: ((String) -> Void)?
    if console.isInteractive { progress = console.note }
    let training = try TrainingRun(
      plan, threads: ProcessFacts.defaultThreads, progress: progress, output: console.output)
    _ = try training.run()
  }

  private static let help = """
    OVERVIEW: \(configuration.abstract)

    Options are written --name value or --name=value; a beginning of a name that no other option shares is \
    enough. Of a repeated option the last one counts. A YAML file of options (--config) holds the same names, \
    and under heads: a mapping for each head; the command line overrides it. Lists and dictionaries are \
    written as in Python: --radial_MLP='[64, 64, 64]', --E0s='{1: -13.6, 8: -2043.1}'. Options that cannot \
    take effect are errors. --dry_run shows what a run would do.

    USAGE: mace train --name <name> --train_file <file> [<option> ...]


    """ + OptionHelp.text
}
