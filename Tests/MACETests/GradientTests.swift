import Atomistics
import Checkpoint
import Diagnostics
import Kernels
import MACE
import TestSupport
import Testing

/// The gradient of a loss with respect to the parameters, against finite differences: L is linear in energies,
/// forces and virials of a batch, with random coefficients.
struct GradientTests {
  static let structures = [
    Fixtures.structure("molecule_isolated"), Structures.triclinic, Fixtures.structure("single_atom_O"),
  ]

  @Test(arguments: Fixtures.modelNames)
  func everyParameter(_ name: String) throws {
    let model = try Fixtures.modelWithTrainableBasis(name)
    for head in model.configuration.heads.indices {
      // Chebyshev polynomials of distances in Å grow beyond all bounds: short steps, fewer digits
      let isSteep = name == "tiny_chebyshev_nodt"
      let problem = try LinearLoss(model, Self.structures, head: head, seed: 7)
      let gradient = try problem.gradient()
      var random = SeededGenerator(seed: 3)
      for (tensor, g) in gradient.sorted(by: { $0.key < $1.key }) {
        let direction = random.values(g.count) as [Double]
        let slope = try problem.slope(tensor, direction, step: isSteep ? 1e-7 : 1e-3)
        let expected = zip(g, direction).reduce(0) { $0 + $1.0 * $1.1 }
        let size = zip(g, direction).reduce(0) { $0 + abs($1.0 * $1.1) }
        #expect(
          abs(slope - expected) <= (isSteep ? 1e-3 : 1e-6) * max(size, 1e-2),
          "\(name) \(tensor): \(expected), by differences \(slope)")
      }
      // tensors without influence on this head or these elements aside, there is something to compare
      #expect(gradient.values.filter { $0.contains { $0 != 0 } }.count >= gradient.count / 2)
    }
  }

  /// Threads and instruction sets change round-off only.
  @Test(arguments: ["tiny_L1", "tiny_nonlinear", "tiny_att", "tiny_density"])
  func threadsAndKernels(_ name: String) throws {
    let model = try Fixtures.model(name)
    let reference = try LinearLoss(model, Self.structures, head: 0, seed: 7).gradient()
    let size = reference.values.map { largest($0) }.max() ?? 0
    for threads in [1, 2, 3, 5] {
      for set in InstructionSet.available {
        let other = try LinearLoss(
          model, Self.structures, head: 0, seed: 7, threads: threads, instructionSet: set
        ).gradient()
        for (tensor, g) in reference {
          let theirs = try #require(other[tensor])
          #expect(largestDifference(g, theirs) <= 1e-12 * size, "\(name) \(tensor)")
        }
      }
      let again = try LinearLoss(model, Self.structures, head: 0, seed: 7, threads: threads)
      #expect(try again.gradient() == again.gradient())
    }
  }

  @Test(arguments: ["tiny_L1", "tiny_nonlinear", "tiny_zbl"])
  func singlePrecision(_ name: String) throws {
    let model = try Fixtures.model(name)
    let reference = try LinearLoss(model, Self.structures, head: 0, seed: 7).gradient()
    let single = try LinearLoss(model, Self.structures, head: 0, seed: 7, precision: .float32).gradient()
    let size = reference.values.map { largest($0) }.max() ?? 0
    for (tensor, g) in reference {
      let theirs = try #require(single[tensor])
      #expect(largestDifference(g, theirs) <= 2e-5 * size, "\(name) \(tensor)")
    }
  }

  /// Graphs of a batch do not see each other, and a step of the parameters shows at once.
  @Test func batchesAndUpdates() throws {
    let model = try Fixtures.model("tiny_multihead2")
    let calculator = try BatchCalculator(model)
    let together = try calculator.evaluate(Self.structures, head: 1, virials: true)
    // small batches are evaluated without tables
    let potential = try Potential(model, radial: .exact)
    let single = try Calculator(potential, head: model.configuration.heads[1])
    var first = 0
    for (g, structure) in Self.structures.enumerated() {
      let e = try single.evaluate(structure)
      #expect(abs(e.energy - together.energies[g]) <= 1e-12 * max(1, abs(e.energy)))
      let virial = Array(together.virials[9 * g..<9 * g + 9])
      #expect(largestDifference(e.virial, virial) <= 1e-11 * max(1, largest(e.virial)))
      for i in 0..<structure.count {
        let difference = e.forces[i] - together.forces[first + i]
        #expect(max(difference.max(), -difference.min()) <= 1e-12 * max(1, largest(e.forces)))
      }
      first += structure.count
    }
    var other = model
    other.tensors["products.0.linear.weight"]?.values = try #require(
      model.tensors["products.0.linear.weight"]
    ).values.map { $0 * 1.1 }
    try calculator.update(other)
    let updated = try calculator.evaluate(Self.structures, head: 1, virials: false).energies
    #expect(try updated == BatchCalculator(other).evaluate(Self.structures, head: 1, virials: false).energies)
    #expect(updated != together.energies)
  }

  @Test func unknownElement() throws {
    let calculator = try BatchCalculator(Fixtures.model("tiny_L1"))
    let gold = Structure(atomicNumbers: [79], positions: [.zero])
    #expect(throws: MACEError.self) { try calculator.evaluate([gold], virials: false) }
  }
}

/// L = Σ_g a_g E_g + Σ_i v_i · F_i + Σ_g ω_g : W_g
private struct LinearLoss {
  let model: MACEModel
  let structures: [Structure]
  let head: Int
  let adjoint: BatchAdjoint
  let calculator: BatchCalculator

  init(
    _ model: MACEModel, _ structures: [Structure], head: Int, seed: UInt64, precision: Precision = .float64,
    threads: Int = 1, instructionSet: InstructionSet = .preferred
  ) throws {
    self.model = model
    self.structures = structures
    var random = SeededGenerator(seed: seed)
    adjoint = BatchAdjoint(
      energies: random.values(structures.count),
      forces: (0..<structures.reduce(0) { $0 + $1.count }).map { _ in random.vector() },
      virials: random.values(9 * structures.count))
    self.head = head
    calculator = try BatchCalculator(
      model, precision: precision, threads: threads, instructionSet: instructionSet)
  }

  func gradient() throws -> [String: [Double]] {
    var sums = model.tensors.filter(\.value.isParameter).mapValues {
      [Double](repeating: 0, count: $0.count)
    }
    _ = try calculator.evaluate(structures, head: head, virials: true)
    try calculator.addGradient(adjoint, head: head, to: &sums)
    return sums
  }

  private func value(_ model: MACEModel) throws -> Double {
    try calculator.update(model)
    let e = try calculator.evaluate(structures, head: head, virials: true)
    var sum = zip(adjoint.energies, e.energies).reduce(0) { $0 + $1.0 * $1.1 }
    for (v, f) in zip(adjoint.forces, e.forces) { sum += (v * f).sum() }
    for (a, w) in zip(adjoint.virials, e.virials) { sum += a * w }
    return sum
  }

  /// dL along a direction of one tensor, by a fourth-order difference.
  func slope(_ tensor: String, _ direction: [Double], step h: Double) throws -> Double {
    func at(_ step: Double) throws -> Double {
      var moved = model
      let values = try #require(model.tensors[tensor]).values
      moved.tensors[tensor]?.values = zip(values, direction).map { $0 + step * $1 }
      return try value(moved)
    }
    return try (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
  }
}
