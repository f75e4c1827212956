import Atomistics
import Checkpoint
import Foundation
import MACE
import TestSupport
import Testing

/// The directory that the environment variable MACE_REFERENCE names: reference results that are too large for
/// this repository, as `configs/all.json`, `models/<name>.model` and `reference/<name>.json`.
private let directory = ProcessInfo.processInfo.environment["MACE_REFERENCE"].map { URL(fileURLWithPath: $0) }

/// Foundation-model architectures with 89 elements, and frames of hundreds of atoms.
@Suite(
  .enabled(
    if: directory != nil,
    "not run: set MACE_REFERENCE to the directory of the large reference models and frames"))
struct LargeReferenceTests {
  private struct File: Decodable {
    var results: [String: Entry]
  }
  private struct Entry: Decodable {
    var energy: Double
    var node_energy: [Double]
    var forces: [[Double]]
    var virials: [[Double]]
    var stress: [[Double]]
    var per_head: [String: Entry]?
  }

  @Test(arguments: ["mp0_medium_like", "mpa0_like"])
  func foundationModels(_ name: String) throws {
    let directory = try #require(directory)
    let structures = try Fixtures.structures(in: directory.appending(path: "configs/all.json"))
    let model = try MACEModel(contentsOf: directory.appending(path: "models/\(name).model").path)
    let file = try read(name)
    #expect(file.results.count >= 15)
    for precision in Precision.allCases {
      let potential = try Potential(model, precision: precision)
      for (configuration, expected) in file.results {
        let structure = try #require(structures[configuration])
        try compare(potential, structure, potential.heads[0], expected, "\(name) \(configuration)")
      }
    }
  }

  /// The largest frame of the small models.
  @Test(arguments: ["tiny_L1", "tiny_density", "tiny_multihead2"], Precision.allCases)
  func largeFrame(_ name: String, _ precision: Precision) throws {
    let directory = try #require(directory)
    let structures = try Fixtures.structures(in: directory.appending(path: "configs/all.json"))
    let structure = try #require(structures["water_caco3_299"])
    let potential = try Fixtures.potential(name, precision)
    let entry = try #require(try read(name).results["water_caco3_299"])
    for head in potential.heads {
      try compare(potential, structure, head, entry.per_head?[head] ?? entry, "\(name) \(head)")
    }
  }

  /// 1000 atoms: threads, precision, symmetry and sums agree.
  @Test(arguments: ["tiny_L1", "mp0_medium_like"])
  func thousandAtoms(_ name: String) throws {
    let directory = try #require(directory)
    let structures = try Fixtures.structures(in: directory.appending(path: "configs/all.json"))
    let structure = try #require(structures["water_caco3_1000"])
    let model = try MACEModel(contentsOf: directory.appending(path: "models/\(name).model").path)
    let potential = try Potential(model)
    let e = try evaluate(potential, structure, threads: 2)
    expectEqual(
      try evaluate(potential, structure, threads: 3), e, energyPerAtom: Tolerances.relative,
      force: Tolerances.relative, name)
    #expect(largest([e.forces.reduce(.zero, +)]) <= Tolerances.momentum * max(1, largest(e.forces)) * 1000)
    let single = try evaluate(Potential(model, precision: .float32), structure, threads: 2)
    #expect(abs(single.energy - e.energy) <= Tolerances.float32EnergyPerAtom * 1000)
    #expect(largestDifference(single.forces, e.forces) <= Tolerances.float32Force)
  }

  private func read(_ name: String) throws -> File {
    let url = try #require(directory).appending(path: "reference/\(name).json")
    return try JSONDecoder().decode(File.self, from: Data(contentsOf: url))
  }

  private func compare(
    _ potential: Potential, _ structure: Structure, _ head: String, _ expected: Entry, _ name: String
  ) throws {
    let e = try evaluate(potential, structure, head: head, threads: 2, [.forces, .virial])
    let note = Comment(rawValue: "\(name) \(potential.precision)"), n = Double(structure.count)
    let forces = expected.forces.map { SIMD3($0[0], $0[1], $0[2]) }
    if potential.precision == .float64 {
      #expect(abs(e.energy - expected.energy) <= Tolerances.energyPerAtom * n, note)
      #expect(largestDifference(e.atomicEnergies, expected.node_energy) <= Tolerances.energyPerAtom, note)
      #expect(largestDifference(e.forces, forces) <= Tolerances.force, note)
      #expect(
        largestDifference(e.virial, Array(expected.virials.joined())) <= Tolerances.virialPerAtom * n, note)
      if structure.pbc.isAll {
        #expect(
          largestDifference(e.stress ?? [], Array(expected.stress.joined())) <= Tolerances.stress, note)
      }
    } else {
      #expect(abs(e.energy - expected.energy) <= Tolerances.float32EnergyPerAtom * n, note)
      let limit = max(Tolerances.float32Force, Tolerances.float32RelativeForce * largest(forces))
      #expect(largestDifference(e.forces, forces) <= limit, note)
    }
  }
}
