import Atomistics
import Diagnostics
import Dynamics
import ExtendedXYZ
import MACE
import Training

/// `mace md`: molecular dynamics of one structure.
public struct DynamicsJob {
  private let options: DynamicsOptions
  private let console: Console
  private let potentials: [Potential]
  private let restart: Restart?
  private var simulation: Simulation
  private var outputs: DynamicsOutputs
  private let table: DynamicsTable
  private let firstStep: Int
  private let started = ProcessFacts.monotonicSeconds

  /// Reads the models and the structure, or the restart when there is one, and opens the files.
  ///
  /// - Throws: for options that make no sense, files that cannot be read or written, and structures that the
  ///   models have no forces for.
  public init(_ options: DynamicsOptions, console: Console) throws(MACEError) {
    try options.validate()
    self.options = options
    self.console = console
    let (field, potentials) = try options.forceField.load()
    self.potentials = potentials
    restart =
      options.resumes && OutputFile.exists(options.restartPath)
      ? try Restart(contentsOf: options.restartPath) : nil
    var start = DynamicsStart(options)
    if let restart {
      simulation = try start.continuing(restart, field)
    } else {
      simulation = try start.new(field)
    }
    simulation.temperatureLimit = options.temperatureLimit
    firstStep = simulation.state.step
    outputs = try DynamicsOutputs(options, simulation.state, restart: restart)
    table = DynamicsTable(hasCell: simulation.state.volume != nil, isCommittee: field.isCommittee)
    for warning in start.warnings { console.warn(warning) }
  }

  /// Runs to the end.
  ///
  /// - Throws: `.cancelled` after SIGINT or SIGTERM, with a restart written; what stops a run, with the last
  ///   restart named.
  public mutating func run() throws(MACEError) {
    try report()
    Interruption.watch()
    do throws(MACEError) {
      try proceed()
      try outputs.close()
    } catch {
      if error.kind == .io { outputs.cutBack() }
      throw error.kind == .cancelled ? error : MACEError(error.kind, error.message + "; " + lastRestart)
    }
    if outputs.uncertainCount > 0, let path = options.uncertainPath {
      console.note("\(outputs.uncertainCount) frames beyond the deviation threshold are in \(path)\n")
    }
  }

  private mutating func proceed() throws(MACEError) {
    try console.output(table.header)
    if restart == nil {
      try outputs.write(simulation)
      try outputs.writeRestart(simulation)
    }
    try printRow()
    while simulation.state.step < options.stepCount {
      try simulation.advance()
      try outputs.write(simulation)
      let step = simulation.state.step
      let isLast = step == options.stepCount
      if step % options.logInterval == 0 || isLast { try printRow() }
      let signal = Interruption.name
      if step % options.restartInterval == 0 || isLast || signal != nil {
        try outputs.writeRestart(simulation)
      }
      if let signal, !isLast {
        try outputs.close()
        throw MACEError(
          .cancelled,
          "stopped by \(signal) at step \(step); the same command with --resume continues from \(options.restartPath)"
        )
      }
    }
  }

  private var lastRestart: String {
    let path = options.restartPath
    guard !outputs.marks.isEmpty else { return "there is no restart yet" }
    guard let restart = try? Restart(contentsOf: path), let step = restart.frame.info["step"]?.int else {
      return "the restart \(path) cannot be read"
    }
    return "the last restart, \(path), is of step \(step)"
  }

  private func printRow() throws(MACEError) {
    let record = ThermodynamicRecord(simulation)
    let done = Double(record.step - firstStep)
    let seconds = ProcessFacts.monotonicSeconds - started
    let isMeasured = done > 0 && seconds > 0
    try console.output(
      table.row(
        record, speed: isMeasured ? done * options.timestep * 1e-6 / seconds * 86_400 : nil,
        left: isMeasured ? seconds / done * Double(options.stepCount - record.step) : nil))
  }

  // MARK: Before the first step

  /// What is run, and whether the structure is one the models were trained for.
  private func report() throws(MACEError) {
    let state = simulation.state
    let check = try StructureCheck(state.structure, cutoff: potentials[0].cutoff)
    var lines = [
      "\(state.count) atoms, \(state.degreesOfFreedom) degrees of freedom, \(options.stepCount) steps of "
        + "\(options.timestep) fs, \(ensemble)"
    ]
    if let density = state.density, let pressure = state.pressure {
      lines.append(
        "density \(NumberText.fixed(density, 4)) g/cm³, pressure "
          + "\(NumberText.fixed(pressure / Units.gigapascal, 3)) GPa")
    }
    if !check.nearest.isEmpty {
      lines.append(
        "nearest atoms / Å: "
          + check.nearest.map { "\($0.pair) \(NumberText.fixed($0.distance, 3))" }.joined(separator: ", "))
    }
    try console.output(lines.joined(separator: "\n") + "\n")
    for potential in potentials {
      guard let trained = try potential.model.trainingSummary() else { continue }
      for warning in check.warnings(comparedWith: trained) { console.warn(warning) }
      for (head, level) in trained.levels.sorted(by: { $0.key < $1.key })
      where head == options.forceField.head ?? head {
        try console.output("labels of the model, head \(head): \(level.text)\n")
        if level.dispersion == .absent {
          console.warn(
            "the labels of head \(head) have no dispersion and none is added: densities and structures of "
              + "molecular liquids and crystals will miss it")
        }
      }
    }
  }

  private var ensemble: String {
    var text = "constant energy"
    if options.thermostat != .none, let temperature = options.temperature {
      let final = options.finalTemperature.map { " to \(NumberText.significant($0, 6))" } ?? ""
      text =
        "\(options.thermostat.rawValue) at \(NumberText.significant(temperature, 6))\(final) K, tau "
        + "\(NumberText.significant(options.effectiveRelaxationTime, 6)) fs"
    }
    guard let pressure = options.pressure else { return text }
    return text
      + ", \(options.coupling.rawValue) cell at \(NumberText.significant(pressure / Units.bar, 6)) bar, tau "
      + "\(NumberText.significant(options.pressureRelaxationTime, 6)) fs"
  }
}
