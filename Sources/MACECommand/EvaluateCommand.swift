import ArgumentParser
import MACE
import MACETool

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Evaluate structures and write them with energies, forces and more.",
    discussion: """
      Options and names of results are those of mace_eval_configs. All keys and columns of the input are \
      kept. Results are <prefix>energy (eV), <prefix>forces (eV/Å) and, if asked for, <prefix>stress (eV/Å³, \
      nine numbers, only for structures that are periodic in all directions), <prefix>node_energies (eV, with \
      E0), <prefix>atomic_virials (eV, nine numbers xx xy xz yx ... per atom, summing to -dE/dε) and \
      <prefix>descriptors.

      If the structures have reference labels, a table of errors per config_type follows. Structures are read \
      and written one by one; the output appears under its name when it is complete (an interrupted run leaves \
      <output>.<number>.partial).
      """)

  @Option(help: ArgumentHelp("Model file (.model or .safetensors).", valueName: "file"))
  var model: String

  @Option(
    help: ArgumentHelp(
      "Structures: extended XYZ, also .gz or .xz; - is the standard input.", valueName: "file"))
  var configs: String

  @Option(
    help: ArgumentHelp("Extended XYZ to write, also .gz or .xz; - is the standard output.", valueName: "file")
  )
  var output: String

  @Option(
    help: ArgumentHelp(
      "Head of the model. Without it, a model with several heads takes each structure's key 'head'.",
      valueName: "name"))
  var head: String?

  @Option(
    name: .customLong("default_dtype"),
    help: ArgumentHelp(
      "Precision of the features; geometry, E0 and sums are float64 in both.", valueName: "dtype"))
  var precision = Precision.float64

  @Option(
    help: ArgumentHelp(
      "Radial networks from tables in the distance (3e-11 from exact), or evaluated for each edge (default: "
        + "MACE_RADIAL, or tabulated).", valueName: "mode"))
  var radial: RadialEvaluation?

  @OptionGroup var threads: ThreadOptions

  @Option(
    name: .customLong("info_prefix"), help: ArgumentHelp("Start of the names of results.", valueName: "text"))
  var prefix = "MACE_"

  @OptionGroup(title: "Results") var results: ResultOptions
  @OptionGroup(title: "Reference labels") var labels: LabelOptions
  @OptionGroup(title: "Accepted for mace_eval_configs command lines, without effect") var ignored:
    IgnoredOptions

  func run() throws {
    ignored.warn(.standard)
    var options = EvaluationOptions(model: model, configs: configs, output: output)
    options.head = head
    options.precision = precision
    if let radial { options.radial = radial }
    options.threads = threads.count
    options.prefix = prefix
    options.stress = results.stress
    options.nodeEnergies = results.nodeEnergies
    options.atomicVirials = results.atomicVirials
    options.descriptors = results.descriptorOptions
    options.labels = ReferenceLabels(energy: labels.energy, forces: labels.forces, stress: labels.stress)
    var job = try EvaluationJob(options, console: .standard)
    try job.run()
  }
}

struct ResultOptions: ParsableArguments {
  @Flag(name: .customLong("compute_stress"), help: "Stress, eV/Å³.")
  var stress = false

  @Flag(name: .customLong("return_node_energies"), help: "Energy of each atom with its E0, eV.")
  var nodeEnergies = false

  @Flag(name: .customLong("compute_atomic_virials"), help: "Virial of each atom, nine numbers, eV.")
  var atomicVirials = false

  @Flag(name: .customLong("return_descriptors"), help: "Descriptors: the features of the layers.")
  var descriptors = false

  @Option(
    name: .customLong("descriptor_num_layers"),
    help: ArgumentHelp("Descriptors of the first N layers only; -1 is all.", valueName: "N"))
  var layers = -1

  @Option(
    name: .customLong("descriptor_aggregation_method"),
    help: ArgumentHelp("Mean of the descriptors, in place of those of each atom.", valueName: "method"))
  var aggregation: DescriptorOptions.Aggregation?

  @Option(
    name: .customLong("descriptor_invariants_only"),
    help: ArgumentHelp("Leave out what changes under rotation (l > 0).", valueName: "True|False"))
  var invariantsOnly = PythonBool.yes

  var descriptorOptions: DescriptorOptions? {
    guard descriptors else { return nil }
    return DescriptorOptions(
      invariantsOnly: invariantsOnly == .yes, layers: layers == -1 ? nil : layers, aggregation: aggregation)
  }

  func validate() throws {
    if !descriptors && (layers != -1 || aggregation != nil || invariantsOnly == .no) {
      throw ValidationError("options --descriptor_... need --return_descriptors")
    }
  }
}

struct LabelOptions: ParsableArguments {
  @Option(
    name: .customLong("energy_key"),
    help: ArgumentHelp(
      "Total energy, eV (default: REF_energy, or energy if there is none).", valueName: "key"))
  var energy: String?

  @Option(
    name: .customLong("forces_key"),
    help: ArgumentHelp("Forces, eV/Å (default: REF_forces, or forces if there are none).", valueName: "key"))
  var forces: String?

  @Option(
    name: .customLong("stress_key"),
    help: ArgumentHelp(
      "Stress, eV/Å³, compared with --compute_stress (default: REF_stress, or stress if there is none).",
      valueName: "key"))
  var stress: String?
}

/// Options that say how mace-torch computes.
struct IgnoredOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Everything runs on the CPU.", valueName: "device"))
  var device = Device.cpu

  @Option(
    name: .customLong("batch_size"),
    help: ArgumentHelp("Structures are evaluated one by one.", valueName: "N"))
  var batchSize: Int?

  @Flag(name: .customLong("enable_cueq"), help: "There is no cuEquivariance here.")
  var enableCueq = false

  /// One line about the options that were given.
  func warn(_ console: Console) {
    var names: [String] = []
    if device != .cpu { names.append("--device \(device.rawValue)") }
    if batchSize != nil { names.append("--batch_size") }
    if enableCueq { names.append("--enable_cueq") }
    if !names.isEmpty {
      console.warn(
        "\(names.joined(separator: ", ")): no effect, structures are evaluated one by one on the CPU")
    }
  }
}
