import ArgumentParser
import MACE
import MACETool
import Training

struct AtomicEnergiesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "e0s",
    abstract: "Energies of isolated atoms (E0s) for a training set, and what the data determine of them.",
    discussion: """
      --E0s takes what it takes in training: a dictionary {1: -13.6, 6: ...}, a .json file, IsolatedAtom (frames of \
      the files), average, foundation, estimated, estimated+isolated or estimated+foundation. "estimated" corrects \
      the foundation model's E0s by least squares of its errors on the compositions. What the compositions do not \
      determine keeps the prior: the foundation's E0s, or with estimated+isolated the isolated atoms; the report \
      says which combinations these are.
      """)

  @Option(
    name: .customLong("train_file"), parsing: .upToNextOption,
    help: ArgumentHelp("Frames with energies: extended XYZ, also .gz or .xz.", valueName: "file"))
  var trainFiles: [String]

  @Option(name: .customLong("E0s"), help: ArgumentHelp("Where the energies come from.", valueName: "source"))
  var source = "estimated"

  @Option(
    name: .customLong("foundation_model"),
    help: ArgumentHelp("Model file (.model or .safetensors).", valueName: "file"))
  var foundation: String?

  @Option(
    name: .customLong("foundation_head"),
    help: ArgumentHelp("Head of the foundation model (default: its first).", valueName: "name"))
  var head: String?

  @Option(name: .customLong("energy_key"), help: ArgumentHelp("Total energy, eV.", valueName: "key"))
  var energyKey = "REF_energy"

  @Flag(
    name: .customLong("weight_per_atom"),
    help: "Divide each row of the fit by the number of atoms: errors per atom count, not of the whole frame.")
  var perAtom = false

  @Option(
    help: ArgumentHelp("JSON file to write, which --E0s and mace-torch can read.", valueName: "file"))
  var output: String?

  @Option(
    name: .customLong("default_dtype"), help: ArgumentHelp("Precision of the features.", valueName: "dtype"))
  var precision = Precision.float64

  @OptionGroup var threads: ThreadOptions

  func run() throws {
    var options = AtomicEnergyOptions(trainFiles: trainFiles)
    options.source = try AtomicEnergySource(source)
    options.foundation = foundation
    options.head = head
    options.keys.energy = energyKey
    options.perAtom = perAtom
    options.output = output
    options.precision = precision
    options.threads = threads.count
    try AtomicEnergyJob(options, console: .standard).run()
  }
}
