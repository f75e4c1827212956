import Atomistics
import Checkpoint
import Diagnostics
import KernelInterface
import Kernels

/// Energies, forces and virials of batches of structures with one head, and the gradient of a loss in them with
/// respect to the parameters of the model.
///
/// The gradient takes one evaluation in dual numbers (see `GradientDirection`): exact, and nothing is kept per
/// edge. Results repeat bit for bit for the same number of threads.
public final class BatchCalculator {
  private enum Engine {
    case float64(Pair<Double>)
    case float32(Pair<Float>)
  }

  /// The evaluators of one precision: values, and duals made when first needed.
  private final class Pair<Weight: PlainScalar> {
    var compiled: CompiledModel<Weight>
    let plain: Evaluator<Weight>
    var dual: Evaluator<Dual<Weight>>?

    init(_ model: MACEModel, head: Int, threads: Int, _ set: InstructionSet) throws(MACEError) {
      compiled = try CompiledModel(model, set)
      plain = try Evaluator(compiled, head: head, threads: threads)
    }

    func update(_ model: MACEModel, head: Int) throws(MACEError) {
      compiled = try CompiledModel(model, compiled.instructionSet, like: compiled)
      try plain.update(compiled, head: head)
      try dual?.update(compiled, head: head)
    }

    func gradient(
      _ graph: EdgeGraph, _ direction: GradientDirection, head: Int, to sums: inout [String: [Double]]
    ) throws(MACEError) {
      let dual =
        if let dual { dual } else {
          try Evaluator<Dual<Weight>>(compiled, head: head, threads: plain.threads)
        }
      self.dual = dual
      try dual.runGradient(graph, direction)
      guard let gradient = dual.scratch[0].gradient else { return }
      compiled.pull(gradient, dual.species, dual.readouts, to: &sums)
    }
  }

  public let cutoff: Double
  public let head: Int
  private let atomicNumbers: [Int]
  private let engine: Engine
  /// The batch of the last `evaluate`.
  private var graph: EdgeGraph?
  private var graphs: [Int32] = []

  /// - Parameters:
  ///   - head: index into the model's heads.
  ///   - threads: 1 or more; atoms of a batch are shared out.
  /// - Throws: `.format` or `.unsupported` when the parameters do not fit the architecture.
  public init(
    _ model: MACEModel, head: Int, precision: Precision = .float64, threads: Int = 1,
    instructionSet: InstructionSet = .preferred
  ) throws(MACEError) {
    try model.validate()
    precondition(model.configuration.heads.indices.contains(head))
    cutoff = model.configuration.cutoff
    atomicNumbers = model.configuration.atomicNumbers
    self.head = head
    switch precision {
    case .float64: engine = .float64(try Pair(model, head: head, threads: threads, instructionSet))
    case .float32: engine = .float32(try Pair(model, head: head, threads: threads, instructionSet))
    }
  }

  /// Goes on with other parameters of the same architecture. E0, scale and shift are those of the first model.
  public func update(_ model: MACEModel) throws(MACEError) {
    switch engine {
    case .float64(let pair): try pair.update(model, head: head)
    case .float32(let pair): try pair.update(model, head: head)
    }
  }

  /// Energies and forces of all structures, and virials if asked for.
  /// - Throws: `.unknownElement` and `.geometry`, as `Calculator.evaluate`, naming the structure by its index.
  public func evaluate(_ structures: [Structure], virials: Bool) throws(MACEError) -> BatchEvaluation {
    let union = try join(structures)
    graph = union
    let properties: Properties = virials ? [.forces, .atomicVirials] : [.forces]
    let all: Evaluation
    switch engine {
    case .float64(let pair): all = try run(pair.plain, union, properties)
    case .float32(let pair): all = try run(pair.plain, union, properties)
    }
    var result = BatchEvaluation()
    result.forces = all.forces
    result.energies = Array(repeating: 0, count: structures.count)
    if virials { result.virials = Array(repeating: Array(repeating: 0, count: 9), count: structures.count) }
    for (i, g) in graphs.enumerated() {
      result.energies[Int(g)] += all.atomicEnergies[i]
      guard virials else { continue }
      for a in 0..<3 {
        for b in 0..<3 {
          result.virials[Int(g)][3 * a + b] +=
            0.5 * (all.atomicVirials[9 * i + 3 * a + b] + all.atomicVirials[9 * i + 3 * b + a])
        }
      }
    }
    return result
  }

  /// Adds dL/dθ of the last batch to the tensors of `sums`, by mace-torch's names; a parameter that is not there
  /// is left out.
  public func addGradient(_ adjoint: BatchAdjoint, to sums: inout [String: [Double]]) throws(MACEError) {
    guard let graph else { preconditionFailure("addGradient without evaluate") }
    let count = adjoint.energies.count
    let strains = adjoint.virials.map { w in
      (0..<3).map { a in
        let row = SIMD3(w[3 * a], w[3 * a + 1], w[3 * a + 2]), column = SIMD3(w[a], w[3 + a], w[6 + a])
        return 0.5 * (row + column)
      }
    }
    let none = [[SIMD3<Double>]](repeating: [SIMD3(), SIMD3(), SIMD3()], count: count)
    let direction = GradientDirection(
      graphs: graphs, energies: adjoint.energies, displacements: adjoint.forces,
      strains: strains.isEmpty ? none : strains)
    switch engine {
    case .float64(let pair): try pair.gradient(graph, direction, head: head, to: &sums)
    case .float32(let pair): try pair.gradient(graph, direction, head: head, to: &sums)
    }
  }

  private func run<E: FeatureScalar>(
    _ evaluator: Evaluator<E>, _ graph: EdgeGraph, _ properties: Properties
  ) throws(MACEError) -> Evaluation {
    try evaluator.run(graph, properties, exchange: nil)
    return evaluator.collect(properties)
  }

  /// The disjoint union of the structures' graphs.
  private func join(_ structures: [Structure]) throws(MACEError) -> EdgeGraph {
    var indices: [Int: Int32] = [:]
    for (s, z) in atomicNumbers.enumerated() { indices[z] = Int32(s) }
    var graph = EdgeGraph(
      localCount: 0, species: [], positions: [], offsets: [0], neighbors: [], shiftIndices: [], shifts: [])
    graphs = []
    for (g, structure) in structures.enumerated() {
      let first = Int32(graph.species.count), firstShift = Int32(graph.shifts.count)
      for z in structure.atomicNumbers {
        guard let s = indices[z] else {
          throw MACEError(
            .unknownElement,
            "structure \(g) (counted from 0) has \(Element.symbol(of: z) ?? "Z = \(z)"), which the model lacks"
          )
        }
        graph.species.append(s)
        graphs.append(Int32(g))
      }
      let list = try NeighborList(structure, cutoff: cutoff, skin: 0)
      let firstEdge = graph.neighbors.count
      graph.positions += structure.positions
      graph.offsets += list.offsets.dropFirst().map { $0 + firstEdge }
      graph.neighbors += list.neighbors.map { $0 + first }
      graph.shiftIndices += list.shiftIndices.map { $0 + firstShift }
      graph.shifts += list.shiftVectors(cell: structure.cell)
    }
    graph.localCount = graph.species.count
    return graph
  }
}
