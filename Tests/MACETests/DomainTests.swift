import Atomistics
import Diagnostics
import Foundation
import MACE
import TestSupport
import Testing

/// Two domains in two threads, advancing in lock-step, give what one gives.
struct DomainTests {
  @Test(arguments: ["tiny_int1", "tiny_L1", "tiny_int3", "tiny_att", "tiny_nonlinear"], Precision.allCases)
  func twoDomains(_ model: String, _ precision: Precision) throws {
    let potential = try Fixtures.potential(model, precision)
    for (name, structure) in [
      ("triclinic", Structures.triclinic), ("slab", Fixtures.structure("slab_tft_15")),
      ("crystal", Fixtures.structure("triclinic_24")),
    ] {
      let expected = try evaluate(potential, structure)
      let e = try Domains(structure, potential, split: structure.count / 3).evaluate(potential)
      let double = precision == .float64
      expectEqual(
        e, expected, energyPerAtom: double ? Tolerances.ghostEnergyPerAtom : Tolerances.float32EnergyPerAtom,
        force: double ? Tolerances.ghostForce : Tolerances.float32GhostForce, "\(model) \(precision) \(name)")
    }
  }

  /// A domain may be empty.
  @Test func emptyDomain() throws {
    let potential = try Fixtures.potential("tiny_L1")
    let e = try Domains(Structures.triclinic, potential, split: 0).evaluate(potential)
    expectEqual(
      e, try evaluate(potential, Structures.triclinic), energyPerAtom: Tolerances.ghostEnergyPerAtom,
      force: Tolerances.ghostForce, "empty domain")
  }
}

/// A structure cut in two: atoms interleaved over the domains, each with its ghosts.
private final class Domains: @unchecked Sendable {
  private let structure: Structure
  private let domains: [GhostGraph]
  /// Domain and local index of each atom.
  private var places: [(domain: Int, index: Int)] = []
  /// What each domain's thread leaves for the other; read only between barriers.
  private final class Slot {
    var rows: UnsafeMutableRawPointer?
    var result: Result<Evaluation, any Error>?
  }
  private let slots = [Slot(), Slot()]
  private let barrier = Barrier(parties: 2)

  init(_ structure: Structure, _ potential: Potential, split: Int) {
    self.structure = structure
    var random = SeededGenerator(seed: 15)
    let order = (0..<structure.count).shuffled(using: &random)
    let parts = [Array(order.prefix(split)), Array(order.dropFirst(split))]
    domains = parts.map { GhostGraph(structure, potential, atoms: $0) }
    places = Array(repeating: (0, 0), count: structure.count)
    for (d, atoms) in parts.enumerated() {
      for (index, atom) in atoms.enumerated() { places[atom] = (d, index) }
    }
  }

  /// One thread per domain; what ghosts got is added to their owners.
  func evaluate(_ potential: Potential) throws -> Evaluation {
    let threads = domains.indices.map { d in
      Thread { [self] in
        slots[d].result = Result {
          try Calculator(potential).evaluate(
            domains[d].graph, [.forces, .virial, .atomicVirials, .heatFluxVirials], exchange: exchange(d))
        }
        barrier.wait()
      }
    }
    for thread in threads { thread.start() }
    for thread in threads { while !thread.isFinished { usleep(100) } }
    return merged(try slots.map { try #require($0.result).get() })
  }

  private func merged(_ parts: [Evaluation]) -> Evaluation {
    let n = structure.count
    var sum = parts[0]
    sum.energy = 0
    sum.atomicEnergies = Array(repeating: 0, count: n)
    sum.forces = Array(repeating: .zero, count: n)
    sum.virial = Array(repeating: 0, count: 9)
    sum.atomicVirials = Array(repeating: 0, count: 9 * n)
    sum.heatFluxVirials = sum.atomicVirials
    for (domain, part) in zip(domains, parts) {
      sum.energy += part.energy
      for k in 0..<9 { sum.virial[k] += part.virial[k] }
      for i in 0..<domain.localCount { sum.atomicEnergies[domain.owners[i]] = part.atomicEnergies[i] }
      for (node, atom) in domain.owners.enumerated() {
        sum.forces[atom] += part.forces[node]
        for k in 0..<9 {
          sum.atomicVirials[9 * atom + k] += part.atomicVirials[9 * node + k]
          sum.heatFluxVirials[9 * atom + k] += part.heatFluxVirials[9 * node + k]
        }
      }
    }
    return sum
  }

  private func exchange(_ d: Int) -> Exchange {
    Exchange(
      forward: { [self] (mine, width, size) throws(MACEError) in
        try publish(mine, d) {
          let bytes = width * size
          for g in domains[d].ghosts {
            let (owner, index) = places[domains[d].owners[g]]
            guard let source = slots[owner].rows else { continue }
            (mine + g * bytes).copyMemory(from: source + index * bytes, byteCount: bytes)
          }
        }
      },
      reverse: { [self] (mine, width, size) throws(MACEError) in
        try publish(mine, d) {
          for (other, domain) in domains.enumerated() {
            guard let source = slots[other].rows else { continue }
            for g in domain.ghosts {
              let (owner, index) = places[domain.owners[g]]
              if owner == d { addRow(mine, from: g, of: source, to: index, width: width, elementSize: size) }
            }
          }
        }
      })
  }

  /// Both domains are here, both copy, both go on.
  private func publish(_ mine: UnsafeMutableRawPointer, _ d: Int, _ copy: () -> Void) throws(MACEError) {
    slots[d].rows = mine
    guard barrier.wait() else { throw MACEError(.cancelled, "the other domain did not come") }
    copy()
    guard barrier.wait() else { throw MACEError(.cancelled, "the other domain did not come") }
  }
}

/// All parties wait for each other.
private final class Barrier: @unchecked Sendable {
  private let condition = NSCondition()
  private let parties: Int
  private var waiting = 0, generation = 0

  init(parties: Int) { self.parties = parties }

  /// False when another did not come within 20 s.
  @discardableResult func wait() -> Bool {
    condition.lock()
    defer { condition.unlock() }
    let mine = generation
    waiting += 1
    if waiting == parties {
      waiting = 0
      generation += 1
      condition.broadcast()
      return true
    }
    let deadline = Date(timeIntervalSinceNow: 20)
    while mine == generation {
      if !condition.wait(until: deadline) { return mine != generation }
    }
    return true
  }
}
