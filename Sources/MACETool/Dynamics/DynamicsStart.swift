import Atomistics
import Diagnostics
import Dynamics
import ExtendedXYZ

/// How a run begins: from a structure, or where a restart stands.
struct DynamicsStart {
  private let options: DynamicsOptions
  private(set) var warnings: [String] = []

  init(_ options: DynamicsOptions) { self.options = options }

  /// A simulation from the structure in the file.
  mutating func new(_ field: any ForceField) throws(MACEError) -> Simulation {
    let frame = try Self.frame(options.frame, of: options.configs)
    do throws(MACEError) {
      return try new(frame, field)
    } catch {
      throw MACEError(error.kind, "\(options.configs), frame \(options.frame + 1): \(error.message)")
    }
  }

  private func new(_ frame: Frame, _ field: any ForceField) throws(MACEError) -> Simulation {
    let structure = frame.structure
    let fixed = try options.fixed?.mask(of: structure)
    var velocities: [SIMD3<Double>]?
    if options.keepsVelocities {
      velocities = frame.column("velocities")?.vectors
      guard velocities != nil else {
        throw MACEError(
          .invalidArgument, "--keep-velocities: there is no column 'velocities' of three numbers (Å/fs)")
      }
    }
    var state = try DynamicsState(
      structure, velocities: velocities, masses: try masses(of: structure), isFixed: fixed,
      removedMotion: removedMotion(structure, fixed), field: field)
    state.displacementLimit = options.displacementLimit
    var random = RandomSource(seed: options.seed)
    if velocities != nil {
      state.removeMotion()
    } else {
      state.drawVelocities(temperature: options.temperature ?? 0, random: &random)
    }
    return simulation(state, field, random)
  }

  /// A simulation that goes on as if it had not stopped.
  mutating func continuing(_ restart: Restart, _ field: any ForceField) throws(MACEError) -> Simulation {
    let name = options.restartPath
    for (key, value) in options.settings {
      guard let old = restart.settings.first(where: { $0.key == key })?.value, old != value else { continue }
      if key == "timestep" {
        throw MACEError(
          .invalidArgument, "\(name): the timestep was \(old), now it is \(value); start a new run")
      }
      warnings.append("\(name): \(key) was '\(old)', now it is '\(value)'")
    }
    var state = try restart.state(name: name)
    state.displacementLimit = options.displacementLimit
    let again = try field.evaluate(state.structure)
    // The same model gives the same number; another number of threads or processor differs by rounding.
    guard abs(again.energy - state.potentialEnergy) <= 1e-5 * Double(state.count) else {
      throw MACEError(
        .invalidArgument,
        "\(name): the model gives \(again.energy) eV for the structure in the restart, which says "
          + "\(state.potentialEnergy) eV; it is not the model the run was made with")
    }
    if again.energy != state.potentialEnergy {
      warnings.append(
        "\(name): energies differ by rounding from those of the run so far (threads or processor)")
    }
    var simulation = simulation(state, field, RandomSource(seed: options.seed))
    try restart.restore(&simulation, name: name)
    return simulation
  }

  private func simulation(
    _ state: DynamicsState, _ field: any ForceField, _ random: RandomSource
  ) -> Simulation {
    let (dt, tau) = (options.timestep, options.effectiveRelaxationTime)
    let temperature = options.temperature ?? 0
    let integrator: any Integrator =
      switch options.thermostat {
      case .none: VelocityVerlet(timestep: dt)
      case .bussi:
        StochasticVelocityRescaling(timestep: dt, temperature: temperature, relaxationTime: tau)
      case .langevin: Langevin(timestep: dt, temperature: temperature, relaxationTime: tau)
      case .noseHoover: NoseHooverChain(timestep: dt, temperature: temperature, relaxationTime: tau)
      }
    let barostat = options.pressure.map {
      CellRescaling(
        pressure: $0, relaxationTime: options.pressureRelaxationTime,
        compressibility: options.compressibility, coupling: options.coupling)
    }
    var simulation = Simulation(state, integrator, barostat: barostat, field: field, random: random)
    if let final = options.finalTemperature {
      simulation.ramp = TemperatureRamp(from: temperature, to: final, duration: options.duration)
    }
    return simulation
  }

  /// What the algorithm leaves alone from the start on.
  private func removedMotion(_ structure: Structure, _ fixed: [Bool]?) -> RemovedMotion {
    if options.thermostat == .langevin || fixed?.contains(true) ?? false { return .none }
    return structure.pbc.isAny ? .translation : .translationAndRotation
  }

  private func masses(of structure: Structure) throws(MACEError) -> [Double] {
    var masses: [Double] = []
    for (atom, z) in structure.atomicNumbers.enumerated() {
      guard let mass = Element.mass(of: z) else {
        throw MACEError(
          .unknownElement, "atom \(atom) (counted from 0) is \(Element.name(of: z)): no mass known")
      }
      masses.append(mass)
    }
    for (atoms, mass) in options.masses {
      for (atom, isMeant) in try atoms.mask(of: structure).enumerated() where isMeant { masses[atom] = mass }
    }
    return masses
  }

  /// - Parameter index: counted from 0.
  static func frame(_ index: Int, of path: String) throws(MACEError) -> Frame {
    var reader = try ExtendedXYZReader(path: path)
    guard index >= 0 else { throw MACEError(.invalidArgument, "--frame \(index): frames are counted from 0") }
    while let frame = try reader.next() {
      if reader.frameCount == index + 1 { return frame }
    }
    throw MACEError(
      .invalidArgument,
      "\(path): there is no frame \(index); the file has \(reader.frameCount), counted from 0")
  }
}
