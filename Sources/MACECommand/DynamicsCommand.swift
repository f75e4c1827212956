import Atomistics
import ArgumentParser
import Diagnostics
import Dynamics
import MACETool

struct DynamicsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "md",
    abstract: "Molecular dynamics at constant energy, temperature or pressure.",
    discussion: """
      Numbers have units: 120ps, 0.5fs, 300K, 1bar, 1GPa, 0.5Å; intervals are numbers of steps.

      Files: <output>.csv, a table; <output>.xyz (or .xyz.gz, .xyz.xz, .nc), the trajectory with unwrapped \
      positions and velocities (Å/fs; in .nc Å/ps, AMBER's convention); <output>.restart.xyz, from which \
      --resume continues bit for bit, also after SIGKILL. SIGINT and SIGTERM write a restart and stop. A job \
      script may always say --resume: without a restart the run starts anew.

      At constant pressure the cell moves every ten steps (stochastic cell rescaling).
      """)

  @OptionGroup var forceField: ForceFieldArguments

  @Option(help: ArgumentHelp("Structure to start from (extended XYZ).", valueName: "file"))
  var configs: String

  @Option(help: ArgumentHelp("Which structure of the file, counted from 0.", valueName: "N"))
  var frame = 0

  @Option(help: ArgumentHelp("Start of the names of all files.", valueName: "path"))
  var output: String

  @Option(help: ArgumentHelp("Length of the run, from step 0.", valueName: "time"), transform: Quantity.time)
  var time: Double

  @Option(help: ArgumentHelp("Timestep.", valueName: "time"), transform: Quantity.time)
  var timestep: Double

  @OptionGroup(title: "Ensemble") var ensemble: EnsembleArguments
  @OptionGroup(title: "Start") var start: StartArguments
  @OptionGroup(title: "Files") var files: RunFileArguments
  @OptionGroup(title: "Safety") var safety: SafetyArguments

  func run() throws {
    if safety.dispersion != nil {
      throw MACEError(
        .unsupported,
        "--dispersion: no dispersion is added here; that needs simple-dftd3 (libs-dftd3), which Debian 12 does "
          + "not have. A model whose labels contain dispersion has it already")
    }
    var options = DynamicsOptions(
      models: forceField.model, configs: configs, output: output, duration: time, timestep: timestep)
    options.forceField = forceField.options
    options.frame = frame
    ensemble.set(&options)
    try start.set(&options)
    files.set(&options)
    options.temperatureLimit = safety.maxTemperature
    options.displacementLimit = safety.maxDisplacement
    options.deviationThreshold = safety.deviationThreshold
    var job = try DynamicsJob(options, console: .standard)
    try job.run()
  }
}

struct EnsembleArguments: ParsableArguments {
  @Option(help: "Heat bath: bussi is stochastic velocity rescaling, none is constant energy.")
  var thermostat = DynamicsOptions.Thermostat.bussi

  @Option(
    help: ArgumentHelp(
      "Temperature of the bath and of the velocities at the start.", valueName: "temperature"),
    transform: Quantity.temperature)
  var temperature: Double?

  @Option(
    help: ArgumentHelp("The bath is heated or cooled to it over the run.", valueName: "temperature"),
    transform: Quantity.temperature)
  var finalTemperature: Double?

  @Option(
    help: ArgumentHelp("Relaxation time of the thermostat (default: 100fs).", valueName: "time"),
    transform: Quantity.time)
  var tau: Double?

  @Flag(help: "Accept a tau below the timestep.")
  var allowShortTau = false

  @Option(
    help: ArgumentHelp("Constant pressure in place of constant volume.", valueName: "pressure"),
    transform: Quantity.pressure)
  var pressure: Double?

  @Option(
    help: ArgumentHelp("Relaxation time of the cell (default: 1ps).", valueName: "time"),
    transform: Quantity.time)
  var pressureTau: Double?

  @Option(
    help: ArgumentHelp(
      "Rough compressibility, which sets how fast the cell moves (default: water, 4.5e-5/bar).",
      valueName: "1/pressure"), transform: Quantity.compressibility)
  var compressibility: Double?

  @Option(help: "One factor for the cell, or one each along x, y and z (default: isotropic).")
  var coupling: CellRescaling.Coupling?

  func set(_ options: inout DynamicsOptions) {
    options.thermostat = thermostat
    options.temperature = temperature
    options.finalTemperature = finalTemperature
    options.relaxationTime = tau
    options.allowsShortRelaxation = allowShortTau
    options.pressure = pressure
    if let pressureTau { options.pressureRelaxationTime = pressureTau }
    if let compressibility { options.compressibility = compressibility }
    if let coupling { options.coupling = coupling }
  }

  func validate() throws {
    if pressure == nil, pressureTau != nil || compressibility != nil || coupling != nil {
      throw ValidationError("--pressure-tau, --compressibility and --coupling need --pressure")
    }
  }
}

struct StartArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Of all random numbers: same seed, same run.", valueName: "N"))
  var seed: UInt64 = 1

  @Flag(help: "Start with the column 'velocities' (Å/fs) of the structure.")
  var keepVelocities = false

  @Option(
    help: ArgumentHelp(
      "Other masses, by element, index or range: H=2.014u, 0-15=18u. May be repeated.",
      valueName: "atoms=mass"))
  var mass: [String] = []

  @Option(help: ArgumentHelp("Atoms that do not move: indices, ranges, elements.", valueName: "atoms"))
  var fixed: String?

  func set(_ options: inout DynamicsOptions) throws {
    options.seed = seed
    options.keepsVelocities = keepVelocities
    options.fixed = try fixed.map { try AtomSelection($0) }
    for text in mass {
      let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else {
        throw MACEError(.invalidArgument, "--mass '\(text)': write atoms=mass, such as H=2.014u")
      }
      options.masses.append((try AtomSelection(parts[0]), try Quantity.mass.value(of: parts[1])))
    }
  }
}

struct RunFileArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Steps between lines of the table.", valueName: "N"))
  var logEvery = 100

  @Option(help: ArgumentHelp("Steps between frames of the trajectory.", valueName: "N"))
  var trajectoryEvery = 100

  @Option(help: ArgumentHelp("Steps between restarts.", valueName: "N"))
  var restartEvery = 1000

  @Option(help: "Format of the trajectory.")
  var trajectory = DynamicsOptions.TrajectoryFormat.xyz

  @Flag(help: "Continue from the restart, if there is one.")
  var resume = false

  @Flag(help: "Replace the files of an earlier run.")
  var overwrite = false

  func set(_ options: inout DynamicsOptions) {
    options.logInterval = logEvery
    options.trajectoryInterval = trajectoryEvery
    options.restartInterval = restartEvery
    options.format = trajectory
    options.resumes = resume
    options.overwrites = overwrite
  }

  func validate() throws {
    if resume && overwrite { throw ValidationError("--resume and --overwrite contradict each other") }
  }
}

struct SafetyArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("Stop beyond it (default: 10000K).", valueName: "temperature"),
    transform: Quantity.temperature)
  var maxTemperature = 10_000.0

  @Option(
    help: ArgumentHelp("Stop when an atom moves further in one step (default: 0.5Å).", valueName: "length"),
    transform: Quantity.length)
  var maxDisplacement = 0.5

  @Option(
    help: ArgumentHelp(
      "Of a committee: frames of the trajectory with a larger deviation of a force go to "
        + "<output>.uncertain.xyz, too.", valueName: "force"), transform: Quantity.force)
  var deviationThreshold: Double?

  @Option(help: ArgumentHelp("Not available; refused with the reason.", visibility: .hidden))
  var dispersion: String?
}
