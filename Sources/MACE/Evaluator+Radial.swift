import KernelInterface

// Path weights of a tile's edges: from the layer's tables, or from its network for edges without a table.
// `forward` and `backward` of the network work on the edges `tile.exact`, row by row.
extension Evaluator {
  private var networkStride: Int { EdgeTile<Wide>.networkCapacity }

  /// Lays out the tabulated edges and evaluates the networks for the others.
  func prepareRadial(_ t: Int, _ s: ThreadScratch<Element>) {
    let layer = model.layers[t], tile = s.tile
    s.splines.load(tile, radialTables[t].tables, kernels)
    guard tile.exactCount > 0 else { return }
    layer.radialNetwork.forward(
      kernels, edges: tile.exactCount, input: s.input.base, output: s.exactWeights.base,
      sliceStride: networkStride * layer.sender.channels, s.radialTapes[t])
  }

  /// R of path p for all edges of the tile, [edge][channel].
  func pathWeights(_ t: Int, _ p: Int, _ s: ThreadScratch<Element>) -> UnsafePointer<Element> {
    let tile = s.tile, channels = model.layers[t].sender.channels
    let exact = s.exactWeights.base + p * networkStride * channels
    if tile.exactCount == tile.count { return UnsafePointer(exact) }
    kernels.interpolate(
      s.splines.count, Weight.splineTaps, channels,
      s.splines.rows(radialTables[t].tables, slice: p, channels: channels), s.splines.weights.base,
      s.splines.edges.base, s.weights.base)
    for x in 0..<tile.exactCount {
      (s.weights.base + Int(tile.exact.base[x]) * channels).update(
        from: exact + x * channels, count: channels)
    }
    return UnsafePointer(s.weights.base)
  }

  /// Where ∂e/∂R of path p goes.
  func pathAdjoints(_ t: Int, _ p: Int, _ s: ThreadScratch<Element>) -> UnsafeMutablePointer<Element> {
    guard s.tile.exactCount == s.tile.count else { return s.weightAdjoints.base }
    return s.exactAdjoints.base + p * networkStride * model.layers[t].sender.channels
  }

  /// Takes ∂e/∂R of path p to the splines, or to the gradient of the tables, and to the network's rows.
  func takePathAdjoints(_ t: Int, _ p: Int, _ s: ThreadScratch<Element>) {
    let tile = s.tile, tables = radialTables[t].tables, channels = model.layers[t].sender.channels
    guard tile.exactCount < tile.count else { return }
    if let gradient = s.gradient {
      kernels.interpolateGradient(
        s.splines.count, Weight.splineTaps, channels,
        s.splines.gradientRows(tables, gradient.layers[t].tables, slice: p, channels: channels),
        s.splines.weights.base, s.splines.edges.base, s.weightAdjoints.base)
    } else {
      if p == 0 { s.splines.adjoints.zero(s.splines.count * Weight.splineTaps) }
      kernels.interpolateAdjoint(
        s.splines.count, Weight.splineTaps, channels,
        s.splines.rows(tables, slice: p, channels: channels), s.splines.edges.base, s.weightAdjoints.base,
        s.splines.adjoints.base)
    }
    let exact = s.exactAdjoints.base + p * networkStride * channels
    for x in 0..<tile.exactCount {
      (exact + x * channels).update(
        from: s.weightAdjoints.base + Int(tile.exact.base[x]) * channels, count: channels)
    }
  }

  /// From ∂e/∂R of all paths to ∂e/∂r of each edge (`tile.radial`) and, in `s.inputAdjoint`, to the network's inputs.
  /// - Parameter densityAdjoints: ∂e/∂d of the density network in the first channel of each edge, if there is one.
  func finishRadial(_ t: Int, _ s: ThreadScratch<Element>, densityAdjoints: Bool) {
    let layer = model.layers[t], tile = s.tile
    if tile.exactCount > 0 {
      layer.radialNetwork.backward(
        kernels, edges: tile.exactCount, input: s.input.base, outputAdjoint: s.exactAdjoints.base,
        sliceStride: networkStride * layer.sender.channels, inputAdjoint: s.inputAdjoint.base,
        gradient: s.gradient?.layers[t].radial, s.radialTapes[t])
    }
    if densityAdjoints { takeDensityAdjoints(t, s) }
    if let gradient = s.gradient {
      addFrequencyGradient(t, gradient, s)
      return
    }
    let taps = Weight.splineTaps, splines = s.splines
    for k in 0..<splines.count {
      var sum = 0.0
      for m in 0..<taps {
        sum +=
          splines.adjoints.base[k * taps + m].wide.value * splines.slopes.base[k * SplineGrid.tapStride + m]
      }
      tile.radial.base[Int(splines.edges.base[k])] = sum
    }
    let nb = model.basis.count, padded = layer.radialNetwork.inputPadded
    for x in 0..<tile.exactCount {
      let dx = s.inputAdjoint.base + x * padded
      var sum = 0.0
      for n in 0..<nb { sum += dx[n].wide.value * tile.slopes.base[x * nb + n] }
      tile.radial.base[Int(tile.exact.base[x])] = sum
    }
  }

  /// What the exact edges owe to the frequencies of the Bessel basis.
  private func addFrequencyGradient(
    _ t: Int, _ gradient: ModelGradient<Weight>, _ s: ThreadScratch<Element>
  ) {
    let tile = s.tile, nb = model.basis.count, padded = model.layers[t].radialNetwork.inputPadded
    guard learnsFrequencies, !gradient.frequencies.isEmpty else { return }
    for x in 0..<tile.exactCount {
      let e = Int(tile.exact.base[x]), values = tile.basis.base, slopes = tile.slopes.base + x * nb
      let stretch = Wide.isDual ? tile.stretch.base[e] : 0
      let i = Int(graph.species[tile.atom.base[e]]), j = Int(graph.species[tile.neighbor.base[e]])
      model.basis.frequencySlopes(tile.distance.base[e], i, j, values, slopes)
      for n in 0..<nb {
        let owed =
          s.inputAdjoint.base[x * padded + n].wide * Wide(value: values[n], tangent: slopes[n] * stretch)
        gradient.frequencies[n] += owed.gradient
      }
    }
  }

  // MARK: Density

  /// d of all edges, in the first of `channelAlignment` numbers of each in `s.densities`.
  func densities(_ t: Int, _ network: EdgeNetwork<Weight>, _ s: ThreadScratch<Element>) {
    let tile = s.tile
    if tile.exactCount > 0, let tape = s.densityTapes[t] {
      network.forward(
        kernels, edges: tile.exactCount, input: s.input.base, output: s.exactDensities.base, sliceStride: 0,
        tape)
    }
    if s.splines.count > 0 {
      kernels.interpolate(
        s.splines.count, Weight.splineTaps, channelAlignment,
        s.splines.rows(radialTables[t].tables, slice: 0, channels: channelAlignment) { $1.density },
        s.splines.weights.base, s.splines.edges.base, s.densities.base)
    }
    for x in 0..<tile.exactCount {
      s.densities.base[Int(tile.exact.base[x]) * channelAlignment] =
        s.exactDensities.base[x * channelAlignment]
    }
  }

  private func takeDensityAdjoints(_ t: Int, _ s: ThreadScratch<Element>) {
    let tile = s.tile, splines = s.splines
    guard let network = model.layers[t].densityNetwork, let tape = s.densityTapes[t] else { return }
    if splines.count > 0 {
      let tables = radialTables[t].tables
      if let gradient = s.gradient {
        kernels.interpolateGradient(
          splines.count, Weight.splineTaps, channelAlignment,
          splines.gradientRows(
            tables, gradient.layers[t].tables, slice: 0, channels: channelAlignment, ofDensity: true),
          splines.weights.base, splines.edges.base, s.densities.base)
      } else {
        kernels.interpolateAdjoint(
          splines.count, Weight.splineTaps, channelAlignment,
          splines.rows(tables, slice: 0, channels: channelAlignment) { $1.density }, splines.edges.base,
          s.densities.base, splines.adjoints.base)
      }
    }
    guard tile.exactCount > 0 else { return }
    for x in 0..<tile.exactCount {
      let e = Int(tile.exact.base[x])
      s.exactDensities.base[x * channelAlignment] = s.densities.base[e * channelAlignment]
    }
    network.backward(
      kernels, edges: tile.exactCount, input: s.input.base, outputAdjoint: s.exactDensities.base,
      sliceStride: 0, inputAdjoint: s.densityInputAdjoint.base, gradient: s.gradient?.layers[t].density, tape)
    for k in 0..<(tile.exactCount * network.inputPadded) {
      s.inputAdjoint.base[k] += s.densityInputAdjoint.base[k]
    }
  }
}
