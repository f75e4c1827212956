import Atomistics
import Diagnostics
import Dynamics
import Foundation
import Testing

/// Long runs of cheap systems have the distributions of statistical mechanics.
@Suite struct EnsembleTests {
  /// Kinetic energies of liquid argon, as far apart in time as they need to be independent.
  private func kineticEnergies(
    _ integrator: any Integrator, _ removed: RemovedMotion, samples: Int, every: Int, temperature: Double
  ) throws -> (samples: [Double], degreesOfFreedom: Int) {
    let structure = Systems.crystal(2, lattice: 5.8)
    let field = Systems.argon()
    var random = RandomSource(seed: 21)
    var state = try DynamicsState(
      structure, masses: Systems.masses(structure), removedMotion: removed, field: field)
    state.drawVelocities(temperature: temperature, random: &random)
    var run = Simulation(state, integrator, field: field, random: random)
    for _ in 0..<500 { try run.advance() }
    var energies: [Double] = []
    for _ in 0..<samples {
      for _ in 0..<every { try run.advance() }
      energies.append(run.state.kineticEnergy)
    }
    return (energies, state.degreesOfFreedom)
  }

  /// K/kT has the distribution Γ(N_f/2).
  private func distance(_ result: (samples: [Double], degreesOfFreedom: Int), _ temperature: Double) -> Double
  {
    let thermal = Units.boltzmann * temperature
    return Statistics.kolmogorovSmirnov(result.samples) {
      Statistics.gammaCDF(shape: Double(result.degreesOfFreedom) / 2, $0 / thermal)
    }
  }

  @Test func stochasticVelocityRescaling() throws {
    let integrator = StochasticVelocityRescaling(timestep: 5, temperature: 120, relaxationTime: 25)
    let result = try kineticEnergies(integrator, .translation, samples: 500, every: 30, temperature: 120)
    #expect(result.degreesOfFreedom == 93)
    #expect(distance(result, 120) < 1.95)
    // The test can tell: 5 K or one degree of freedom in ten more would not pass.
    #expect(distance(result, 126) > 1.95)
    #expect(distance((result.samples, 84), 120) > 1.95)
  }

  /// τ = 0 draws the kinetic energy anew in each step: all samples are independent.
  @Test func kineticEnergyDrawnAnew() throws {
    let integrator = StochasticVelocityRescaling(timestep: 5, temperature: 120, relaxationTime: 0)
    let result = try kineticEnergies(integrator, .translation, samples: 4000, every: 1, temperature: 120)
    #expect(distance(result, 120) < 1.95)
  }

  @Test func langevin() throws {
    let integrator = Langevin(timestep: 5, temperature: 120, relaxationTime: 50)
    let result = try kineticEnergies(integrator, .none, samples: 500, every: 25, temperature: 120)
    #expect(result.degreesOfFreedom == 96)
    #expect(distance(result, 120) < 1.95)
  }

  @Test func noseHooverChain() throws {
    let integrator = NoseHooverChain(timestep: 5, temperature: 120, relaxationTime: 50)
    let result = try kineticEnergies(integrator, .translation, samples: 400, every: 60, temperature: 120)
    #expect(distance(result, 120) < 1.95)
  }

  /// BAOAB's positions in a harmonic well are exact for any timestep.
  @Test func langevinPositions() throws {
    let field = Springs(stiffness: 2, anchors: [.zero, .zero])
    let structure = Structure(atomicNumbers: [8, 1], positions: [.zero, .zero])
    let state = try DynamicsState(structure, masses: [16, 1], field: field)
    // ω dt = 0.9 for the light atom
    let integrator = Langevin(timestep: 6.5, temperature: 300, relaxationTime: 20)
    var run = Simulation(state, integrator, field: field, random: RandomSource(seed: 5))
    var samples: [Double] = []
    for step in 0..<150_000 {
      try run.advance()
      if step % 60 == 0 {
        samples += [run.state.structure.positions[0].y, run.state.structure.positions[1].x]
      }
    }
    let width = (Units.boltzmann * 300 / 2).squareRoot()
    #expect(Statistics.kolmogorovSmirnov(samples) { Statistics.normalCDF($0 / width) } < 1.95)
  }

  /// The volume of an ideal gas at constant pressure has the distribution Γ(N + 1) in units of kT/P.
  @Test(arguments: CellRescaling.Coupling.allCases) func volumeOfIdealGas(
    _ coupling: CellRescaling.Coupling
  ) throws {
    let (atoms, temperature) = (8, 300.0)
    let pressure = 100 * Units.bar
    let unit = Units.boltzmann * temperature / pressure
    let edge = cbrt(Double(atoms + 1) * unit)
    let structure = Structure(
      atomicNumbers: [Int](repeating: 2, count: atoms),
      positions: (0..<atoms).map { SIMD3(repeating: Double($0)) },
      cell: Cell(orthorhombic: SIMD3(repeating: edge)), pbc: .all)
    let field = IdealGas()
    var random = RandomSource(seed: 8)
    var state = try DynamicsState(structure, masses: Systems.masses(structure), field: field)
    state.drawVelocities(temperature: temperature, random: &random)
    let barostat = CellRescaling(
      pressure: pressure, relaxationTime: 200, compressibility: 1 / pressure, coupling: coupling, interval: 1)
    var run = Simulation(
      state, Langevin(timestep: 2, temperature: temperature, relaxationTime: 10), barostat: barostat,
      field: field, random: random)
    var volumes: [Double] = []
    for step in 0..<400_000 {
      try run.advance()
      if step > 4000, step % 400 == 0 { volumes.append((run.state.volume ?? 0) / unit) }
    }
    #expect(
      Statistics.kolmogorovSmirnov(volumes) { Statistics.gammaCDF(shape: Double(atoms + 1), $0) } < 1.95)
    #expect(abs(Statistics.mean(volumes) / Double(atoms + 1) - 1) < 0.03)
  }

  /// Solid argon at 2 kbar: the mean of the instantaneous pressure is the target.
  @Test func pressureOfArgon() throws {
    let structure = Systems.crystal(2, lattice: 5.3)
    let field = Systems.argon()
    var random = RandomSource(seed: 9)
    var state = try DynamicsState(
      structure, masses: Systems.masses(structure), removedMotion: .translation, field: field)
    state.drawVelocities(temperature: 60, random: &random)
    let pressure = 2000 * Units.bar
    var run = Simulation(
      state, StochasticVelocityRescaling(timestep: 5, temperature: 60, relaxationTime: 100),
      barostat: CellRescaling(pressure: pressure, relaxationTime: 300, compressibility: 5e-5 / Units.bar),
      field: field, random: random)
    var pressures: [Double] = []
    for step in 0..<20_000 {
      try run.advance()
      if step >= 2000 { pressures.append(run.state.pressure ?? 0) }
    }
    #expect(abs(Statistics.mean(pressures) - pressure) < 60 * Units.bar)
  }
}
