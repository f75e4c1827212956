import Atomistics
import Checkpoint
import Diagnostics
import KernelInterface
import Kernels

/// Energies, forces and virials of batches of structures, and the gradient of a loss in them with respect to the
/// parameters of the model.
///
/// The gradient takes one evaluation in dual numbers (see `GradientDirection`): exact, and nothing is kept per
/// edge. Results repeat bit for bit for the same number of threads; other numbers change round-off.
public final class BatchCalculator {
  private enum Engine {
    case float64(Parts<Double>)
    case float32(Parts<Float>)
  }

  /// The compiled model of one precision and, per head, the evaluators that were needed so far.
  private final class Parts<Weight: PlainScalar> {
    var compiled: CompiledModel<Weight>
    let threads: Int
    let radial: RadialEvaluation
    var plain: [Int: Evaluator<Weight>] = [:]
    var dual: [Int: Evaluator<Dual<Weight>>] = [:]

    init(
      _ model: MACEModel, threads: Int, _ radial: RadialEvaluation, _ set: InstructionSet
    ) throws(MACEError) {
      compiled = try CompiledModel(model, set)
      self.threads = threads
      self.radial = radial
    }

    func update(_ model: MACEModel) throws(MACEError) {
      compiled = try CompiledModel(model, compiled.instructionSet, like: compiled)
      for (head, evaluator) in plain { try evaluator.update(compiled, head: head) }
      for (head, evaluator) in dual { try evaluator.update(compiled, head: head) }
    }

    func evaluate(_ graph: EdgeGraph, _ head: Int, _ properties: Properties) throws(MACEError) -> Evaluation {
      if plain[head] == nil {
        plain[head] = try Evaluator(compiled, head: head, threads: threads, radial: radial)
      }
      guard let evaluator = plain[head] else { preconditionFailure() }
      try evaluator.run(graph, properties, exchange: nil)
      return evaluator.collect(properties)
    }

    func addGradient(
      _ graph: EdgeGraph, _ direction: GradientDirection, _ head: Int, to sums: inout [String: [Double]]
    ) throws(MACEError) {
      if dual[head] == nil {
        dual[head] = try Evaluator(compiled, head: head, threads: threads, radial: radial)
      }
      guard let evaluator = dual[head] else { preconditionFailure() }
      evaluator.learnsFrequencies = sums[RadialBasis.frequencyName] != nil
      try evaluator.runGradient(graph, direction)
      guard let gradient = evaluator.scratch[0].gradient else { return }
      compiled.pull(
        gradient, evaluator.species, evaluator.radialTables, evaluator.readouts, to: &sums)
    }
  }

  private let cutoff: Double
  private let atomicNumbers: [Int]
  private let engine: Engine
  /// The last batch of each head, and the graph of each of its atoms.
  private var batches: [Int: (graph: EdgeGraph, graphs: [Int32])] = [:]

  /// - Parameter threads: 1 or more; the atoms of a batch are shared out.
  /// - Throws: as `Potential.init`.
  public init(
    _ model: MACEModel, precision: Precision = .float64, threads: Int = 1,
    radial: RadialEvaluation = .automatic, instructionSet: InstructionSet = .preferred
  ) throws(MACEError) {
    precondition(threads >= 1)
    try EnvironmentVariables.check()
    try model.validate()
    cutoff = model.configuration.cutoff
    atomicNumbers = model.configuration.atomicNumbers
    switch precision {
    case .float64: engine = .float64(try Parts(model, threads: threads, radial, instructionSet))
    case .float32: engine = .float32(try Parts(model, threads: threads, radial, instructionSet))
    }
  }

  /// Goes on with other parameters of the same architecture. Heads that were evaluated before keep their E0, scale and
  /// shift.
  public func update(_ model: MACEModel) throws(MACEError) {
    switch engine {
    case .float64(let parts): try parts.update(model)
    case .float32(let parts): try parts.update(model)
    }
  }

  /// Energies and forces of all structures with one head, and virials if asked for.
  /// - Parameter head: index into the model's heads.
  /// - Throws: `.unknownElement` and `.geometry`, as `Calculator.evaluate`.
  public func evaluate(
    _ structures: [Structure], head: Int = 0, virials: Bool
  ) throws(MACEError) -> BatchPrediction {
    let batch = try join(structures)
    batches[head] = batch
    let properties: Properties = virials ? [.forces, .atomicVirials] : [.forces]
    let all =
      switch engine {
      case .float64(let parts): try parts.evaluate(batch.graph, head, properties)
      case .float32(let parts): try parts.evaluate(batch.graph, head, properties)
      }
    var result = BatchPrediction(
      energies: Array(repeating: 0, count: structures.count), forces: all.forces,
      virials: Array(repeating: 0, count: virials ? 9 * structures.count : 0))
    for (i, g) in batch.graphs.enumerated() {
      result.energies[Int(g)] += all.atomicEnergies[i]
      guard virials else { continue }
      for k in 0..<9 {
        // as mace-torch, of a symmetric strain
        let transposed = 3 * (k % 3) + k / 3
        result.virials[9 * Int(g) + k] +=
          0.5 * (all.atomicVirials[9 * i + k] + all.atomicVirials[9 * i + transposed])
      }
    }
    return result
  }

  /// Adds dL/dθ of the head's last batch to the tensors of `sums`, by mace-torch's names; a parameter that is not
  /// there is left out.
  public func addGradient(
    _ adjoint: BatchAdjoint, head: Int = 0, to sums: inout [String: [Double]]
  ) throws(MACEError) {
    guard let batch = batches[head] else { preconditionFailure("addGradient without evaluate") }
    let strains = adjoint.energies.indices.map { g -> [SIMD3<Double>] in
      guard !adjoint.virials.isEmpty else { return [SIMD3(), SIMD3(), SIMD3()] }
      let w = adjoint.virials[9 * g..<9 * g + 9].map { $0 }
      return (0..<3).map { a in
        let row = SIMD3(w[3 * a], w[3 * a + 1], w[3 * a + 2]), column = SIMD3(w[a], w[3 + a], w[6 + a])
        return 0.5 * (row + column)
      }
    }
    let direction = GradientDirection(
      graphs: batch.graphs, energies: adjoint.energies, displacements: adjoint.forces, strains: strains)
    switch engine {
    case .float64(let parts): try parts.addGradient(batch.graph, direction, head, to: &sums)
    case .float32(let parts): try parts.addGradient(batch.graph, direction, head, to: &sums)
    }
  }

  /// The disjoint union of the structures' graphs.
  private func join(_ structures: [Structure]) throws(MACEError) -> (graph: EdgeGraph, graphs: [Int32]) {
    var indices: [Int: Int32] = [:]
    for (s, z) in atomicNumbers.enumerated() { indices[z] = Int32(s) }
    var graph = EdgeGraph(
      localCount: 0, species: [], positions: [], offsets: [0], neighbors: [], shiftIndices: [], shifts: [])
    var graphs: [Int32] = []
    for (g, structure) in structures.enumerated() {
      let first = Int32(graph.species.count), firstShift = Int32(graph.shifts.count)
      for z in structure.atomicNumbers {
        guard let s = indices[z] else {
          throw MACEError(
            .unknownElement,
            "structure \(g) (counted from 0) of the batch has \(Atomistics.Element.name(of: z)), which the model "
              + "does not know")
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
    return (graph, graphs)
  }
}
