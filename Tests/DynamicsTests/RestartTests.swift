import Atomistics
import Diagnostics
import Dynamics
import Foundation
import MACE
import TestSupport
import Testing

/// A run that stops and goes on is the run that does not stop, bit for bit.
@Suite struct RestartTests {
  private func simulation(
    _ structure: Structure, _ integrator: any Integrator, _ barostat: CellRescaling?, _ field: any ForceField
  ) throws -> Simulation {
    var random = RandomSource(seed: 31)
    var state = try DynamicsState(
      structure, masses: Systems.masses(structure), removedMotion: .translation, field: field)
    state.drawVelocities(temperature: 80, random: &random)
    return Simulation(state, integrator, barostat: barostat, field: field, random: random)
  }

  private func expectContinuation(
    _ structure: Structure, _ integrator: any Integrator, _ barostat: CellRescaling?, steps: Int,
    _ field: () throws -> any ForceField
  ) throws {
    let path = NSTemporaryDirectory() + "restart-\(UUID().uuidString).xyz"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var run = try simulation(structure, integrator, barostat, try field())
    if integrator.temperature != nil { run.ramp = TemperatureRamp(from: 80, to: 160, duration: 1000) }
    for _ in 0..<steps { try run.advance() }
    try Restart(of: run, outputs: [], settings: [("thermostat", "?")]).write(to: path)
    let restart = try Restart(contentsOf: path)
    var again = Simulation(
      try restart.state(name: path), integrator, barostat: barostat, field: try field(),
      random: RandomSource(seed: 1))
    again.ramp = run.ramp
    try restart.restore(&again, name: path)
    for _ in 0..<steps {
      try run.advance()
      try again.advance()
    }
    #expect(again.state.structure == run.state.structure)
    #expect(again.state.velocities == run.state.velocities)
    #expect(again.state.evaluation == run.state.evaluation)
    #expect(again.state.step == 2 * steps && run.state.step == 2 * steps)
    #expect(again.conservedEnergy == run.conservedEnergy)
    #expect(again.random == run.random)
    #expect(again.integrator.memory == run.integrator.memory)
  }

  @Test func everyAlgorithm() throws {
    let barostat = CellRescaling(pressure: 0, relaxationTime: 500, compressibility: 5e-5 / Units.bar)
    for integrator in Systems.integrators(timestep: 5, temperature: 80) {
      for barostat in [nil, barostat] {
        try expectContinuation(Systems.crystal(2), integrator, barostat, steps: 55) { Systems.argon() }
      }
    }
  }

  @Test(arguments: [1, 2]) func models(_ threads: Int) throws {
    try expectContinuation(
      Structures.cubicCaO(4.8),
      StochasticVelocityRescaling(timestep: 0.05, temperature: 80, relaxationTime: 1),
      nil, steps: 10
    ) {
      ModelForceField([try Calculator(Fixtures.potential("tiny_L1"), threads: threads)])
    }
  }

  @Test func refusals() throws {
    let path = NSTemporaryDirectory() + "restart-\(UUID().uuidString).xyz"
    defer { try? FileManager.default.removeItem(atPath: path) }
    func message(_ body: () throws -> Void) -> String {
      #expect(throws: MACEError.self, performing: body)?.message ?? ""
    }
    let bussi = StochasticVelocityRescaling(timestep: 5, temperature: 80, relaxationTime: 100)
    let run = try simulation(Systems.crystal(1), bussi, nil, Systems.argon())
    try Restart(of: run, outputs: [], settings: []).write(to: path)
    let restart = try Restart(contentsOf: path)
    var other = Simulation(
      try restart.state(name: path), VelocityVerlet(timestep: 5), field: Systems.argon(),
      random: RandomSource(seed: 1))
    #expect(
      message { try restart.restore(&other, name: "r.xyz") }
        .hasPrefix("r.xyz: the run was made with StochasticVelocityRescaling, not with VelocityVerlet"))
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try text.replacingOccurrences(of: "mace_restart=1", with: "mace_restart=7").write(
      toFile: path, atomically: true, encoding: .utf8)
    #expect(message { _ = try Restart(contentsOf: path) }.contains("not a restart file"))
    try String(text.dropLast(50)).write(toFile: path, atomically: true, encoding: .utf8)
    #expect(message { _ = try Restart(contentsOf: path) }.contains("restart-"))
    try text.replacingOccurrences(of: "removed_motion", with: "other").write(
      toFile: path, atomically: true, encoding: .utf8)
    #expect(
      message { _ = try Restart(contentsOf: path).state(name: "r.xyz") }.contains(
        "r.xyz: the restart file is damaged"))
  }
}
