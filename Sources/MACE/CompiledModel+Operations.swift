import KernelInterface

extension CompiledModel {
  /// Multiply–adds of an evaluation with forces, by stage, on padded channels. Geometry, readouts and sums are not
  /// counted; the elements' maps are counted as those of `species`, an element that was met.
  /// - Parameter momentRows: pairs of a receiver and a neighbouring species, where the first layer uses `moments`.
  func multiplyAdds(
    atoms: Int, edges: Int, species: Int, radial: RadialEvaluation, moments: MomentMaps<Weight>?,
    momentRows: Int
  ) -> [Stage: Double] {
    var counts: [Stage: Double] = [:]
    let data = self.species(species)
    for (t, layer) in layers.enumerated() {
      let moments = t == 0 ? moments : nil
      let channels = moments?.layout.channels ?? layer.sender.channels
      let tabulated = radial != .exact && layer.down == nil
      let paths = (moments == nil ? layer.convolution.pathCount : 1) * channels
      let network = layer.radialNetwork.multiplyAdds + (layer.densityNetwork?.multiplyAdds ?? 0)
      let weights = tabulated ? Weight.splineTaps * paths : network
      var forward = 0, backward = 0
      for k in 0..<layer.convolution.tileCount {
        let tile = layer.convolution.tiles.base[k]
        let rows = Int(tile.rows), columns = Int(tile.columns)
        forward += (rows + 1) * columns * channels
        backward += (2 * rows * columns + rows + columns + (t > 0 ? columns : 0)) * channels
      }
      counts[.radial, default: 0] += Double(edges * weights)
      counts[.radialBackward, default: 0] += Double(edges * 2 * weights)
      counts[.convolution, default: 0] += Double(edges * forward)
      counts[.convolutionBackward, default: 0] += Double(edges * backward)
      var maps = layer.productLinear.multiplyAdds
      if moments == nil { maps += layer.messageLinear.multiplyAdds }
      let ofMoments = moments == nil ? 0 : Double(momentRows * MomentMaps.multiplyAdds(layer))
      for map in [layer.residual, layer.gateLinear, data?.layers[t].mix] { maps += map?.multiplyAdds ?? 0 }
      if t > 0 {
        maps += layer.up.multiplyAdds + (layer.down?.multiplyAdds ?? 0)
        if layer.configuration.usesSelfConnection {
          maps += (data?.layers[t].skip ?? layer.skip)?.multiplyAdds ?? 0
        }
      }
      counts[.linear, default: 0] += Double(atoms * maps) + ofMoments
      counts[.linearBackward, default: 0] += Double(atoms * maps) + ofMoments
      // a node of the trees is one product with its parent; on the way back that again, and ∂E/∂A
      let nodes = layer.contraction.productCount * layer.target.channels
      counts[.contraction, default: 0] += Double(atoms * nodes)
      counts[.contractionBackward, default: 0] += Double(atoms * 2 * nodes)
    }
    return counts
  }
}
