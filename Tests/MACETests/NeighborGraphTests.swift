import Atomistics
import Diagnostics
import MACE
import TestSupport
import Testing

/// A host's neighbour list with ghosts gives what the structure gives.
struct NeighborGraphTests {
  static let models = [
    "tiny_int1", "tiny_L1", "tiny_L2", "tiny_int3", "tiny_att", "tiny_nonlinear", "tiny_density", "tiny_zbl",
    "tiny_nocutoff", "tiny_so3",
  ]
  static let structureNames = ["triclinic", "slab_tft_15", "molecule_isolated"]

  @Test(arguments: models, Precision.allCases)
  func ghostImages(_ model: String, _ precision: Precision) throws {
    let potential = try Fixtures.potential(model, precision)
    for name in Self.structureNames {
      let structure = SymmetryTests.structure(name)
      for threads in [1, 3] {
        let expected = try evaluate(potential, structure, threads: threads)
        let ghosts = GhostGraph(structure, potential)
        #expect(ghosts.ghosts.isEmpty == !structure.pbc.isAny)
        let e = try Calculator(potential, threads: threads).evaluate(
          ghosts.graph, [.forces, .virial, .atomicVirials, .heatFluxVirials], exchange: ghosts.exchange)
        #expect(e.forces.count == ghosts.owners.count && e.atomicEnergies.count == structure.count)
        #expect(e.stress == nil)
        let double = precision == .float64
        expectEqual(
          ghosts.folded(e), expected,
          energyPerAtom: double ? Tolerances.ghostEnergyPerAtom : Tolerances.float32EnergyPerAtom,
          force: double ? Tolerances.ghostForce : Tolerances.float32GhostForce,
          "\(model) \(precision) \(name), \(threads) threads")
      }
    }
  }

  /// Pairs beyond the cutoff, as a host's list with a skin has them, change nothing.
  @Test func longerLists() throws {
    let potential = try Fixtures.potential("tiny_L1")
    let structure = Fixtures.structure("molecule_isolated")
    let ghosts = GhostGraph(structure, potential)
    var full = ghosts.graph
    let n = structure.count
    full.neighbors = (0..<n).flatMap { i in (0..<n).filter { $0 != i }.map(Int32.init) }
    full.offsets = (0...n).map { $0 * (n - 1) }
    let calculator = try Calculator(potential)
    expectIdentical(try calculator.evaluate(full), try calculator.evaluate(ghosts.graph))
  }

  /// Local atoms without neighbours, ghosts that nobody sees, and no local atoms at all.
  @Test func emptyDomains() throws {
    let potential = try Fixtures.potential("tiny_L1")
    let calculator = try Calculator(potential)
    let unseen = NeighborGraph(
      localCount: 1, species: [1, 2, 0], positions: [.zero, SIMD3(30, 0, 0), SIMD3(40, 0, 0)],
      offsets: [0, 0],
      neighbors: [])
    let nothing: Exchange.Rows = { _, _, _ in }
    let exchange = Exchange(forward: nothing, reverse: nothing)
    let e = try calculator.evaluate(unseen, exchange: exchange)
    let alone = try evaluate(
      potential, Structure(atomicNumbers: [potential.atomicNumbers[1]], positions: [.zero]), [.forces])
    #expect(e.energy == alone.energy)
    #expect(e.forces == [.zero, .zero, .zero])
    let empty = NeighborGraph(
      localCount: 0, species: [1, 2], positions: [.zero, SIMD3(1, 0, 0)], offsets: [0], neighbors: [])
    let none = try calculator.evaluate(
      empty, [.forces, .virial, .atomicVirials, .heatFluxVirials, .descriptors], exchange: exchange)
    #expect(none.energy == 0 && none.atomicEnergies.isEmpty && none.descriptors.isEmpty)
    #expect(none.forces == [.zero, .zero])
    #expect(none.virial == [Double](repeating: 0, count: 9))
    let nodeless = NeighborGraph(localCount: 0, species: [], positions: [], offsets: [0], neighbors: [])
    #expect(try calculator.evaluate(nodeless).energy == 0)
  }

  /// The number of exchanges, their widths and sizes.
  @Test(arguments: ["tiny_int1", "tiny_L1", "tiny_int3"], Precision.allCases)
  func exchangeCalls(_ model: String, _ precision: Precision) throws {
    final class Calls { var forward = 0, reverse = 0, sizes: Set<Int> = [] }
    let potential = try Fixtures.potential(model, precision)
    let ghosts = GhostGraph(Structures.triclinic, potential)
    let calls = Calls()
    let exchange = Exchange(
      forward: { (rows, width, size) throws(MACEError) in
        calls.forward += 1
        calls.sizes.insert(size)
        try ghosts.exchange.forward(rows, width, size)
      },
      reverse: { (rows, width, size) throws(MACEError) in
        calls.reverse += 1
        calls.sizes.insert(size)
        try ghosts.exchange.reverse(rows, width, size)
      })
    let calculator = try Calculator(potential)
    _ = try calculator.evaluate(ghosts.graph, .forces, exchange: exchange)
    #expect(calls.forward == potential.layerCount - 1)
    #expect(calls.reverse == potential.layerCount - 1)
    #expect(calls.sizes == (potential.layerCount == 1 ? [] : [precision == .float64 ? 8 : 4]))
    _ = try calculator.evaluate(ghosts.graph, [], exchange: exchange)
    #expect(calls.reverse == potential.layerCount - 1, "energies alone need no reverse exchange")
    _ = try calculator.evaluate(ghosts.graph, [.forces, .heatFluxVirials], exchange: exchange)
    #expect(calls.reverse == 5 * (potential.layerCount - 1), "λ and its three moments")
  }

  @Test(arguments: [false, true])
  func cancelledExchange(_ inReverse: Bool) throws {
    let potential = try Fixtures.potential("tiny_int3")
    let calculator = try Calculator(potential, threads: 2)
    let ghosts = GhostGraph(Structures.triclinic, potential)
    let before = try calculator.evaluate(ghosts.graph, exchange: ghosts.exchange)
    let stop: Exchange.Rows = { (_, _, _) throws(MACEError) in throw MACEError(.cancelled, "stop") }
    let exchange = Exchange(
      forward: inReverse ? ghosts.exchange.forward : stop, reverse: inReverse ? stop : ghosts.exchange.reverse
    )
    #expect(throws: MACEError(.cancelled, "stop")) {
      try calculator.evaluate(ghosts.graph, exchange: exchange)
    }
    expectIdentical(try calculator.evaluate(ghosts.graph, exchange: ghosts.exchange), before)
  }

  @Test func missingExchange() throws {
    let potential = try Fixtures.potential("tiny_L1")
    let ghosts = GhostGraph(Structures.triclinic, potential)
    expectError(.invalidArgument, "exchange") { try Calculator(potential).evaluate(ghosts.graph) }
    // one layer needs none
    let shallow = try Fixtures.potential("tiny_int1")
    let graph = GhostGraph(Structures.triclinic, shallow).graph
    #expect(try Calculator(shallow).evaluate(graph).energy.isFinite)
  }

  static let good = NeighborGraph(
    localCount: 2, species: [0, 1], positions: [.zero, SIMD3(1, 0, 0)], offsets: [0, 1, 2], neighbors: [1, 0])

  static let damages: [(name: String, text: String, damage: @Sendable (inout NeighborGraph) -> Void)] = [
    ("negative local count", "local", { $0.localCount = -1 }),
    ("too many local atoms", "local", { $0.localCount = 3 }),
    ("positions missing", "positions", { $0.positions.removeLast() }),
    ("offsets too short", "offsets", { $0.offsets.removeLast() }),
    ("no offsets", "offsets", { $0.offsets = [] }),
    ("offsets do not start at 0", "offsets", { $0.offsets[0] = 1 }),
    ("offsets end elsewhere", "offsets", { $0.offsets[2] = 1 }),
    ("offsets decrease", "atom 1", { $0.offsets = [0, 3, 2] }),
    ("offsets overflow", "atom", { $0.offsets = [0, Int.max, 2] }),
    ("negative offset", "atom", { $0.offsets = [0, -5, 2] }),
    ("unknown species", "node 1 has species 99", { $0.species[1] = 99 }),
    ("negative species", "node 0 has species -1", { $0.species[0] = -1 }),
    ("neighbour out of range", "entry 0", { $0.neighbors[0] = 2 }),
    ("negative neighbour", "entry 1", { $0.neighbors[1] = -1 }),
    ("not a number", "node 1", { $0.positions[1].y = .nan }),
    ("infinite", "node 0", { $0.positions[0].z = .infinity }),
    ("coincident", "are at the same point", { $0.positions[1] = $0.positions[0] }),
    ("own neighbour", "atom 0", { $0.neighbors[0] = 0 }),
  ]

  @Test(arguments: 0..<damages.count)
  func damagedGraphs(_ index: Int) throws {
    let (name, text, damage) = Self.damages[index]
    let calculator = try Calculator(try Fixtures.potential("tiny_L1"))
    let before = try calculator.evaluate(Self.good)
    var graph = Self.good
    damage(&graph)
    let geometric = ["not a number", "infinite", "coincident"].contains(name)
    expectError(geometric ? .geometry : .invalidArgument, text) { try calculator.evaluate(graph) }
    expectIdentical(try calculator.evaluate(Self.good), before)
  }
}
