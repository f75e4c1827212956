import Atomistics
import ArgumentParser
import Diagnostics
import Dynamics
import MACETool

struct RelaxCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "relax",
    abstract: "Relax structures, with their cells if asked, to a minimum of energy.",
    discussion: """
      Results are MACE_energy (eV), MACE_forces (eV/Å), MACE_stress (eV/Å³) and relax_converged. Structures \
      that do not converge are written, too, and the exit code is then 1.
      """)

  @OptionGroup var forceField: ForceFieldArguments

  @Option(help: ArgumentHelp("Structures (extended XYZ), also .gz or .xz.", valueName: "file"))
  var configs: String

  @Option(help: ArgumentHelp("Extended XYZ to write, also .gz or .xz.", valueName: "file"))
  var output: String

  @Option(help: "Algorithm.")
  var algorithm = RelaxationOptions.Algorithm.lbfgs

  @Option(
    help: ArgumentHelp("Largest force that is left (default: 0.01eV/Å).", valueName: "force"),
    transform: Quantity.force)
  var fmax = 0.01

  @Flag(help: "Relax the cell, too.")
  var cell = false

  @Option(
    help: ArgumentHelp("Pressure on the cell (default: 0bar).", valueName: "pressure"),
    transform: Quantity.pressure)
  var pressure = 0.0

  @Option(
    help: ArgumentHelp("Largest stress that is left, with --cell (default: 0.1GPa).", valueName: "pressure"),
    transform: Quantity.pressure)
  var smax: Double?

  @Option(help: ArgumentHelp("Largest number of steps per structure.", valueName: "N"))
  var steps = 1000

  @Option(help: ArgumentHelp("Atoms that do not move: indices, ranges, elements.", valueName: "atoms"))
  var fixed: String?

  func validate() throws {
    if smax != nil, !cell { throw ValidationError("--smax needs --cell") }
  }

  func run() throws {
    var options = RelaxationOptions(models: forceField.model, configs: configs, output: output)
    options.forceField = forceField.options
    options.algorithm = algorithm
    options.criteria.force = fmax
    if let smax { options.criteria.stress = smax }
    options.relaxesCell = cell
    options.pressure = pressure
    options.stepLimit = steps
    options.fixed = try fixed.map { try AtomSelection($0) }
    try RelaxationJob(options, console: .standard).run()
  }
}
