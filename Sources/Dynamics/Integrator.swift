import Diagnostics

/// One algorithm that moves the atoms by a timestep.
public protocol Integrator: Sendable {
  /// fs.
  var timestep: Double { get }
  /// The temperature of the heat bath, K; nil without one.
  var temperature: Double? { get set }
  /// What the heat bath has taken out so far, eV: added to E_kin + E_pot it gives the conserved quantity.
  var energyOfBath: Double { get }
  /// All numbers that a restart needs beyond the settings.
  var memory: [Double] { get set }

  /// r(t), v(t), F(t) → r(t + dt), v(t + dt), F(t + dt).
  mutating func advance(
    _ state: inout DynamicsState, in field: any ForceField, random: inout RandomSource
  ) throws(MACEError)
}
