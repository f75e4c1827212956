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
  private let species: Mutex<[SpeciesData<Weight>?]>

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
    basis = try RadialBasis(model)
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
    species = Mutex(Array(repeating: nil, count: c.atomicNumbers.count))
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
}
