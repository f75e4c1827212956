import Atomistics
import Checkpoint
import Diagnostics

/// A workspace for evaluations with one head and a number of threads.
///
/// One calculator serves one thread of the host at a time; any number of them may share a `Potential`.
/// Results are the same bit for bit for the same number of threads; different numbers differ by the order in
/// which contributions to an atom are added (relative 1e-14 in float64).
public final class Calculator {
  private enum Engine {
    case float64(Evaluator<Double>)
    case float32(Evaluator<Float>)
  }

  public let potential: Potential
  /// Index into `potential.heads`.
  public let head: Int
  public let threads: Int
  /// Added to the cutoff of the neighbour list that is kept between evaluations of a structure, Å.
  public let skin: Double
  private let engine: Engine
  private var list: NeighborList?
  private var listNumbers: [Int] = []
  private var listSeconds = 0.0

  /// - Parameters:
  ///   - head: a name of `potential.heads`; nil is the only head.
  ///   - threads: 1 or more.
  ///   - skin: 0 rebuilds the neighbour list for every evaluation.
  /// - Throws: `.invalidArgument` for an unknown head (or none of several) and for a bad number.
  public init(
    _ potential: Potential, head: String? = nil, threads: Int = 1, skin: Double = 0
  ) throws(MACEError) {
    let names = potential.heads.map { "'\($0)'" }.joined(separator: ", ")
    if let head {
      guard let index = potential.heads.firstIndex(of: head) else {
        throw MACEError(.invalidArgument, "the model has no head '\(head)'; its heads are \(names)")
      }
      self.head = index
    } else {
      guard potential.heads.count == 1 else {
        throw MACEError(.invalidArgument, "the model has several heads: choose one of \(names)")
      }
      self.head = 0
    }
    guard threads >= 1, threads <= 4096 else {
      throw MACEError(.invalidArgument, "number of threads: \(threads) is not in 1...4096")
    }
    guard skin.isFinite, skin >= 0 else {
      throw MACEError(.invalidArgument, "skin: \(skin) Å is not a distance")
    }
    self.potential = potential
    self.threads = threads
    self.skin = skin
    switch potential.compiled {
    case .float64(let model):
      engine = .float64(try Evaluator(model, head: self.head, threads: threads, radial: potential.radial))
    case .float32(let model):
      engine = .float32(try Evaluator(model, head: self.head, threads: threads, radial: potential.radial))
    }
  }

  /// Energies, and what `properties` asks for, of a structure.
  /// - Throws: `.unknownElement`, and `.geometry` for coordinates that are not finite, atoms at one point or a
  ///   cell without volume.
  public func evaluate(
    _ structure: Structure, _ properties: Properties = [.forces, .virial]
  ) throws(MACEError) -> Evaluation {
    let started = monotonicSeconds()
    var indices: [Int: Int32] = [:]
    for (s, z) in potential.atomicNumbers.enumerated() { indices[z] = Int32(s) }
    var species: [Int32] = []
    species.reserveCapacity(structure.atomicNumbers.count)
    for (i, z) in structure.atomicNumbers.enumerated() {
      guard let s = indices[z] else { throw unknown(z, atom: i) }
      species.append(s)
    }
    let list = try neighbors(of: structure)
    let graph = EdgeGraph(
      localCount: species.count, species: species, positions: structure.positions, offsets: list.offsets,
      neighbors: list.neighbors, shiftIndices: list.shiftIndices,
      shifts: list.shiftVectors(cell: structure.cell),
      // features of the neighbours of a few hundred atoms stay in the caches in any order
      order: structure.count > 500 ? structure.hilbertOrder(spacing: 3) : [])
    listSeconds += monotonicSeconds() - started
    var result = try run(graph, properties, exchange: nil)
    if properties.contains(.virial), let cell = structure.cell, structure.pbc.isAll {
      let volume = cell.volume
      result.stress = result.virial.map { -$0 / volume }
    }
    return result
  }

  /// Energies, and what `properties` asks for, on a host's neighbour list. Forces and atomic virials come for
  /// ghosts too, to be added to their owners'.
  /// - Parameter exchange: needed when there are ghosts and more than one layer.
  public func evaluate(
    _ graph: NeighborGraph, _ properties: Properties = [.forces, .virial], exchange: Exchange? = nil
  ) throws(MACEError) -> Evaluation {
    try check(graph)
    if exchange == nil && potential.layerCount > 1 && graph.species.count > graph.localCount {
      throw MACEError(
        .invalidArgument,
        "there are ghosts and the model has \(potential.layerCount) layers: exchange functions are needed")
    }
    return try run(
      EdgeGraph(
        localCount: graph.localCount, species: graph.species, positions: graph.positions,
        offsets: graph.offsets,
        neighbors: graph.neighbors, shiftIndices: [], shifts: []), properties, exchange: exchange)
  }

  /// Drops the neighbour list that is kept between evaluations.
  public func reset() { list = nil }

  /// Bytes of the workspace: what does not depend on the system, and what grows with its atoms (without the
  /// neighbour list).
  public var workspaceBytes: (fixed: Int, perAtoms: Int) {
    switch engine {
    case .float64(let e): e.workspaceBytes
    case .float32(let e): e.workspaceBytes
    }
  }

  /// All bytes the calculator holds.
  public var totalBytes: Int { workspaceBytes.fixed + workspaceBytes.perAtoms + neighborListBytes }

  /// Bytes of the kept neighbour list.
  public var neighborListBytes: Int {
    list.map { $0.neighbors.count * 8 + $0.offsets.count * MemoryLayout<Int>.stride } ?? 0
  }

  /// Edges of the kept neighbour list, beyond the cutoff too when there is a skin.
  public var edgeCount: Int { list?.neighbors.count ?? 0 }

  /// Whether the last evaluation took the first layer by moments, see `MomentMaps`.
  var usesMoments: Bool {
    switch engine {
    case .float64(let e): e.moments != nil
    case .float32(let e): e.moments != nil
    }
  }

  /// For tests: takes the first layer by moments where that does not pay, too.
  func preferMoments() {
    switch engine {
    case .float64(let e): e.prefersMoments = true
    case .float32(let e): e.prefersMoments = true
    }
  }

  // MARK: Profile

  /// Multiply–adds of the last evaluation, with forces, by stage; see `CompiledModel.multiplyAdds`.
  public var multiplyAdds: [Stage: Double] {
    switch engine {
    case .float64(let e): e.multiplyAdds
    case .float32(let e): e.multiplyAdds
    }
  }

  public var isProfiling = false {
    didSet {
      switch engine {
      case .float64(let e): for s in e.scratch { s.isProfiling = isProfiling }
      case .float32(let e): for s in e.scratch { s.isProfiling = isProfiling }
      }
      resetProfile()
    }
  }

  /// Seconds per stage since `resetProfile`, summed over threads.
  public var profile: [Stage: Double] {
    let times: [[Double]] =
      switch engine {
      case .float64(let e): e.scratch.map(\.times)
      case .float32(let e): e.scratch.map(\.times)
      }
    var sum: [Stage: Double] = [:]
    for stage in Stage.allCases { sum[stage] = times.reduce(0) { $0 + $1[stage.rawValue] } }
    sum[.neighbors] = listSeconds
    return sum
  }

  /// Seconds per layer since `resetProfile`, summed over threads.
  public var layerProfile: [LayerTime] {
    let threads: [[LayerTime]] =
      switch engine {
      case .float64(let e): e.scratch.map(\.layerTimes)
      case .float32(let e): e.scratch.map(\.layerTimes)
      }
    return (0..<potential.layerCount).map { t in
      threads.reduce(into: LayerTime()) {
        $0.forward += $1[t].forward
        $0.backward += $1[t].backward
      }
    }
  }

  public func resetProfile() {
    let zero = [Double](repeating: 0, count: Stage.allCases.count)
    let zeroLayers = [LayerTime](repeating: LayerTime(), count: potential.layerCount)
    listSeconds = 0
    switch engine {
    case .float64(let e):
      for s in e.scratch { (s.times, s.layerTimes) = (zero, zeroLayers) }
    case .float32(let e):
      for s in e.scratch { (s.times, s.layerTimes) = (zero, zeroLayers) }
    }
  }

  // MARK: Inside

  private func neighbors(of structure: Structure) throws(MACEError) -> NeighborList {
    if skin > 0, let list, listNumbers == structure.atomicNumbers, !list.needsRebuild(for: structure) {
      return list
    }
    let fresh = try NeighborList(structure, cutoff: potential.cutoff, skin: skin)
    list = fresh
    listNumbers = structure.atomicNumbers
    return fresh
  }

  private func run(
    _ graph: EdgeGraph, _ properties: Properties, exchange: Exchange?
  ) throws(MACEError) -> Evaluation {
    let result: Evaluation
    switch engine {
    case .float64(let e):
      try e.run(graph, properties, exchange: exchange)
      result = e.collect(properties)
    case .float32(let e):
      try e.run(graph, properties, exchange: exchange)
      result = e.collect(properties)
    }
    let energies = result.atomicEnergies
    if let i = energies.firstIndex(where: { !$0.isFinite }) { throw overflow("energy", i, energies[i]) }
    for (i, f) in result.forces.enumerated() where !(f.x.isFinite && f.y.isFinite && f.z.isFinite) {
      throw overflow("force", i, f)
    }
    if let w = ([result.energy] + result.virial).first(where: { !$0.isFinite }) {
      throw MACEError(.geometry, "the energy or virial is \(w): the sum over atoms is beyond float64")
    }
    return result
  }

  private func overflow<T>(_ what: String, _ i: Int, _ value: T) -> MACEError {
    MACEError(
      .geometry,
      "the \(what) of atom \(i) (counted from 0) is \(value): its surroundings are beyond what "
        + "\(potential.precision.rawValue) can represent; look for atoms that are almost on top of each other"
    )
  }

  private func check(_ graph: NeighborGraph) throws(MACEError) {
    let nodes = graph.species.count
    func fail(_ text: String) -> MACEError { MACEError(.invalidArgument, "neighbour list: \(text)") }
    guard graph.localCount >= 0, graph.localCount <= nodes else {
      throw fail("\(graph.localCount) local atoms of \(nodes) nodes")
    }
    guard graph.positions.count == nodes else {
      throw fail("\(graph.positions.count) positions for \(nodes) nodes")
    }
    guard graph.offsets.count == graph.localCount + 1, graph.offsets.first == 0,
      graph.offsets.last == graph.neighbors.count
    else { throw fail("offsets must run from 0 to the number of neighbours, one more than there are atoms") }
    for i in 0..<graph.localCount where graph.offsets[i] > graph.offsets[i + 1] {
      throw fail("the offsets of atom \(i) decrease")
    }
    let elements = potential.atomicNumbers.count
    for (i, s) in graph.species.enumerated() where s < 0 || Int(s) >= elements {
      throw fail("node \(i) has species \(s); the model has \(elements)")
    }
    for (e, j) in graph.neighbors.enumerated() where j < 0 || Int(j) >= nodes {
      throw fail("entry \(e) names node \(j) of \(nodes)")
    }
    for i in 0..<graph.localCount {
      for e in graph.offsets[i]..<graph.offsets[i + 1] where Int(graph.neighbors[e]) == i {
        throw fail("atom \(i) is among its own neighbours; an image of it must be a ghost")
      }
    }
    for (i, r) in graph.positions.enumerated() where !(r.x.isFinite && r.y.isFinite && r.z.isFinite) {
      throw MACEError(.geometry, "the position of node \(i) (counted from 0) is not finite: \(r)")
    }
  }

  private func unknown(_ z: Int, atom i: Int) -> MACEError {
    let name = Element.symbol(of: z) ?? "Z = \(z)"
    let known = potential.atomicNumbers.map { Element.symbol(of: $0) ?? "Z=\($0)" }.joined(separator: " ")
    return MACEError(
      .unknownElement,
      "atom \(i) (counted from 0) is \(name), which the model does not know; it knows \(known)")
  }
}
