import Atomistics
import Diagnostics
import Dynamics
import TestSupport
import Testing

@Suite struct StateTests {
  private func springs(_ structure: Structure) -> Springs {
    Springs(stiffness: 1, anchors: structure.positions)
  }

  /// L = Σ m r × v about the centre of mass, amu Å²/fs.
  private func angularMomentum(_ state: DynamicsState) -> SIMD3<Double> {
    var center = SIMD3<Double>.zero
    for i in 0..<state.count { center += state.masses[i] * state.structure.positions[i] }
    center /= state.masses.reduce(0, +)
    var sum = SIMD3<Double>.zero
    for i in 0..<state.count {
      let (r, v) = (state.structure.positions[i] - center, state.velocities[i])
      let x = r.y * v.z - r.z * v.y
      let y = r.z * v.x - r.x * v.z
      let z = r.x * v.y - r.y * v.x
      sum += SIMD3(x, y, z) * state.masses[i]
    }
    return sum
  }

  @Test(arguments: [
    ([SIMD3(0.0, 0, 0), SIMD3(0.96, 0, 0), SIMD3(-0.24, 0.93, 0)], 3),
    ([SIMD3(0.0, 0, 0), SIMD3(1.2, 0.3, -0.1)], 1),
    // on a line: the rotation about it does not exist, but motion off it does
    ([SIMD3(0.0, 0, 0), SIMD3(1.1, 1.1, 0), SIMD3(-1.1, -1.1, 0)], 3),
  ]) func moleculesRest(_ positions: [SIMD3<Double>], _ degreesOfFreedom: Int) throws {
    let structure = Structure(
      atomicNumbers: [8, 1, 6].prefix(positions.count).map { $0 }, positions: positions)
    var state = try DynamicsState(
      structure, masses: Systems.masses(structure), removedMotion: .translationAndRotation,
      field: springs(structure))
    #expect(state.degreesOfFreedom == degreesOfFreedom)
    var random = RandomSource(seed: 3)
    state.drawVelocities(temperature: 250, random: &random)
    #expect(abs(state.temperature - 250) < 1e-9)
    #expect(largest([state.momentum]) < 1e-14)
    #expect(largest([angularMomentum(state)]) < 1e-14)
  }

  @Test func seedsDecide() throws {
    let structure = Systems.crystal(1)
    func velocities(_ seed: UInt64) throws -> [SIMD3<Double>] {
      var state = try DynamicsState(
        structure, masses: Systems.masses(structure), removedMotion: .translation, field: springs(structure))
      var random = RandomSource(seed: seed)
      state.drawVelocities(temperature: 300, random: &random)
      return state.velocities
    }
    #expect(try velocities(1) == velocities(1))
    #expect(try velocities(1) != velocities(2))
  }

  /// Light atoms are faster: the width of each velocity component is √(kT/m).
  @Test func velocitiesFollowMaxwellAndBoltzmann() throws {
    let count = 4000
    let structure = Structure(
      atomicNumbers: (0..<count).map { $0 % 2 == 0 ? 1 : 8 },
      positions: (0..<count).map { SIMD3(Double($0), 0, 0) })
    var state = try DynamicsState(structure, masses: Systems.masses(structure), field: springs(structure))
    var random = RandomSource(seed: 6)
    state.drawVelocities(temperature: 300, random: &random)
    for first in [0, 1] {
      let width = (Units.boltzmann * 300 / (state.masses[first] * Units.atomicMass)).squareRoot()
      let x = stride(from: first, to: count, by: 2).map { state.velocities[$0].x / width }
      #expect(Statistics.kolmogorovSmirnov(x, Statistics.normalCDF) < 1.95)
    }
  }

  @Test func numbersOfTheLog() throws {
    // One helium atom at 1e-3 Å/fs in a cube of 10 Å: by hand.
    let structure = Structure(
      atomicNumbers: [2], positions: [.zero], cell: Cell(orthorhombic: SIMD3(repeating: 10)), pbc: .all)
    let state = try DynamicsState(
      structure, velocities: [SIMD3(1e-3, 0, 0)], masses: [4], field: IdealGas())
    // ½ · 4 u · (100 m/s)² = 3.3211e-23 J
    #expect(abs(state.kineticEnergy - 3.32107813320e-23 / 1.602176634e-19) < 1e-15)
    #expect(abs(state.density! - 4 * 1.66053906660e-3) < 1e-12)
    #expect(abs(state.pressure! - 2.0 / 3 * state.kineticEnergy / 1000) < 1e-18)
    #expect(abs(state.temperature - 2 * state.kineticEnergy / (3 * 8.617333262e-5)) < 1e-7)
  }

  @Test func refusals() throws {
    let structure = Systems.crystal(1)
    func message(_ body: () throws -> Void) -> String {
      #expect(throws: MACEError.self, performing: body)?.message ?? ""
    }
    #expect(
      message { _ = try DynamicsState(structure, masses: [1], field: springs(structure)) }.contains(
        "per atom (4)"))
    #expect(
      message { _ = try DynamicsState(structure, masses: [1, 1, 0, 1], field: springs(structure)) }
        .contains("atom 2 (counted from 0, Ar) has the mass 0.0 u"))
    #expect(
      message {
        _ = try DynamicsState(
          structure, masses: Systems.masses(structure), isFixed: [true, true, true, true],
          field: springs(structure))
      }.contains("nothing can move"))
  }

  /// What goes wrong stops the run with step and atom.
  @Test func runsThatFailStop() throws {
    let structure = Systems.crystal(1)
    func run(velocity: Double, limit: Double, field: any ForceField) throws -> Simulation {
      var velocities = [SIMD3<Double>](repeating: .zero, count: 4)
      velocities[2] = SIMD3(0, velocity, 0)
      var state = try DynamicsState(
        structure, velocities: velocities, masses: Systems.masses(structure), field: field)
      state.displacementLimit = 0.5
      var simulation = Simulation(
        state, VelocityVerlet(timestep: 2), field: field, random: RandomSource(seed: 1))
      simulation.temperatureLimit = limit
      return simulation
    }
    var flying = try run(velocity: 0.3, limit: 1e9, field: IdealGas())
    var error = #expect(throws: MACEError.self) { try flying.advance() }
    #expect(
      error?.message.hasPrefix("step 1 (2.0 fs): atom 2 (counted from 0, Ar) would move 0.6 Å") ?? false)
    var hot = try run(velocity: 0.2, limit: 10_000, field: IdealGas())
    error = #expect(throws: MACEError.self) { try hot.advance() }
    #expect(error?.message.contains("beyond the limit of 10000.0 K; atom 2 (counted from 0, Ar)") ?? false)
    var broken = try run(
      velocity: 0, limit: 10_000, field: Springs(stiffness: .nan, anchors: structure.positions))
    error = #expect(throws: MACEError.self) { try broken.advance() }
    #expect(error?.kind == .geometry && error?.message.hasPrefix("step 1 (2.0 fs): ") ?? false)
  }

  @Test func ramp() {
    let ramp = TemperatureRamp(from: 100, to: 300, duration: 1000)
    #expect([-5, 0, 500, 1000, 2000].map { ramp.temperature(at: $0) } == [100, 100, 200, 300, 300])
  }
}
