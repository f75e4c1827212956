import Atomistics

extension DynamicsState {
  /// ½ Σ m v², eV.
  public var kineticEnergy: Double {
    var sum = 0.0
    for i in velocities.indices { sum += masses[i] * velocities[i].squaredLength }
    return 0.5 * sum * Units.atomicMass
  }

  /// eV.
  public var potentialEnergy: Double { evaluation.energy }

  /// 2 E_kin / (N_f k_B), K.
  public var temperature: Double { 2 * kineticEnergy / (Double(degreesOfFreedom) * Units.boltzmann) }

  /// Å³; nil unless the structure is periodic in three directions.
  public var volume: Double? { structure.pbc.isAll ? structure.cell?.volume : nil }

  /// P_xx, P_yy, P_zz of (Σ m v ⊗ v + W) / V, eV/Å³; nil unless periodic in three directions.
  public var pressures: SIMD3<Double>? {
    guard let volume else { return nil }
    var kinetic = SIMD3<Double>.zero
    for i in velocities.indices { kinetic += masses[i] * velocities[i] * velocities[i] }
    let virial = SIMD3(evaluation.virial[0], evaluation.virial[4], evaluation.virial[8])
    return (kinetic * Units.atomicMass + virial) / volume
  }

  /// The mean of the diagonal, eV/Å³.
  public var pressure: Double? { pressures.map { $0.sum() / 3 } }

  /// g/cm³; nil unless periodic in three directions.
  public var density: Double? { volume.map { masses.reduce(0, +) / $0 * Units.densityPerUnit } }

  /// Σ m v, amu Å/fs.
  public var momentum: SIMD3<Double> {
    var sum = SIMD3<Double>.zero
    for i in velocities.indices { sum += masses[i] * velocities[i] }
    return sum
  }
}
