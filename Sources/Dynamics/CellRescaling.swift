import Atomistics
import Diagnostics
import Glibc

/// Constant pressure by stochastic cell rescaling: Bernetti and Bussi, J. Chem. Phys. 153, 114107 (2020).
///
/// With the strains ε_k of the axes k (one for all in the isotropic case) and n = 1 or 3 of them,
/// dε = β/(n τ) (P − P₀) dt + √(2 k_B T β / (n V τ)) dW,
/// where ε is ln V for n = 1 and ln L_k for n = 3, and P the pressure or its component kk. The term k_B T/V that
/// the logarithm adds and the one of the noise that depends on V cancel. Positions are multiplied with the cell
/// and velocities divided by it. The cell moves every `interval` steps, with forces evaluated anew, so that the
/// conserved quantity is exact: energies before and after are known.
///
/// Anisotropic: strains along x, y and z; a cell with angles keeps them only if it is orthorhombic.
public struct CellRescaling: Sendable {
  public enum Coupling: String, Sendable, CaseIterable { case isotropic, anisotropic }

  /// P₀, eV/Å³.
  public let pressure: Double
  /// τ, fs.
  public let relaxationTime: Double
  /// β, Å³/eV: an estimate is enough, it only sets how fast the volume moves.
  public let compressibility: Double
  public let coupling: Coupling
  /// Timesteps between moves.
  public let interval: Int
  /// What moves of the cell have taken out so far, eV.
  public internal(set) var energyOfBath = 0.0

  /// Water at room temperature, 4.5e-5/bar, in Å³/eV.
  public static let waterCompressibility = 4.5e-5 / Units.bar

  public init(
    pressure: Double, relaxationTime: Double, compressibility: Double = waterCompressibility,
    coupling: Coupling = .isotropic, interval: Int = 10
  ) {
    self.pressure = pressure
    self.relaxationTime = relaxationTime
    self.compressibility = compressibility
    self.coupling = coupling
    self.interval = interval
  }

  /// Moves the cell by `dt` (fs) and evaluates the forces anew.
  ///
  /// - Throws: `.geometry` for a system that is not periodic in three directions or a cell that explodes.
  mutating func rescale(
    _ state: inout DynamicsState, by dt: Double, temperature: Double, in field: any ForceField,
    random: inout RandomSource
  ) throws(MACEError) {
    guard let volume = state.volume, let pressures = state.pressures, let cell = state.structure.cell else {
      throw MACEError(.geometry, "constant pressure needs a structure that is periodic in three directions")
    }
    let before = state.kineticEnergy + state.potentialEnergy
    let logarithms = strains(volume, pressures, dt, temperature, &random)
    guard logarithms.max() < 0.2, logarithms.min() > -0.2 else {
      throw MACEError(
        .geometry,
        "the cell would change by more than 20 % at once (pressure \(state.pressure! / Units.gigapascal) GPa); "
          + "relax the cell first or use a longer pressure relaxation time")
    }
    let scale = SIMD3(exp(logarithms.x), exp(logarithms.y), exp(logarithms.z))
    state.structure.cell = Cell(cell.a * scale, cell.b * scale, cell.c * scale)
    for i in state.velocities.indices {
      state.structure.positions[i] *= scale
      state.velocities[i] /= scale
    }
    try state.updateForces(field)
    energyOfBath += before - (state.kineticEnergy + state.potentialEnergy)
  }

  /// d ln L of each axis.
  private func strains(
    _ volume: Double, _ pressures: SIMD3<Double>, _ dt: Double, _ temperature: Double,
    _ random: inout RandomSource
  ) -> SIMD3<Double> {
    let rate = compressibility / relaxationTime * dt
    let thermal = 2 * Units.boltzmann * temperature * rate / volume
    switch coupling {
    case .isotropic:
      let logVolume = rate * (pressures.sum() / 3 - pressure) + thermal.squareRoot() * random.normal()
      return SIMD3(repeating: logVolume / 3)
    case .anisotropic:
      return rate / 3 * (pressures - pressure) + (thermal / 3).squareRoot() * random.normalVector()
    }
  }
}
