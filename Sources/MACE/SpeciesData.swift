import Checkpoint
import Diagnostics
import KernelInterface

/// What the evaluation needs of one element: contraction coefficients, element-dependent linear maps, and the
/// rows of the first layer, whose sender features depend on the species alone.
final class SpeciesData<Weight: PlainScalar>: @unchecked Sendable {
  struct Layer {
    let coefficients: Buffer<Weight>
    /// sc of the residual blocks, `skip_tp` of the element.
    let skip: LinearMap<Weight>?
    /// A's element-dependent map of the non-residual blocks, `skip_tp` of the element.
    let mix: LinearMap<Weight>?
    /// NonLinear block: the element's scalars as a sender and as a receiver of an edge.
    let source: [Weight]
    let target: [Weight]
  }

  let layers: [Layer]
  /// Input features of the first layer, `[node.width]`, and what follows from them: the first layer's sender
  /// row `[senderWidth]` and its self connection `[output.width]`.
  let embedding: Buffer<Weight>
  let senderRow: Buffer<Weight>
  let selfConnection: Buffer<Weight>

  init(
    _ model: MACEModel, _ compiled: [InteractionLayer<Weight>], species z: Int,
    _ kernels: KernelTable<Weight>
  ) throws(MACEError) {
    let elements = model.configuration.atomicNumbers.count
    var layers: [Layer] = []
    for layer in compiled {
      let prefix = "interactions.\(layer.index)."
      var skip: LinearMap<Weight>?
      var mix: LinearMap<Weight>?
      var source: [Weight] = []
      var target: [Weight] = []
      switch layer.configuration.block {
      case .realAgnosticResidual, .realAgnosticDensityResidual:
        skip = LinearMap(
          layer.node, layer.output, flat: try model.values(prefix + "skip_tp.weight"), species: z,
          of: elements)
      case .realAgnostic, .realAgnosticDensity:
        mix = LinearMap(
          layer.target, layer.target, flat: try model.values(prefix + "skip_tp.weight"), species: z,
          of: elements)
      case .realAgnosticResidualNonLinear:
        let norm = 1 / Double(elements).squareRoot(), n = layer.endpointWidth
        let s = try model.values(prefix + "source_embedding.weight", count: elements * n)
        let t = try model.values(prefix + "target_embedding.weight", count: elements * n)
        source = (0..<n).map { Weight(s[z * n + $0] * norm) }
        target = (0..<n).map { Weight(t[z * n + $0] * norm) }
      case .realAgnosticAttResidual: break
      }
      layers.append(
        Layer(
          coefficients: try layer.contraction.coefficients(
            model, species: layer.configuration.agnosticProduct ? 0 : z,
            channels: layer.configuration.targetIrreps.maxMultiplicity),
          skip: skip, mix: mix, source: source, target: target))
    }
    self.layers = layers
    let first = compiled[0]
    let count = first.configuration.nodeIrreps.maxMultiplicity
    let w = try model.values("node_embedding.linear.weight", count: elements * count)
    embedding = Buffer(first.node.width)
    for c in 0..<count { embedding.base[c] = Weight(w[z * count + c] / Double(elements).squareRoot()) }
    senderRow = Buffer(first.senderWidth)
    selfConnection = Buffer(first.output.width)
    let rows = RowTables(), zero = Buffer([0])
    let h = embedding.base
    first.up.apply(kernels, h, zero.base, senderRow.base, zero.base, atoms: 1, accumulate: false, rows)
    first.down?.apply(
      kernels, h, zero.base, senderRow.base + first.sender.width, zero.base, atoms: 1, accumulate: false, rows
    )
    if first.configuration.usesSelfConnection, let skip = layers[0].skip ?? first.skip {
      skip.apply(kernels, h, zero.base, selfConnection.base, zero.base, atoms: 1, accumulate: false, rows)
    }
  }
}
