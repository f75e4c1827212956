import Atomistics
import Diagnostics

/// Atoms in motion: positions, velocities, and the forces at these positions.
public struct DynamicsState: Sendable {
  /// Positions are never wrapped.
  public internal(set) var structure: Structure
  /// Å/fs; zero for fixed atoms.
  public internal(set) var velocities: [SIMD3<Double>]
  /// amu.
  public let masses: [Double]
  /// Atoms that never move.
  public let isFixed: [Bool]
  /// Which collective motions are absent.
  public let removedMotion: RemovedMotion
  /// Velocities that the kinetic energy is shared by.
  public let degreesOfFreedom: Int
  /// Steps done.
  public internal(set) var step: Int
  /// Of the present positions.
  public internal(set) var evaluation: ForceEvaluation
  /// Å; an atom that would move further in one step stops the run.
  public var displacementLimit = Double.infinity

  /// Å²/(eV fs²); zero for fixed atoms, which thereby never move.
  let inverseMasses: [Double]

  /// Evaluates the forces at the start.
  ///
  /// - Throws: `.invalidArgument` for arrays of different lengths, masses that are not positive, or nothing that
  ///   could move; and what the force field throws.
  public init(
    _ structure: Structure, velocities: [SIMD3<Double>]? = nil, masses: [Double], isFixed: [Bool]? = nil,
    removedMotion: RemovedMotion = .none, field: any ForceField
  ) throws(MACEError) {
    try self.init(
      structure, velocities: velocities, masses: masses, isFixed: isFixed, removedMotion: removedMotion,
      step: 0, evaluation: field.evaluate(structure))
  }

  /// A state as it was saved.
  init(
    _ structure: Structure, velocities: [SIMD3<Double>]?, masses: [Double], isFixed: [Bool]?,
    removedMotion: RemovedMotion, step: Int, evaluation: ForceEvaluation
  ) throws(MACEError) {
    let count = structure.count
    let fixed = isFixed ?? [Bool](repeating: false, count: count)
    let initial = velocities ?? [SIMD3<Double>](repeating: .zero, count: count)
    guard masses.count == count, fixed.count == count, initial.count == count,
      evaluation.forces.count == count, evaluation.virial.count == 9
    else {
      throw MACEError(.invalidArgument, "masses, velocities and forces need one entry per atom (\(count))")
    }
    if let atom = masses.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
      throw MACEError(
        .invalidArgument,
        "atom \(atom) (counted from 0, \(Element.name(of: structure.atomicNumbers[atom]))) has the mass "
          + "\(masses[atom]) u; masses must be positive")
    }
    if let atom = initial.firstIndex(where: { !$0.isFinite }) {
      throw MACEError(.invalidArgument, "atom \(atom) (counted from 0) has a velocity that is not finite")
    }
    let mobile = fixed.count { !$0 }
    degreesOfFreedom = 3 * mobile - removedMotion.degreesOfFreedom(mobile)
    guard degreesOfFreedom > 0 else {
      throw MACEError(
        .invalidArgument,
        "nothing can move: \(mobile) of \(count) atoms are mobile and have no degrees of freedom left")
    }
    self.structure = structure
    self.velocities = zip(initial, fixed).map { $1 ? .zero : $0 }
    self.masses = masses
    self.isFixed = fixed
    self.removedMotion = removedMotion
    self.step = step
    self.evaluation = evaluation
    inverseMasses = zip(masses, fixed).map { $1 ? 0 : 1 / ($0 * Units.atomicMass) }
  }

  public var count: Int { structure.count }

  // MARK: Steps of integrators

  /// v += F/m · dt
  mutating func kick(_ dt: Double) {
    for i in velocities.indices { velocities[i] += evaluation.forces[i] * (inverseMasses[i] * dt) }
  }

  /// r += v · dt
  /// - Throws: `.geometry` when an atom flies.
  mutating func drift(_ dt: Double) throws(MACEError) {
    for i in velocities.indices {
      let move = velocities[i] * dt
      // Negated, so that what is not a number is caught.
      if !(move.squaredLength <= displacementLimit * displacementLimit) { throw flying(i, move) }
      structure.positions[i] += move
    }
  }

  /// v *= scale
  mutating func scaleVelocities(_ scale: Double) {
    for i in velocities.indices { velocities[i] *= scale }
  }

  mutating func updateForces(_ field: any ForceField) throws(MACEError) {
    evaluation = try field.evaluate(structure)
  }

  private func flying(_ atom: Int, _ move: SIMD3<Double>) -> MACEError {
    let tenths = (move.length * 10).rounded() / 10
    return MACEError(
      .geometry,
      "atom \(atom) (counted from 0, \(Element.name(of: structure.atomicNumbers[atom]))) would move "
        + "\(tenths) Å in one step, more than \(displacementLimit) Å; the timestep is too long, the start is "
        + "not relaxed, or the model fails here")
  }
}
