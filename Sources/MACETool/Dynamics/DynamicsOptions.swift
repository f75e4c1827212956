import Atomistics
import Diagnostics
import Dynamics

/// What `mace md` is asked to do. Units: fs, K, eV/Å³, Å.
public struct DynamicsOptions: Sendable {
  public enum Thermostat: String, Sendable, CaseIterable {
    case none, bussi, langevin
    case noseHoover = "nose-hoover"
  }

  public enum TrajectoryFormat: String, Sendable, CaseIterable {
    case none, xyz
    case gzip = "xyz.gz"
    case xz = "xyz.xz"
    case netCDF = "nc"
  }

  public var forceField: ForceFieldOptions
  public var configs: String
  /// Counted from 0.
  public var frame = 0
  /// Start of the names of all files.
  public var output: String

  /// fs.
  public var duration: Double
  public var timestep: Double
  public var thermostat = Thermostat.bussi
  public var relaxationTime: Double?
  public var temperature: Double?
  public var finalTemperature: Double?
  public var allowsShortRelaxation = false

  /// eV/Å³; nil: the volume is constant.
  public var pressure: Double?
  public var pressureRelaxationTime = 1000.0
  public var compressibility = CellRescaling.waterCompressibility
  public var coupling = CellRescaling.Coupling.isotropic

  public var seed: UInt64 = 1
  /// Velocities come from the column `velocities` (Å/fs) of the structure.
  public var keepsVelocities = false
  public var masses: [(atoms: AtomSelection, mass: Double)] = []
  public var fixed: AtomSelection?

  /// Steps.
  public var logInterval = 100
  public var trajectoryInterval = 100
  public var restartInterval = 1000
  public var format = TrajectoryFormat.xyz
  public var resumes = false
  public var overwrites = false

  public var temperatureLimit = 10_000.0
  /// Å per step.
  public var displacementLimit = 0.5
  /// eV/Å; a committee's frames beyond it are collected.
  public var deviationThreshold: Double?

  public init(models: [String], configs: String, output: String, duration: Double, timestep: Double) {
    forceField = ForceFieldOptions(models: models)
    self.configs = configs
    self.output = output
    self.duration = duration
    self.timestep = timestep
  }

  public var stepCount: Int { Int((duration / timestep).rounded()) }

  var restartPath: String { output + ".restart.xyz" }
  var tablePath: String { output + ".csv" }
  var trajectoryPath: String? { format == .none ? nil : "\(output).\(format.rawValue)" }
  var uncertainPath: String? { deviationThreshold == nil ? nil : output + ".uncertain.xyz" }

  /// fs; of the thermostat.
  var effectiveRelaxationTime: Double { relaxationTime ?? 100 }

  /// - Throws: `.invalidArgument` for options that make no sense, alone or together.
  func validate() throws(MACEError) {
    func refuse(_ text: String) -> MACEError { MACEError(.invalidArgument, text) }
    guard timestep > 0 else { throw refuse("--timestep must be positive") }
    guard duration >= 0 else { throw refuse("--time must not be negative") }
    let steps = duration / timestep
    guard steps < 1e15, abs(steps - steps.rounded()) < 1e-6 else {
      throw refuse("--time \(duration) fs is not a whole number of timesteps of \(timestep) fs")
    }
    for (name, interval) in [
      ("--log-every", logInterval), ("--trajectory-every", trajectoryInterval),
      ("--restart-every", restartInterval),
    ] where interval < 1 { throw refuse("\(name) \(interval): the number of steps must be 1 or more") }
    guard temperatureLimit > 0, displacementLimit > 0 else {
      throw refuse("--max-temperature and --max-displacement must be positive")
    }
    if let deviationThreshold {
      guard deviationThreshold > 0 else { throw refuse("--deviation-threshold must be positive") }
      guard forceField.models.count > 1 else {
        throw refuse("--deviation-threshold needs a committee: several --model")
      }
    }
    try validateTemperature()
    try validatePressure()
  }

  private func validateTemperature() throws(MACEError) {
    func refuse(_ text: String) -> MACEError { MACEError(.invalidArgument, text) }
    for (name, value) in [("--temperature", temperature), ("--final-temperature", finalTemperature)] {
      if let value, value < 0 { throw refuse("\(name) must not be negative") }
    }
    if thermostat == .none {
      guard relaxationTime == nil else { throw refuse("--tau needs a --thermostat") }
      guard finalTemperature == nil else { throw refuse("--final-temperature needs a --thermostat") }
      if temperature == nil && !keepsVelocities {
        throw refuse("--temperature is needed for the velocities at the start (or --keep-velocities)")
      }
      return
    }
    guard let temperature, temperature > 0 else {
      throw refuse("--thermostat \(thermostat.rawValue) needs a positive --temperature, such as 300K")
    }
    if finalTemperature != nil, thermostat == .noseHoover {
      throw refuse("--final-temperature works with the thermostats bussi and langevin, not with nose-hoover")
    }
    let tau = effectiveRelaxationTime
    guard tau >= timestep || (allowsShortRelaxation && tau >= 0) else {
      throw refuse(
        "--tau \(tau) fs is shorter than the timestep of \(timestep) fs: the kinetic energy would be drawn anew "
          + "in every step and the dynamics be lost; 100fs is usual (--allow-short-tau if it is meant)")
    }
    if tau == 0, thermostat == .noseHoover { throw refuse("--tau must be positive for nose-hoover") }
  }

  private func validatePressure() throws(MACEError) {
    guard pressure != nil else { return }
    func refuse(_ text: String) -> MACEError { MACEError(.invalidArgument, text) }
    if thermostat == .none { throw refuse("--pressure needs a --thermostat") }
    if fixed != nil { throw refuse("--pressure and --fixed contradict each other: the cell moves all atoms") }
    guard compressibility > 0 else { throw refuse("--compressibility must be positive") }
    guard pressureRelaxationTime >= 10 * timestep else {
      throw refuse("--pressure-tau \(pressureRelaxationTime) fs is shorter than ten timesteps; 1ps is usual")
    }
  }

  /// What a restart should have been made with, too.
  var settings: [(key: String, value: String)] {
    var settings: [(key: String, value: String)] = [
      ("models", forceField.models.joined(separator: " ")), ("head", forceField.head ?? ""),
      ("precision", forceField.precision.rawValue), ("threads", "\(forceField.threads)"),
      ("timestep", "\(timestep) fs"), ("thermostat", thermostat.rawValue), ("seed", "\(seed)"),
      ("log-every", "\(logInterval)"), ("trajectory-every", "\(trajectoryInterval)"),
    ]
    if thermostat != .none { settings.append(("tau", "\(effectiveRelaxationTime) fs")) }
    if let temperature { settings.append(("temperature", "\(temperature) K")) }
    if let finalTemperature { settings.append(("final-temperature", "\(finalTemperature) K")) }
    if let pressure {
      settings += [
        ("pressure", "\(pressure / Units.bar) bar"), ("pressure-tau", "\(pressureRelaxationTime) fs"),
        ("coupling", coupling.rawValue),
      ]
    }
    return settings
  }
}
