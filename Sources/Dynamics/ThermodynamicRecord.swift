import Atomistics

/// One line of the log: what a run looks like at one step.
public struct ThermodynamicRecord: Sendable {
  public var step: Int
  /// fs.
  public var time: Double
  /// K.
  public var temperature: Double
  /// eV.
  public var potentialEnergy: Double
  public var kineticEnergy: Double
  public var conservedEnergy: Double
  /// eV/Å³; nil unless periodic in three directions, as volume and density.
  public var pressure: Double?
  /// Å³.
  public var volume: Double?
  /// g/cm³.
  public var density: Double?
  /// Of the force on an atom over the committee, eV/Å: largest and mean; nil without committee.
  public var largestDeviation: Double?
  public var meanDeviation: Double?

  public init(_ simulation: Simulation) {
    let state = simulation.state
    step = state.step
    time = simulation.time
    temperature = state.temperature
    potentialEnergy = state.potentialEnergy
    kineticEnergy = state.kineticEnergy
    conservedEnergy = simulation.conservedEnergy
    pressure = state.pressure
    volume = state.volume
    density = state.density
    let deviations = state.evaluation.deviations
    largestDeviation = deviations.max()
    meanDeviation = deviations.isEmpty ? nil : deviations.reduce(0, +) / Double(deviations.count)
  }

  /// Names and units of the columns of `csv`.
  public static let csvHeader =
    "step,time/fs,temperature/K,potential_energy/eV,kinetic_energy/eV,conserved_energy/eV,pressure/GPa,"
    + "volume/A^3,density/(g/cm^3),max_force_deviation/(eV/A),mean_force_deviation/(eV/A)\n"

  /// One line; what there is not is empty. No wall-clock times: a continued run gives the same file.
  public var csv: String {
    let columns: [Double?] = [
      time, temperature, potentialEnergy, kineticEnergy, conservedEnergy,
      pressure.map { $0 / Units.gigapascal },
      volume, density, largestDeviation, meanDeviation,
    ]
    return "\(step)," + columns.map { $0.map { "\($0)" } ?? "" }.joined(separator: ",") + "\n"
  }
}
