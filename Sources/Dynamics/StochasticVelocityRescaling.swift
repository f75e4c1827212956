import Atomistics
import Diagnostics
import Glibc

/// Canonical ensemble by stochastic velocity rescaling: Bussi, Donadio and Parrinello, J. Chem. Phys. 126,
/// 014101 (2007).
///
/// After each velocity Verlet step all velocities are multiplied by α, drawn so that the kinetic energy K follows
/// its exact solution over the step: with c = exp(−dt/τ), K̄ = N_f k_B T / 2 and normal deviates R (eq. A7),
/// α² = c + K̄/(N_f K) (1 − c) (R₁² + Σ_{2…N_f} R_i²) + 2 R₁ √(c (1 − c) K̄/(N_f K)).
public struct StochasticVelocityRescaling: Integrator {
  public let timestep: Double
  public var temperature: Double?
  /// τ, fs; 0 draws the kinetic energy anew in every step.
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
    try VelocityVerlet(timestep: timestep).advance(&state, in: field)
    let before = state.kineticEnergy
    let scale = rescaling(kineticEnergy: before, state.degreesOfFreedom, &random)
    state.scaleVelocities(scale)
    energyOfBath += before - state.kineticEnergy
  }

  /// α, with the sign of eq. A8.
  func rescaling(kineticEnergy: Double, _ degreesOfFreedom: Int, _ random: inout RandomSource) -> Double {
    guard kineticEnergy > 0, let temperature else { return 1 }
    let c = exp(-timestep / relaxationTime)
    // K̄ / (N_f K)
    let ratio = 0.5 * Units.boltzmann * temperature / kineticEnergy
    let first = random.normal()
    let rest = random.sumOfSquares(degreesOfFreedom - 1)
    let square =
      c + ratio * (1 - c) * (first * first + rest) + 2 * first * (c * (1 - c) * ratio).squareRoot()
    let isReversed = first + (c / ((1 - c) * ratio)).squareRoot() < 0
    // Zero up to rounding is possible for few degrees of freedom.
    let size = max(square, 0).squareRoot()
    return isReversed ? -size : size
  }
}
