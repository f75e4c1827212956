import Atomistics
import Diagnostics
import Dynamics
import TestSupport
import Testing

@Suite struct RelaxationTests {
  static let minimizers: [@Sendable () -> any Minimizer] = [{ FIRE() }, { LBFGS() }]

  private func rattled(_ structure: Structure, by size: Double) -> Structure {
    var generator = SeededGenerator(seed: 3)
    var result = structure
    for i in result.positions.indices { result.positions[i] += size * generator.vector() }
    return result
  }

  @Test(arguments: 0..<2) func crystalFindsItsSites(_ k: Int) throws {
    let perfect = Systems.crystal(2)
    let field = Systems.argon()
    var relaxation = try Relaxation(rattled(perfect, by: 0.2), field: field)
    var criteria = Relaxation.Criteria()
    criteria.force = 1e-5
    var minimizer = Self.minimizers[k]()
    #expect(try relaxation.run(&minimizer, criteria, steps: 500))
    let energy = try field.evaluate(perfect).energy
    #expect(abs(relaxation.energy - energy) < 1e-8)
    #expect(relaxation.largestForce < 1e-5)
    #expect(relaxation.structure.cell == perfect.cell)
  }

  /// From a sheared, compressed and rattled cell back to the cube, at zero and at high pressure.
  @Test(arguments: 0..<2, [0, 2.0]) func cellFindsItsShape(_ k: Int, _ gigapascals: Double) throws {
    let field = Systems.argon()
    let pressure = gigapascals * Units.gigapascal
    var criteria = Relaxation.Criteria()
    criteria.force = 1e-5
    criteria.stress = 1e-6 * Units.gigapascal
    let start = rattled(Systems.crystal(2, lattice: 5.3), by: 0.1).strained(0, 1, by: 0.06)
    var relaxation = try Relaxation(start, relaxesCell: true, pressure: pressure, field: field)
    var minimizer = Self.minimizers[k]()
    #expect(try relaxation.run(&minimizer, criteria, steps: 1500))
    // The lattice constant that minimises the enthalpy of the perfect crystal, by golden-section search.
    func enthalpy(_ a: Double) throws -> Double {
      try field.evaluate(Systems.crystal(2, lattice: a)).energy + pressure * 8 * a * a * a
    }
    var (low, high) = (4.5, 5.8)
    while high - low > 1e-7 {
      let (a, b) = (high - 0.618 * (high - low), low + 0.618 * (high - low))
      if try enthalpy(a) < enthalpy(b) { high = b } else { low = a }
    }
    #expect(abs(relaxation.structure.cell!.volume - 8 * low * low * low) < 1e-3)
    #expect(abs(relaxation.energy - (try enthalpy(low))) < 1e-6)
  }

  @Test func fixedAtomsStay() throws {
    let start = rattled(Systems.crystal(2), by: 0.1)
    var relaxation = try Relaxation(start, isFixed: (0..<32).map { $0 < 5 }, field: Systems.argon())
    var minimizer: any Minimizer = LBFGS()
    #expect(try relaxation.run(&minimizer, Relaxation.Criteria(), steps: 200))
    #expect(relaxation.structure.positions[..<5] == start.positions[..<5])
    #expect(relaxation.structure.positions[5] != start.positions[5])
  }

  @Test func refusals() throws {
    let molecule = Structure(atomicNumbers: [18, 18], positions: [.zero, SIMD3(3, 0, 0)])
    #expect(throws: MACEError.self) {
      _ = try Relaxation(molecule, relaxesCell: true, field: Systems.argon())
    }
    #expect(throws: MACEError.self) {
      _ = try Relaxation(
        Systems.crystal(1), isFixed: [true, false, false, false], relaxesCell: true, field: Systems.argon())
    }
  }
}
