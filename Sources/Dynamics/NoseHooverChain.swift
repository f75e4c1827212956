import Atomistics
import Diagnostics
import Glibc

/// Canonical ensemble by a chain of Nosé–Hoover thermostats: Martyna, Tuckerman, Tobias and Klein, Mol. Phys. 87,
/// 1117 (1996), with Suzuki and Yoshida's weights of third order.
///
/// Q₁ = N_f k_B T τ², Q_j = k_B T τ². Deterministic; not ergodic for a few harmonic modes.
public struct NoseHooverChain: Integrator {
  public let timestep: Double
  /// Fixed: the conserved quantity is that of one temperature.
  public let bathTemperature: Double
  /// τ, fs: the period of the thermostat is about 2π τ.
  public let relaxationTime: Double
  /// ξ_j, dimensionless.
  private var positions: [Double]
  /// dξ_j/dt, 1/fs.
  private var velocities: [Double]
  /// Known with the first step.
  private var degreesOfFreedom = 0

  private static let weights: [Double] = {
    let w = 1 / (2 - cbrt(2.0))
    return [w, 1 - 2 * w, w]
  }()

  /// - Precondition: `length` ≥ 1.
  public init(timestep: Double, temperature: Double, relaxationTime: Double, length: Int = 3) {
    precondition(length >= 1)
    self.timestep = timestep
    bathTemperature = temperature
    self.relaxationTime = relaxationTime
    positions = [Double](repeating: 0, count: length)
    velocities = positions
  }

  public var temperature: Double? {
    get { bathTemperature }
    set {}
  }

  public var memory: [Double] {
    get { [Double(degreesOfFreedom)] + positions + velocities }
    set {
      let length = positions.count
      degreesOfFreedom = Int(newValue[0])
      positions = Array(newValue[1...length])
      velocities = Array(newValue[(length + 1)...])
    }
  }

  private var thermalEnergy: Double { Units.boltzmann * bathTemperature }

  private func mass(_ j: Int) -> Double {
    thermalEnergy * relaxationTime * relaxationTime * (j == 0 ? Double(degreesOfFreedom) : 1)
  }

  /// Σ ½ Q_j v_j² + N_f k_B T ξ₁ + k_B T Σ_{j>1} ξ_j
  public var energyOfBath: Double {
    var sum = 0.0
    for j in positions.indices {
      sum += 0.5 * mass(j) * velocities[j] * velocities[j]
      sum += thermalEnergy * positions[j] * (j == 0 ? Double(degreesOfFreedom) : 1)
    }
    return sum
  }

  public mutating func advance(
    _ state: inout DynamicsState, in field: any ForceField, random: inout RandomSource
  ) throws(MACEError) {
    degreesOfFreedom = state.degreesOfFreedom
    moveChain(&state)
    try VelocityVerlet(timestep: timestep).advance(&state, in: field)
    moveChain(&state)
  }

  /// The chain and, through it, the velocities by half a timestep.
  private mutating func moveChain(_ state: inout DynamicsState) {
    var kinetic = state.kineticEnergy
    var scale = 1.0
    for weight in Self.weights {
      let dt = weight * timestep / 2
      for j in velocities.indices.reversed() { kick(j, dt / 2, kinetic) }
      let factor = exp(-velocities[0] * dt)
      scale *= factor
      kinetic *= factor * factor
      for j in positions.indices { positions[j] += velocities[j] * dt }
      for j in velocities.indices { kick(j, dt / 2, kinetic) }
    }
    state.scaleVelocities(scale)
  }

  /// v_j under the force of the member before it, damped by the member behind it.
  private mutating func kick(_ j: Int, _ dt: Double, _ kinetic: Double) {
    let damping = j + 1 < velocities.count ? exp(-velocities[j + 1] * dt / 2) : 1
    let drive =
      j == 0
      ? 2 * kinetic - Double(degreesOfFreedom) * thermalEnergy
      : mass(j - 1) * velocities[j - 1] * velocities[j - 1] - thermalEnergy
    velocities[j] = (velocities[j] * damping + drive / mass(j) * dt) * damping
  }
}
