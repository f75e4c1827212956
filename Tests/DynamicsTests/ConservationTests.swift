import Atomistics
import Diagnostics
import Dynamics
import Testing

/// What dynamics must keep.
@Suite struct ConservationTests {
  private func argon(
    _ integrator: any Integrator, cells: Int = 2, temperature: Double = 60, barostat: CellRescaling? = nil
  ) throws -> Simulation {
    let structure = Systems.crystal(cells)
    var random = RandomSource(seed: 11)
    var state = try DynamicsState(
      structure, masses: Systems.masses(structure), removedMotion: .translation, field: Systems.argon())
    state.drawVelocities(temperature: temperature, random: &random)
    return Simulation(state, integrator, barostat: barostat, field: Systems.argon(), random: random)
  }

  /// The fluctuation of the energy of velocity Verlet goes with the square of the timestep.
  @Test func energyFluctuationGoesWithTimestepSquared() throws {
    let fluctuations = try [20.0, 10, 5].map { dt in
      var run = try argon(VelocityVerlet(timestep: dt))
      var energies: [Double] = []
      for _ in 0..<Int(4000 / dt) {
        try run.advance()
        energies.append(run.conservedEnergy)
      }
      return Statistics.deviation(energies)
    }
    #expect(abs(fluctuations[0] / fluctuations[1] - 4) < 0.6)
    #expect(abs(fluctuations[1] / fluctuations[2] - 4) < 0.6)
  }

  @Test func energyDoesNotDrift() throws {
    var run = try argon(VelocityVerlet(timestep: 5))
    var energies: [Double] = []
    for _ in 0..<4000 {
      try run.advance()
      energies.append(run.conservedEnergy)
    }
    // eV per atom over the 20 ps
    #expect(abs(Statistics.slope(energies)) * 4000 / 32 < 1e-6)
  }

  @Test func timeReversal() throws {
    var run = try argon(VelocityVerlet(timestep: 5))
    let start = run.state.structure.positions
    for _ in 0..<200 { try run.advance() }
    let moved = zip(run.state.structure.positions, start).reduce(0) { max($0, ($1.0 - $1.1).max()) }
    #expect(moved > 0.1)
    var back = try DynamicsState(
      run.state.structure, velocities: run.state.velocities.map { -$0 }, masses: run.state.masses,
      removedMotion: .translation, field: run.field)
    back.displacementLimit = .infinity
    var reversed = Simulation(
      back, VelocityVerlet(timestep: 5), field: run.field, random: RandomSource(seed: 1))
    for _ in 0..<200 { try reversed.advance() }
    for (a, b) in zip(reversed.state.structure.positions, start) {
      let d = a - b
      #expect((d * d).sum().squareRoot() < 1e-9)
    }
  }

  @Test func oscillatorHasItsPeriod() throws {
    let field = Springs(stiffness: 10, anchors: [.zero])
    let structure = Structure(atomicNumbers: [1], positions: [SIMD3(0.1, 0, 0)])
    let state = try DynamicsState(structure, masses: [1.008], field: field)
    var run = Simulation(state, VelocityVerlet(timestep: 0.05), field: field, random: RandomSource(seed: 1))
    let period = 2 * Double.pi * (1.008 * Units.atomicMass / 10).squareRoot()
    for _ in 0..<Int((period / 0.05).rounded()) { try run.advance() }
    #expect(abs(period - 20.31) < 0.01)
    #expect(abs(run.state.structure.positions[0].x - 0.1) < 1e-5)
  }

  @Test func momentumStaysZero() throws {
    for integrator in Systems.integrators(timestep: 5, temperature: 60) where !(integrator is Langevin) {
      var run = try argon(integrator)
      for _ in 0..<300 { try run.advance() }
      #expect(abs(run.state.momentum.x) + abs(run.state.momentum.y) + abs(run.state.momentum.z) < 1e-11)
    }
  }

  /// Energy plus what the baths took out: no drift, and fluctuations of the size of plain velocity Verlet.
  @Test func conservedQuantities() throws {
    let barostat = CellRescaling(pressure: 0, relaxationTime: 500, compressibility: 5e-5 / Units.bar)
    for integrator in Systems.integrators(timestep: 5, temperature: 60) {
      for barostat in [nil, barostat] where !(integrator is VelocityVerlet && barostat != nil) {
        var run = try argon(integrator, barostat: barostat)
        var conserved: [Double] = []
        var total: [Double] = []
        for _ in 0..<2000 {
          try run.advance()
          conserved.append(run.conservedEnergy)
          total.append(run.state.kineticEnergy + run.state.potentialEnergy)
        }
        let name = "\(type(of: integrator)), \(barostat == nil ? "NVT" : "NPT")"
        #expect(Statistics.deviation(conserved) < 5e-4, "\(name)")
        #expect(abs(Statistics.slope(conserved)) * 2000 / 32 < 2e-5, "\(name)")
        if !(integrator is VelocityVerlet) { #expect(Statistics.deviation(total) > 0.01, "\(name)") }
      }
    }
  }

  @Test func fixedAtomsStay() throws {
    let structure = Systems.crystal(2)
    for integrator in Systems.integrators(timestep: 5, temperature: 60) {
      var random = RandomSource(seed: 4)
      var state = try DynamicsState(
        structure, masses: Systems.masses(structure), isFixed: (0..<32).map { $0 < 4 }, field: Systems.argon()
      )
      #expect(state.degreesOfFreedom == 84)
      state.drawVelocities(temperature: 60, random: &random)
      #expect(abs(state.temperature - 60) < 1e-9)
      var run = Simulation(state, integrator, field: Systems.argon(), random: random)
      for _ in 0..<50 { try run.advance() }
      #expect(run.state.structure.positions[..<4] == structure.positions[..<4])
      #expect(run.state.structure.positions[4] != structure.positions[4])
    }
  }
}
