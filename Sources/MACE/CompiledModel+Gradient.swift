extension CompiledModel {
  /// Adds a gradient in the kernels' layout to the tensors of mace-torch's names that stand in `sums`.
  func pull(
    _ gradient: ModelGradient<Weight>, _ species: [SpeciesData<Weight>?], _ tables: [RadialTables<Weight>],
    _ readouts: [ReadoutHead], to sums: inout [String: [Double]]
  ) {
    let elements = model.configuration.atomicNumbers.count
    let root = Double(elements).squareRoot()
    var frequencies = sums[RadialBasis.frequencyName] == nil ? [] : gradient.frequencies
    for (t, layer) in layers.enumerated() {
      let prefix = "interactions.\(t)."
      var g = gradient.layers[t]
      let isGated = layer.gated != nil
      sums.pull(layer.up, g.up, prefix + "linear_up.weight")
      sums.pull(
        layer.messageLinear, g.messageLinear, prefix + (isGated ? "linear_1.weight" : "linear.weight"))
      sums.pull(layer.productLinear, g.productLinear, "products.\(t).linear.weight")
      sums.pull(layer.residual, g.residual, prefix + "linear_res.weight")
      sums.pull(layer.gateLinear, g.gateLinear, prefix + "linear_2.weight")
      sums.pull(layer.down, g.down, prefix + "linear_down.weight")
      if let skip = layer.skip, let sum = g.skip.first {
        sums.pull(skip, sum, prefix + (isGated ? "skip_tp.weight" : "skip_linear.weight"))
      }
      layer.radialNetwork.pull(g.radial, to: &sums)
      if let network = layer.densityNetwork, let density = g.density { network.pull(density, to: &sums) }
      pull(
        g.tables, tables[t], layer: t, to: &sums, source: &g.source, target: &g.target,
        frequencies: &frequencies)
      if isGated {
        sums.add(g.source.map { $0 / root }, to: prefix + "source_embedding.weight")
        sums.add(g.target.map { $0 / root }, to: prefix + "target_embedding.weight")
        sums.add([g.alpha], to: prefix + "alpha")
        sums.add([g.beta], to: prefix + "beta")
      }
      for (z, data) in species.enumerated() {
        guard let data else { continue }
        if let skip = data.layers[t].skip, !g.skip.isEmpty {
          sums.pull(skip, g.skip[z], prefix + "skip_tp.weight")
        }
        if let mix = data.layers[t].mix { sums.pull(mix, g.mix[z], prefix + "skip_tp.weight") }
        layer.contraction.pull(
          g.coefficients[z], species: layer.configuration.agnosticProduct ? 0 : z,
          channels: layer.configuration.targetIrreps.maxMultiplicity, to: &sums)
      }
    }
    sums.add(frequencies, to: RadialBasis.frequencyName)
    let count = layers[0].configuration.nodeIrreps.maxMultiplicity, width = layers[0].node.width
    sums.withTensor("node_embedding.linear.weight") {
      for z in 0..<elements {
        for c in 0..<count { $0[z * count + c] += Double(gradient.embeddings.base[z * width + c]) / root }
      }
    }
    for (readout, g) in zip(readouts, gradient.readouts) { readout.pull(g, to: &sums) }
  }
}

extension [String: [Double]] {
  /// Lets `body` add to a tensor, if its gradient is wanted.
  mutating func withTensor(_ name: String, _ body: (UnsafeMutablePointer<Double>) -> Void) {
    self[name]?.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { body(base) } }
  }

  mutating func add(_ values: [Double], to name: String) {
    withTensor(name) { for (k, x) in values.enumerated() { $0[k] += x } }
  }

  fileprivate mutating func pull<Weight>(
    _ map: LinearMap<Weight>?, _ gradient: Buffer<Weight>?, _ name: String
  ) {
    guard let map, let gradient else { return }
    withTensor(name) { map.pull(gradient, to: $0) }
  }
}
