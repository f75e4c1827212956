import Checkpoint
import KernelInterface

/// ∂L/∂θ of one thread, in the layout of the compiled model; `ParameterGradient` turns it into mace-torch's
/// tensors.
final class ModelGradient<Weight: PlainScalar> {
  struct Layer {
    let up: Buffer<Weight>
    let messageLinear: Buffer<Weight>
    let productLinear: Buffer<Weight>
    /// Self connection, element mixing: one for each element, or one for all.
    let skip: [Buffer<Weight>]
    let mix: [Buffer<Weight>]
    let residual: Buffer<Weight>?
    let gateLinear: Buffer<Weight>?
    let down: Buffer<Weight>?
    let radial: EdgeNetworkGradient<Weight>
    let density: EdgeNetworkGradient<Weight>?
    /// Of the radial tables in use.
    var tables: [RadialTableGradient<Weight>] = []
    /// Contraction coefficients of each element.
    let coefficients: [Buffer<Weight>]
    /// NonLinear block: scalars of each element as sender and receiver, [element][width].
    var source: [Double]
    var target: [Double]
    var alpha = 0.0
    var beta = 0.0
  }

  var layers: [Layer]
  /// Of the Bessel basis.
  var frequencies: [Double]
  let embeddings: Buffer<Weight>
  let readouts: [ReadoutGradient]

  init(_ model: CompiledModel<Weight>, readouts: [ReadoutHead]) {
    let elements = model.model.configuration.atomicNumbers.count
    layers = model.layers.map { layer in
      let block = layer.configuration.block
      let usesSkip = layer.configuration.usesSelfConnection
      func perElement(_ count: Int) -> [Buffer<Weight>] { (0..<elements).map { _ in Buffer(count) } }
      var skip: [Buffer<Weight>] = []
      var mix: [Buffer<Weight>] = []
      switch block {
      case .realAgnosticResidual, .realAgnosticDensityResidual:
        if usesSkip {
          skip = perElement(LinearMap<Weight>.packedCount(layer.node, layer.output))
        }
      case .realAgnostic, .realAgnosticDensity:
        mix = perElement(LinearMap<Weight>.packedCount(layer.target, layer.target))
      case .realAgnosticAttResidual, .realAgnosticResidualNonLinear:
        if usesSkip, let map = layer.skip { skip = [Buffer(map.packedCount)] }
      }
      let channels = layer.configuration.targetIrreps.maxMultiplicity
      return Layer(
        up: Buffer(layer.up.packedCount), messageLinear: Buffer(layer.messageLinear.packedCount),
        productLinear: Buffer(layer.productLinear.packedCount), skip: skip, mix: mix,
        residual: layer.residual.map { Buffer($0.packedCount) },
        gateLinear: layer.gateLinear.map { Buffer($0.packedCount) },
        down: layer.down.map { Buffer($0.packedCount) }, radial: layer.radialNetwork.makeGradient(),
        density: layer.densityNetwork?.makeGradient(),
        coefficients: perElement(paddedToVectors(channels) * layer.contraction.coefficientCount),
        source: Array(repeating: 0, count: elements * layer.endpointWidth),
        target: Array(repeating: 0, count: elements * layer.endpointWidth))
    }
    frequencies = Array(repeating: 0, count: model.basis.hasFrequencies ? model.basis.count : 0)
    embeddings = Buffer(elements * (model.layers.first?.node.width ?? 0))
    self.readouts = readouts.map { ReadoutGradient($0) }
  }

  private func buffers(_ t: Int) -> [Buffer<Weight>] {
    let l = layers[t]
    return [l.up, l.messageLinear, l.productLinear] + l.skip + l.mix + l.coefficients
      + [l.residual, l.gateLinear, l.down].compactMap { $0 }
  }

  /// Zero, with room for the tables given.
  func clear(for tables: [RadialTables<Weight>]) {
    for (t, layer) in tables.enumerated()
    where zip(layer.tables, layers[t].tables).contains(where: { $0.paths.capacity != $1.paths.capacity })
      || layer.tables.count != layers[t].tables.count
    {
      layers[t].tables = layer.tables.map { RadialTableGradient($0) }
    }
    clear()
  }

  private func clear() {
    for t in layers.indices {
      for buffer in buffers(t) { buffer.zero(buffer.capacity) }
      layers[t].radial.clear()
      layers[t].density?.clear()
      for table in layers[t].tables { table.clear() }
      for k in layers[t].source.indices { (layers[t].source[k], layers[t].target[k]) = (0, 0) }
      (layers[t].alpha, layers[t].beta) = (0, 0)
    }
    for n in frequencies.indices { frequencies[n] = 0 }
    embeddings.zero(embeddings.capacity)
    for readout in readouts { readout.clear() }
  }

  func add(_ other: ModelGradient) {
    for t in layers.indices {
      for (mine, theirs) in zip(buffers(t), other.buffers(t)) { mine.add(theirs) }
      layers[t].radial.add(other.layers[t].radial)
      if let density = other.layers[t].density { layers[t].density?.add(density) }
      for (mine, theirs) in zip(layers[t].tables, other.layers[t].tables) { mine.add(theirs) }
      for k in layers[t].source.indices {
        layers[t].source[k] += other.layers[t].source[k]
        layers[t].target[k] += other.layers[t].target[k]
      }
      layers[t].alpha += other.layers[t].alpha
      layers[t].beta += other.layers[t].beta
    }
    for n in frequencies.indices { frequencies[n] += other.frequencies[n] }
    for (mine, theirs) in zip(readouts, other.readouts) { mine.add(theirs) }
  }
}
