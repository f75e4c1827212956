import Atomistics
import Diagnostics

/// Whatever gives energy and forces of a structure: a model, several models, or an analytic potential.
public protocol ForceField: AnyObject {
  /// Energy, forces and virial; a function of the structure only, bit for bit.
  func evaluate(_ structure: Structure) throws(MACEError) -> ForceEvaluation
}

/// What drives the atoms. Units eV and Å.
public struct ForceEvaluation: Sendable, Equatable {
  public var energy: Double
  /// −∂E/∂r, [atom].
  public var forces: [SIMD3<Double>]
  /// W = −dE/dε, [3][3] row-major, eV.
  public var virial: [Double]
  /// Standard deviation of the force on each atom over a committee of models, eV/Å; empty without committee.
  public var deviations: [Double]

  public init(energy: Double, forces: [SIMD3<Double>], virial: [Double], deviations: [Double] = []) {
    self.energy = energy
    self.forces = forces
    self.virial = virial
    self.deviations = deviations
  }
}
