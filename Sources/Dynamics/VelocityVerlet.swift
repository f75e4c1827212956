import Diagnostics

/// Constant energy: Swope, Andersen, Berens and Wilson, J. Chem. Phys. 76, 637 (1982).
public struct VelocityVerlet: Integrator {
  public let timestep: Double
  public var temperature: Double? {
    get { nil }
    set {}
  }
  public var energyOfBath: Double { 0 }
  public var memory: [Double] {
    get { [] }
    set {}
  }

  public init(timestep: Double) { self.timestep = timestep }

  public func advance(
    _ state: inout DynamicsState, in field: any ForceField, random: inout RandomSource
  ) throws(MACEError) {
    try advance(&state, in: field)
  }

  /// The step as part of other integrators.
  func advance(_ state: inout DynamicsState, in field: any ForceField) throws(MACEError) {
    state.kick(timestep / 2)
    try state.drift(timestep)
    try state.updateForces(field)
    state.kick(timestep / 2)
  }
}
