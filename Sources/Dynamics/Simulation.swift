import Atomistics
import Diagnostics

/// A run of molecular dynamics: state, algorithm and random numbers, advanced step by step.
///
/// ```swift
/// var simulation = Simulation(state, integrator, field: field, random: RandomSource(seed: 1))
/// for _ in 0..<1000 { try simulation.advance() }
/// ```
public struct Simulation {
  public internal(set) var state: DynamicsState
  public internal(set) var integrator: any Integrator
  public internal(set) var barostat: CellRescaling?
  public internal(set) var random: RandomSource
  /// Moves the bath's temperature while the run proceeds.
  public var ramp: TemperatureRamp?
  /// K; beyond it the run stops.
  public var temperatureLimit = Double.infinity
  public let field: any ForceField

  public init(
    _ state: DynamicsState, _ integrator: any Integrator, barostat: CellRescaling? = nil,
    field: any ForceField, random: RandomSource
  ) {
    self.state = state
    self.integrator = integrator
    self.barostat = barostat
    self.field = field
    self.random = random
  }

  /// fs since step 0.
  public var time: Double { Double(state.step) * integrator.timestep }

  /// E_kin + E_pot and all that baths have taken out, eV: constant but for the error of finite timesteps.
  public var conservedEnergy: Double {
    state.kineticEnergy + state.potentialEnergy + integrator.energyOfBath + (barostat?.energyOfBath ?? 0)
  }

  /// One timestep.
  ///
  /// - Throws: with the step in the message, `.geometry` for atoms that fly, numbers that are not finite or a
  ///   temperature beyond the limit; what the force field throws. The state is then undefined.
  public mutating func advance() throws(MACEError) {
    let next = state.step + 1
    do throws(MACEError) {
      if let ramp { integrator.temperature = ramp.temperature(at: time + integrator.timestep) }
      try integrator.advance(&state, in: field, random: &random)
      state.step = next
      if let barostat, state.step % barostat.interval == 0 { try moveCell(barostat) }
      try check()
    } catch {
      let time = (Double(next) * integrator.timestep * 1e6).rounded() / 1e6
      throw MACEError(error.kind, "step \(next) (\(time) fs): \(error.message)")
    }
  }

  private mutating func moveCell(_ present: CellRescaling) throws(MACEError) {
    var moved = present
    try moved.rescale(
      &state, by: integrator.timestep * Double(moved.interval), temperature: integrator.temperature ?? 0,
      in: field, random: &random)
    barostat = moved
  }

  private func check() throws(MACEError) {
    guard state.evaluation.energy.isFinite else {
      throw MACEError(.geometry, "the potential energy is \(state.evaluation.energy)")
    }
    for (atom, velocity) in state.velocities.enumerated() where !velocity.isFinite {
      throw MACEError(
        .geometry,
        "the velocity of atom \(atom) (counted from 0, "
          + "\(Element.name(of: state.structure.atomicNumbers[atom]))) is not finite")
    }
    let temperature = state.temperature
    guard temperature <= temperatureLimit else {
      let fastest = state.velocities.indices.max {
        state.masses[$0] * state.velocities[$0].squaredLength
          < state.masses[$1] * state.velocities[$1].squaredLength
      }
      let atom = fastest ?? 0
      throw MACEError(
        .geometry,
        "the temperature is \(Int(temperature.rounded())) K, beyond the limit of \(temperatureLimit) K; atom "
          + "\(atom) (counted from 0, \(Element.name(of: state.structure.atomicNumbers[atom]))) is hottest; "
          + "relax the start, shorten the timestep, or look at what the model was trained on")
    }
  }
}
