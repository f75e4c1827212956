import Diagnostics

/// Fast inertial relaxation engine: Bitzek, Koskinen, Gähler, Moseler and Gumbsch, Phys. Rev. Lett. 97, 170201
/// (2006), with its parameters, unit masses and semi-implicit Euler steps.
///
/// v ← (1 − α) v + α |v| F/|F| while going downhill (F · v > 0), with a timestep that grows; stop and restart
/// with a shorter one otherwise.
public struct FIRE: Minimizer {
  /// Å; no unknown moves further in one step.
  public var stepLimit = 0.2
  private var timestep = 0.1
  private var alpha = 0.1
  private var downhillSteps = 0
  private var velocities: [SIMD3<Double>] = []

  private static let largestTimestep = 1.0

  public init() {}

  public mutating func advance(_ relaxation: inout Relaxation) throws(MACEError) {
    let forces = relaxation.gradientForces
    if velocities.isEmpty { velocities = forces.map { _ in .zero } }
    let power = Unknowns.dot(forces, velocities)
    if power > 0 {
      let speed = Unknowns.dot(velocities, velocities).squareRoot()
      let strength = Unknowns.dot(forces, forces).squareRoot()
      for i in velocities.indices {
        velocities[i] = (1 - alpha) * velocities[i] + alpha * speed / strength * forces[i]
      }
      downhillSteps += 1
      if downhillSteps > 5 {
        timestep = min(timestep * 1.1, Self.largestTimestep)
        alpha *= 0.99
      }
    } else {
      velocities = forces.map { _ in .zero }
      downhillSteps = 0
      timestep *= 0.5
      alpha = 0.1
    }
    for i in velocities.indices { velocities[i] += timestep * forces[i] }
    let steps = Unknowns.limited(velocities.map { $0 * timestep }, to: stepLimit)
    try relaxation.move(to: zip(relaxation.coordinates, steps).map { $0 + $1 })
  }
}
