import Atomistics

extension DynamicsState {
  /// Maxwell–Boltzmann velocities without the removed motion, scaled to exactly `temperature` (K).
  public mutating func drawVelocities(temperature: Double, random: inout RandomSource) {
    for i in velocities.indices where !isFixed[i] {
      velocities[i] = random.normalVector() * (Units.boltzmann * temperature * inverseMasses[i]).squareRoot()
    }
    removeMotion()
    let present = self.temperature
    if present > 0 { scaleVelocities((temperature / present).squareRoot()) }
  }

  /// Takes the removed motion out of the velocities.
  public mutating func removeMotion() {
    if removedMotion == .none { return }
    let total = masses.reduce(0, +)
    let drift = momentum / total
    for i in velocities.indices { velocities[i] -= drift }
    guard removedMotion == .translationAndRotation, count > 1 else { return }
    var center = SIMD3<Double>.zero
    for i in velocities.indices { center += masses[i] * structure.positions[i] }
    center /= total
    let arms = structure.positions.map { $0 - center }
    var angularMomentum = SIMD3<Double>.zero
    for i in arms.indices { angularMomentum += masses[i] * arms[i].cross(velocities[i]) }
    let omega = angularVelocity(of: angularMomentum, arms)
    for i in velocities.indices { velocities[i] -= omega.cross(arms[i]) }
  }

  /// ω of L = I ω with the tensor of inertia I = Σ m (r² − r ⊗ r).
  private func angularVelocity(of angularMomentum: SIMD3<Double>, _ arms: [SIMD3<Double>]) -> SIMD3<Double> {
    var inertia = Cell(.zero, .zero, .zero)
    for (m, r) in zip(masses, arms) {
      for k in 0..<3 {
        inertia[k] -= m * r[k] * r
        inertia[k][k] += m * r.squaredLength
      }
    }
    let half = (inertia.a.x + inertia.b.y + inertia.c.z) / 2
    // On a line: no rotation about the axis, and the same inertia about all others.
    guard inertia.determinant > 1e-9 * half * half * half else {
      return half > 0 ? angularMomentum / half : .zero
    }
    return inertia.inverse?.cartesian(of: angularMomentum) ?? .zero
  }
}
