import Checkpoint
import Diagnostics
import Equivariance
import KernelInterface
import Kernels
import Synchronization

/// A model in the form the kernels read, for one precision and instruction set. Immutable but for the
/// elements' tables, which are made when an element is first met.
final class CompiledModel<Weight: PlainScalar>: Sendable {
  let model: MACEModel
  let instructionSet: InstructionSet
  let layers: [InteractionLayer<Weight>]
  let basis: RadialBasis
  let repulsion: PairRepulsion?
  let harmonics: SphericalHarmonics
  let appliesCutoffToWeights: Bool
  /// Nil for layers whose radial networks read features of nodes.
  private let tabulations: [RadialTabulation?]
  private let species: Mutex<[SpeciesData<Weight>?]>
  private let tables: Mutex<[RadialTables<Weight>]>
  private let moments = Mutex<MomentMaps<Weight>?>(nil)

  /// - Parameter other: a model that differs in its parameters only, whose plans are used again.
  init(
    _ model: MACEModel, _ set: InstructionSet, like other: CompiledModel? = nil
  ) throws(MACEError) {
    self.model = model
    instructionSet = set
    let c = model.configuration
    guard !c.layers.isEmpty, !c.atomicNumbers.isEmpty, !c.heads.isEmpty, c.cutoff.isFinite, c.cutoff > 0
    else {
      throw MACEError(.format, "the model has no layer, element or head, or its cutoff is not positive")
    }
    var layers: [InteractionLayer<Weight>] = []
    for t in c.layers.indices { layers.append(try InteractionLayer(model, layer: t, like: other?.layers[t])) }
    for (a, b) in zip(layers, layers.dropFirst())
    where a.configuration.outputIrreps != b.configuration.nodeIrreps {
      throw MACEError(
        .format, "interactions.\(b.index) reads \(b.configuration.nodeIrreps), not the product's output")
    }
    self.layers = layers
    let basis = try RadialBasis(model)
    self.basis = basis
    for layer in layers {
      for network in [layer.radialNetwork, layer.densityNetwork].compactMap({ $0 })
      where network.inputWidth != basis.count + 2 * layer.endpointWidth {
        throw MACEError(
          .format,
          "interactions.\(layer.index): a radial network takes \(network.inputWidth) inputs, "
            + "the edge has \(basis.count + 2 * layer.endpointWidth)")
      }
    }
    repulsion = c.pairRepulsion ? try PairRepulsion(model) : nil
    harmonics = SphericalHarmonics(maxDegree: c.harmonics.maxDegree)
    appliesCutoffToWeights = !c.appliesCutoffToBasis
    tabulations = try c.layers.indices.map { (t) throws(MACEError) in
      try RadialTabulation(model, layer: t, basis: basis, set)
    }
    species = Mutex(Array(repeating: nil, count: c.atomicNumbers.count))
    tables = Mutex(c.layers.map { _ in RadialTables(elements: c.atomicNumbers.count) })
  }

  /// Tables of all elements met so far, those of the given nodes among them; made on first use.
  func data(for nodes: [Int32]) throws(MACEError) -> [SpeciesData<Weight>?] {
    try species.withLock { (tables) throws(MACEError) in
      for z in nodes.lazy.map(Int.init) where tables[z] == nil {
        tables[z] = try SpeciesData(model, layers, species: z, Weight.kernels(instructionSet))
      }
      return tables
    }
  }

  /// The tables of an element, if it was met.
  func species(_ z: Int) -> SpeciesData<Weight>? { species.withLock { $0[z] } }

  /// Radial tables of each layer, those of all pairs of the given species among them; made on first use.
  func radialTables(for species: [Int]) -> [RadialTables<Weight>] {
    tables.withLock { all in
      for (t, tabulation) in tabulations.enumerated() { tabulation?.complete(&all[t], for: species) }
      return all
    }
  }

  /// The first layer by moments, for all pairs of the given species; made on first use.
  /// - Returns: nil where a pair has no table, or the maps would be too large.
  func momentMaps(
    for species: [Int], _ tables: RadialTables<Weight>
  ) throws(MACEError) -> MomentMaps<Weight>? {
    let layer = layers[0]
    guard let tabulation = tabulations[0] else { return nil }
    let data = self.species.withLock { $0 }
    return try moments.withLock { (made) throws(MACEError) in
      var maps = made ?? MomentMaps(layer, elements: data.count)
      if !maps.cover(species, tables) {
        try maps.complete(for: species, layer, model, tables, data) {
          tabulation.momentBasis(tables, table: $0, limit: $1)
        }
      }
      made = maps
      return maps.cover(species, tables) ? maps : nil
    }
  }

  /// Samples of the radial networks that tables for these species need.
  func tableSamples(for species: [Int]) -> Int {
    tabulations.reduce(0) { sum, tabulation in
      guard let tabulation else { return sum }
      return sum + RadialTabulation.usualIntervals
        * (tabulation.isPerPair ? species.count * (species.count + 1) / 2 : 1)
    }
  }

  /// No tables: the networks are evaluated for each edge.
  var noTables: [RadialTables<Weight>] {
    layers.map { _ in RadialTables(elements: model.configuration.atomicNumbers.count) }
  }

  /// Adds what the gradient of the tables owes to the parameters.
  func pull(
    _ gradients: [RadialTableGradient<Weight>], _ tables: RadialTables<Weight>, layer t: Int,
    to sums: inout [String: [Double]], source: inout [Double], target: inout [Double],
    frequencies: inout [Double]
  ) {
    tabulations[t]?.pull(
      tables, gradients, to: &sums, source: &source, target: &target, frequencies: &frequencies)
  }
}
