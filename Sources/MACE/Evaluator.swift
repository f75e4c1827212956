import Checkpoint
import Diagnostics
import Dispatch
import Equivariance
import KernelInterface

/// One evaluation at a time of a compiled model: the per-atom arrays of the layers, and the threads.
///
/// What is kept per atom: sender features S, the product's input A, the output h and its adjoint, for each
/// layer. Edges are recomputed, tile by tile, wherever they are needed.
final class Evaluator<Element: FeatureScalar> {
  typealias Weight = Element.Weight
  typealias Wide = Element.Wide

  private(set) var model: CompiledModel<Weight>
  let kernels: KernelTable<Element>
  private(set) var readouts: [ReadoutHead]
  /// [element], eV.
  let isolatedEnergies: [Double]
  let scale: Double
  let shift: Double
  let threads: Int
  let scratch: [ThreadScratch<Element>]

  /// Per layer: S [node][senderWidth] (of the first layer: [element][senderWidth]), A [local][target],
  /// gate input [local][gated], ρ [local], h [local][output]; per pass back and layer, ∂e/∂h [local][output].
  let senders: [Buffer<Element>]
  let targets: [Buffer<Element>]
  let gates: [Buffer<Element>]
  let densities: [Buffer<Wide>]
  let outputs: [Buffer<Element>]
  let outputAdjoints: [[Buffer<Element>]]
  /// M [local][message], kept for the gradient of the parameters only.
  let messages: [Buffer<Element>]
  /// e_i without scale, shift and E0.
  let nodeEnergies = Buffer<Double>()

  var graph = EdgeGraph(
    localCount: 0, species: [], positions: [], offsets: [0], neighbors: [], shiftIndices: [], shifts: [])
  /// What the gradient of the parameters is taken along, and whether the Bessel frequencies are among them.
  var direction: GradientDirection?
  var learnsFrequencies = false
  var species: [SpeciesData<Weight>?] = []
  let radial: RadialEvaluation
  /// Of each layer, and their lookups at a stable address.
  private(set) var radialTables: [RadialTables<Weight>] = []
  let radialLookups: [Buffer<Int32>]
  /// The first layer by moments, where that pays, and the pairs of a receiver and a neighbouring species.
  var moments: MomentMaps<Weight>?
  var momentRows = 0
  /// Whether or not they pay.
  var prefersMoments = false
  /// Each thread's range of local atoms, in their order.
  private(set) var ranges: [Range<Int>] = []

  init(
    _ model: CompiledModel<Weight>, head: Int, threads: Int, radial: RadialEvaluation
  ) throws(MACEError) {
    self.model = model
    kernels = Element.kernels(model.instructionSet)
    self.threads = threads
    self.radial = radial
    let c = model.model.configuration
    let readouts = try Self.readouts(model.model, head: head)
    self.readouts = readouts
    let elements = c.atomicNumbers.count
    let table = try model.model.values("atomic_energies_fn.atomic_energies", count: elements * c.heads.count)
    isolatedEnergies = Array(table[(head * elements)..<((head + 1) * elements)])
    if c.modelClass == .scaleShiftMACE {
      scale = try model.model.values("scale_shift.scale", count: c.heads.count)[head]
      shift = try model.model.values("scale_shift.shift", count: c.heads.count)[head]
    } else {
      scale = 1
      shift = 0
    }
    scratch = (0..<threads).map { _ in ThreadScratch(model, readouts: readouts, usesTables: radial != .exact)
    }
    radialLookups = model.layers.map { _ in Buffer(elements * elements) }
    senders = model.layers.map { _ in Buffer() }
    targets = model.layers.map { _ in Buffer() }
    gates = model.layers.map { _ in Buffer() }
    messages = model.layers.map { _ in Buffer() }
    densities = model.layers.map { _ in Buffer() }
    outputs = model.layers.map { _ in Buffer() }
    outputAdjoints = (0..<Self.passCount).map { _ in model.layers.map { _ in Buffer() } }
  }

  /// Goes on with other parameters of the same architecture.
  func update(_ model: CompiledModel<Weight>, head: Int) throws(MACEError) {
    readouts = try Self.readouts(model.model, head: head)
    self.model = model
  }

  private static func readouts(_ model: MACEModel, head: Int) throws(MACEError) -> [ReadoutHead] {
    var readouts: [ReadoutHead] = []
    for k in model.configuration.readouts.indices {
      readouts.append(try ReadoutHead(model, readout: k, head: head))
    }
    return readouts
  }

  /// Energies of all local atoms and, if asked for, the gradient with respect to edge vectors gathered into
  /// forces and virials.
  func run(_ graph: EdgeGraph, _ properties: Properties, exchange: Exchange?) throws(MACEError) {
    self.graph = graph
    species = try model.data(for: graph.species)
    try prepareRadialTables()
    let wantsGradient = !properties.isDisjoint(
      with: [.forces, .virial, .atomicVirials, .heatFluxVirials])
    prepare(wantsGradient: wantsGradient, properties)
    for t in model.layers.indices {
      if t > 0, let exchange {
        try exchange.forward(senders[t].base, model.layers[t].senderWidth, MemoryLayout<Element>.stride)
      }
      onThreads { thread, atoms in
        self.forEachBlock(atoms) { self.forwardBlock(t, $0, thread) }
      }
      try checkCoincident()
    }
    guard wantsGradient else { return }
    for t in model.layers.indices.reversed() {
      let passes = passes(layer: t, properties)
      if t + 1 < model.layers.count {
        for pass in passes {
          let gradients = scratch.map { $0.senderGradients[pass][t + 1] }
          sum(gradients, width: model.layers[t + 1].senderWidth)
          if let exchange {
            try exchange.reverse(
              gradients[0].base, model.layers[t + 1].senderWidth, MemoryLayout<Element>.stride)
          }
        }
      }
      onThreads { thread, atoms in
        self.forEachBlock(atoms) { block in
          for pass in passes {
            thread.pass = pass
            self.backwardBlock(t, block, thread, properties)
          }
        }
      }
    }
    sumForces(properties)
  }

  var multiplyAdds: [Stage: Double] {
    model.multiplyAdds(
      atoms: graph.localCount, edges: graph.neighbors.count, species: Int(graph.species.first ?? 0),
      radial: radial, moments: moments, momentRows: momentRows)
  }

  var workspaceBytes: (fixed: Int, perAtoms: Int) {
    var fixed = 0
    var perAtoms = nodeEnergies.bytes
    for s in scratch {
      fixed += s.bytes.fixed
      perAtoms += s.bytes.perAtoms
    }
    for list in [Array(senders.dropFirst()), targets, gates, outputs] + outputAdjoints {
      perAtoms += list.reduce(0) { $0 + $1.bytes }
    }
    perAtoms += densities.reduce(0) { $0 + $1.bytes }
    return (fixed, perAtoms)
  }

  // MARK: Buffers

  private func prepareRadialTables() throws(MACEError) {
    var isPresent = [Bool](repeating: false, count: species.count)
    for z in graph.species { isPresent[Int(z)] = true }
    let present = species.indices.filter { isPresent[$0] }
    let usesTables =
      switch radial {
      case .exact: false
      case .tabulated: true
      case .automatic: graph.neighbors.count > model.tableSamples(for: present)
      }
    radialTables = usesTables ? model.radialTables(for: present) : model.noTables
    for (buffer, tables) in zip(radialLookups, radialTables) {
      buffer.base.update(from: tables.lookup, count: tables.lookup.count)
    }
    if direction != nil { for s in scratch { s.gradient?.clear(for: radialTables) } }
    try prepareMoments(for: present)
  }

  private func prepare(wantsGradient: Bool, _ properties: Properties) {
    let n = graph.localCount, nodes = graph.nodeCount
    for (t, layer) in model.layers.enumerated() {
      senders[t].reserve((t == 0 ? species.count : nodes) * layer.senderWidth)
      targets[t].reserve(n * layer.target.width)
      if let gated = layer.gated { gates[t].reserve(n * gated.width) }
      if layer.usesDensity { densities[t].reserve(n) }
      if direction != nil { messages[t].reserve(n * layer.message.width) }
      outputs[t].reserve(n * layer.output.width)
      for pass in passes(layer: t, properties) {
        outputAdjoints[pass][t].reserve(n * layer.output.width)
        outputAdjoints[pass][t].zero(n * layer.output.width)
      }
    }
    let width = model.layers[0].senderWidth
    for (z, data) in species.enumerated() {
      guard let row = data?.senderRow.base else { continue }
      for k in 0..<width { senders[0].base[z * width + k] = Element(weight: row[k]) }
    }
    nodeEnergies.reserve(n)
    nodeEnergies.zero(n)
    ranges = partition(n)
    for s in scratch {
      s.coincident = nil
      s.virial = Array(repeating: 0, count: 9)
      guard wantsGradient else { continue }
      if properties.contains(.atomicVirials) {
        s.atomicVirials.reserve(9 * nodes)
        s.atomicVirials.zero(9 * nodes)
      }
      for pass in passes(properties) {
        s.forces[pass].reserve(nodes)
        s.forces[pass].zero(nodes)
        for t in model.layers.indices where t > 0 || direction != nil {
          let count = (t == 0 ? species.count : nodes) * model.layers[t].senderWidth
          s.senderGradients[pass][t].reserve(count)
          s.senderGradients[pass][t].zero(count)
        }
      }
      if direction != nil {
        let count = species.count * model.layers[0].output.width
        s.selfConnections.reserve(count)
        s.selfConnections.zero(count)
      }
    }
  }

  /// Contiguous ranges of the order of atoms with about equal numbers of edges: fixed for a given graph and number of
  /// threads, so that results repeat bit for bit.
  private func partition(_ n: Int) -> [Range<Int>] {
    var work = [0]
    work.reserveCapacity(n + 1)
    for place in 0..<n {
      let i = graph.order.isEmpty ? place : Int(graph.order[place])
      work.append(work[place] + graph.offsets[i + 1] - graph.offsets[i] + 8)
    }
    var ranges: [Range<Int>] = []
    var first = 0
    for thread in 0..<threads {
      let goal = work[n] * (thread + 1) / threads
      var end = first
      while end < n && (thread == threads - 1 || work[end + 1] <= goal) { end += 1 }
      ranges.append(first..<end)
      first = end
    }
    return ranges
  }

  // MARK: Threads

  private func onThreads(_ body: @escaping (ThreadScratch<Element>, Range<Int>) -> Void) {
    if threads == 1 {
      scratch[0].startLaps()
      body(scratch[0], ranges[0])
      return
    }
    let job = Job(body: body, scratch: scratch, ranges: ranges)
    DispatchQueue.concurrentPerform(iterations: threads) { job.run($0) }
  }

  /// Each iteration touches its own scratch and its own range of atoms, which is what makes this Sendable.
  private struct Job: @unchecked Sendable {
    let body: (ThreadScratch<Element>, Range<Int>) -> Void
    let scratch: [ThreadScratch<Element>]
    let ranges: [Range<Int>]
    func run(_ thread: Int) {
      scratch[thread].startLaps()
      body(scratch[thread], ranges[thread])
    }
  }

  private func forEachBlock(_ atoms: Range<Int>, _ body: (Range<Int>) -> Void) {
    var first = atoms.lowerBound
    while first < atoms.upperBound {
      let end = min(first + ThreadScratch<Element>.blockSize, atoms.upperBound)
      body(first..<end)
      first = end
    }
  }

  // MARK: Reductions

  /// Adds the other threads' ∂E/∂S of a layer to the first thread's, nodes in parallel.
  private func sum(_ senderGradients: [Buffer<Element>], width: Int) {
    guard threads > 1 else { return }
    let job = Reduction(buffers: senderGradients, total: graph.nodeCount * width)
    DispatchQueue.concurrentPerform(iterations: threads) { job.run($0) }
  }

  private struct Reduction: @unchecked Sendable {
    let buffers: [Buffer<Element>]
    let total: Int
    func run(_ thread: Int) {
      let sum = buffers[0].base
      for buffer in buffers.dropFirst() {
        let other = buffer.base
        for i in (total * thread / buffers.count)..<(total * (thread + 1) / buffers.count) {
          sum[i] += other[i]
        }
      }
    }
  }

  private func sumForces(_ properties: Properties) {
    let first = scratch[0]
    for other in scratch.dropFirst() {
      for pass in passes(properties) {
        let sum = first.forces[pass].base, part = other.forces[pass].base
        for i in 0..<graph.nodeCount { sum[i] += part[i] }
      }
      for k in 0..<9 { first.virial[k] += other.virial[k] }
      guard properties.contains(.atomicVirials) else { continue }
      for i in 0..<(9 * graph.nodeCount) { first.atomicVirials.base[i] += other.atomicVirials.base[i] }
    }
  }

  private func checkCoincident() throws(MACEError) {
    for s in scratch {
      if let (i, j) = s.coincident {
        throw MACEError(
          .geometry,
          "atoms \(i) and \(j) (counted from 0) are at the same point; the energy is not defined there: "
            + "remove one of them or separate them")
      }
    }
  }
}
