import Atomistics
import Checkpoint
import Diagnostics
import Dynamics
import MACE
import TestSupport
import Testing

/// Models as force fields.
@Suite struct ModelTests {
  private let crystal = Structures.cubicCaO(4.8)

  @Test func committeeIsTheMean() throws {
    let names = ["tiny_L0", "tiny_L1", "tiny_L2"]
    let calculators = try names.map { try Calculator(Fixtures.potential($0)) }
    var structure = crystal
    structure.positions[3].x += 0.1
    let each = try calculators.map { try $0.evaluate(structure, [.forces, .virial]) }
    let mean = try ModelForceField(calculators).evaluate(structure)
    #expect(abs(mean.energy - each.reduce(0) { $0 + $1.energy } / 3) < 1e-12)
    for atom in 0..<structure.count {
      let forces = each.map { $0.forces[atom] }
      let average = (forces[0] + forces[1] + forces[2]) / 3
      #expect(largestDifference([mean.forces[atom]], [average]) < 1e-13)
      let variance = forces.reduce(0) { $0 + (($1 - average) * ($1 - average)).sum() } / 3
      #expect(abs(mean.deviations[atom] - variance.squareRoot()) < 1e-12)
    }
    #expect(abs(mean.virial[4] - each.reduce(0) { $0 + $1.virial[4] } / 3) < 1e-12)
    let alone = try ModelForceField([calculators[0]]).evaluate(structure)
    #expect(alone.deviations.isEmpty && alone.energy == each[0].energy)
  }

  /// A real model at constant energy: the fluctuation goes with the square of the timestep.
  @Test func energyIsConserved() throws {
    let field = ModelForceField([try Calculator(Fixtures.potential("tiny_L1"))])
    var random = RandomSource(seed: 2)
    var start = try DynamicsState(
      crystal, masses: Systems.masses(crystal), removedMotion: .translation, field: field)
    start.drawVelocities(temperature: 300, random: &random)
    let drifts = try [0.2, 0.1].map { dt in
      var run = Simulation(start, VelocityVerlet(timestep: dt), field: field, random: random)
      let first = run.conservedEnergy
      var worst = 0.0
      for _ in 0..<Int((8 / dt).rounded()) {
        try run.advance()
        worst = max(worst, abs(run.conservedEnergy - first))
      }
      return worst
    }
    #expect(drifts[1] < 1e-3)
    #expect(abs(drifts[0] / drifts[1] - 4) < 0.8)
  }
}
