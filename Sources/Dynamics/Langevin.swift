import Atomistics
import Diagnostics
import Glibc

/// Canonical ensemble by Langevin dynamics, split as BAOAB: Leimkuhler and Matthews, Appl. Math. Res. Express
/// 2013, 34.
///
/// Friction and noise act on every atom alone, so that the centre of mass moves, too, and all 3 N velocities
/// count.
public struct Langevin: Integrator {
  public let timestep: Double
  public var temperature: Double?
  /// 1/friction, fs.
  public let relaxationTime: Double
  public private(set) var energyOfBath = 0.0
  public var memory: [Double] {
    get { [energyOfBath] }
    set { energyOfBath = newValue[0] }
  }

  public init(timestep: Double, temperature: Double, relaxationTime: Double) {
    self.timestep = timestep
    self.temperature = temperature
    self.relaxationTime = relaxationTime
  }

  public mutating func advance(
    _ state: inout DynamicsState, in field: any ForceField, random: inout RandomSource
  ) throws(MACEError) {
    state.kick(timestep / 2)
    try state.drift(timestep / 2)
    let before = state.kineticEnergy
    exchangeHeat(&state, &random)
    energyOfBath += before - state.kineticEnergy
    try state.drift(timestep / 2)
    try state.updateForces(field)
    state.kick(timestep / 2)
  }

  /// v ← c v + √((1 − c²) k_B T / m) R with c = exp(−dt/τ)
  private func exchangeHeat(_ state: inout DynamicsState, _ random: inout RandomSource) {
    let c = exp(-timestep / relaxationTime)
    let thermal = (1 - c * c) * Units.boltzmann * (temperature ?? 0)
    for i in state.velocities.indices where !state.isFixed[i] {
      let noise = random.normalVector() * (thermal * state.inverseMasses[i]).squareRoot()
      state.velocities[i] = c * state.velocities[i] + noise
    }
  }
}
