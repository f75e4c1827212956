import Glibc
import KernelInterface

extension Evaluator {
  /// The adjoint of `forwardBlock`: from ∂e/∂h of the layer's output to forces, and to the adjoints of the
  /// layer's input (own rows and senders).
  func backwardBlock(_ t: Int, _ range: Range<Int>, _ s: ThreadScratch<Element>, _ properties: Properties) {
    let layer = model.layers[t]
    s.layer = t
    let atoms = loadBlock(range, s)
    pullSenderAdjoints(t, atoms, s)
    // h = linear(B) + sc
    globalOffsets(atoms, s, s.outOffsets, width: layer.output.width)
    localOffsets(atoms, s.inOffsets, width: layer.product.width)
    addProductGradient(t, atoms, s)
    layer.productLinear.applyTransposed(
      kernels, outputAdjoints[s.pass][t].base, s.outOffsets.base, s.products.base, s.inOffsets.base,
      atoms: atoms, accumulate: false, s.rows)
    if t > 0 && layer.configuration.usesSelfConnection {
      globalOffsets(atoms, s, s.inOffsets, width: layer.node.width)
      addSkipGradient(t, atoms, s)
      forEachSpecies(atoms, s) { z, run in
        (species[z]?.layers[t].skip ?? layer.skip)?.applyTransposed(
          kernels, outputAdjoints[s.pass][t].base, s.outOffsets.base + run.lowerBound,
          outputAdjoints[s.pass][t - 1].base, s.inOffsets.base + run.lowerBound, atoms: run.count,
          accumulate: true, s.rows)
      }
    }
    s.lap(.linearBackward)
    // B = contraction(A)
    s.targets.zero(atoms * layer.target.width)
    forEachQuartet(atoms, s) { z, count, first in
      for q in 0..<count {
        s.inRows.base[q] = UnsafePointer(targets[t].base + s.atoms.base[first + q] * layer.target.width)
        s.gradientRows.base[q] = UnsafePointer(s.products.base + (first + q) * layer.product.width)
        s.outRows.base[q] = s.targets.base + (first + q) * layer.target.width
      }
      guard let data = species[z] else { return }
      kernels.contractAdjoint(
        layer.contraction.polynomials.base, layer.contraction.polynomialCount, count, layer.target.rows,
        layer.target.channels, data.layers[t].coefficients.base, layer.contraction.coefficientCount,
        s.inRows.base,
        s.gradientRows.base, s.outRows.base, s.gradient?.layers[t].coefficients[z].base, s.contraction.base)
    }
    s.lap(.contractionBackward)
    targetToMessage(t, atoms, s)
    s.lap(.linearBackward)
    scatterMessages(t, atoms, s, properties)
  }

  /// ∂e/∂h of this layer's output gets what the next layer's edges gave to its sender rows.
  private func pullSenderAdjoints(_ t: Int, _ atoms: Int, _ s: ThreadScratch<Element>) {
    guard t + 1 < model.layers.count else { return }
    let next = model.layers[t + 1]
    let adjoints = scratch[0].senderGradients[s.pass][t + 1].base
    globalOffsets(atoms, s, s.inOffsets, width: next.senderWidth)
    globalOffsets(atoms, s, s.outOffsets, width: next.node.width)
    addUpGradient(t + 1, adjoints, atoms, s)
    next.up.applyTransposed(
      kernels, adjoints, s.inOffsets.base, outputAdjoints[s.pass][t].base, s.outOffsets.base, atoms: atoms,
      accumulate: true, s.rows)
    next.down?.applyTransposed(
      kernels, adjoints + next.sender.width, s.inOffsets.base, outputAdjoints[s.pass][t].base,
      s.outOffsets.base, atoms: atoms, accumulate: true, s.rows)
  }

  /// From ∂e/∂A (in `s.targets`) to ∂e/∂M (in `s.messages`) and ∂e/∂ρ.
  private func targetToMessage(_ t: Int, _ atoms: Int, _ s: ThreadScratch<Element>) {
    let layer = model.layers[t]
    let width = layer.target.width
    s.densityAdjoint.zero(atoms)
    if layer.gated != nil {
      gateToMessage(t, atoms, s)
      return
    }
    localOffsets(atoms, s.outOffsets, width: width)
    var source = s.targets
    if layer.usesDensity {
      // A = mix(T/(ρ+1)): ∂e/∂ρ = −⟨∂e/∂A, A⟩/(ρ+1), whatever the linear map `mix`
      for b in 0..<atoms {
        let i = s.atoms.base[b]
        let a = targets[t].base + i * width, g = s.targets.base + b * width
        var dot = Wide.zero
        for k in 0..<width { dot += a[k].wide * g[k].wide }
        let f = normaliser(t, densities[t].base[i])
        s.densityAdjoint.base[b] = (dot * f).scaled(by: -1)
        scaleRow(g, width, by: f)
      }
    }
    forEachSpecies(atoms, s) { z, run in
      guard let mix = species[z]?.layers[t].mix else { return }
      mix.applyTransposed(
        kernels, s.targets.base, s.outOffsets.base + run.lowerBound, s.targetsNext.base,
        s.outOffsets.base + run.lowerBound, atoms: run.count, accumulate: false, s.rows)
      source = s.targetsNext
    }
    addTargetGradient(t, atoms, source, s)
    pullMessages(t, atoms, source.base, s)
  }

  /// ∂e/∂M (or ∂e/∂a) of the block from ∂e/∂L(M), whose rows begin at `s.outOffsets`.
  private func pullMessages(
    _ t: Int, _ atoms: Int, _ source: UnsafePointer<Element>, _ s: ThreadScratch<Element>
  ) {
    let layer = model.layers[t]
    if usesMoments(t), let moments {
      applyMomentsTransposed(moments, atoms, source, s.outOffsets.base, s)
      return
    }
    localOffsets(atoms, s.inOffsets, width: layer.message.width)
    layer.messageLinear.applyTransposed(
      kernels, source, s.outOffsets.base, s.messages.base, s.inOffsets.base, atoms: atoms, accumulate: false,
      s.rows)
  }

  /// The same through the gate of the NonLinear block: X = linear_1(M)/(ρβ+α) + residual(S).
  private func gateToMessage(_ t: Int, _ atoms: Int, _ s: ThreadScratch<Element>) {
    let layer = model.layers[t]
    guard let gated = layer.gated, let residual = layer.residual, let gateLinear = layer.gateLinear else {
      return
    }
    localOffsets(atoms, s.inOffsets, width: layer.target.width)
    gateLinear.applyTransposed(
      kernels, s.targets.base, s.inOffsets.base, s.targetsNext.base, s.inOffsets.base, atoms: atoms,
      accumulate: false, s.rows)
    localOffsets(atoms, s.outOffsets, width: gated.width)
    // residual(S), to tell what ρ divides
    senderOffsets(t, atoms, s, s.inOffsets)
    residual.apply(
      kernels, senders[t].base, s.inOffsets.base, s.gatesNext.base, s.outOffsets.base, atoms: atoms,
      accumulate: false, s.rows)
    for b in 0..<atoms {
      let i = s.atoms.base[b]
      let x = gates[t].base + i * gated.width, g = s.gates.base + b * gated.width
      gateAdjoint(t, x, s.targetsNext.base + b * layer.target.width, g)
      let f = normaliser(t, densities[t].base[i])
      let r = s.gatesNext.base + b * gated.width
      var dot = Wide.zero
      for k in 0..<gated.width { dot += g[k].wide * (x[k].wide - r[k].wide) }
      // X − residual(S) = L(M)/(ρβ + α)
      let slope = (dot * f).scaled(by: -1)
      s.densityAdjoint.base[b] = slope.scaled(by: layer.beta)
      s.gradient?.layers[t].alpha += slope.tangent
      s.gradient?.layers[t].beta += (slope * densities[t].base[i]).tangent
    }
    addGateGradient(t, atoms, s)
    if t > 0 {
      residual.applyTransposed(
        kernels, s.gates.base, s.outOffsets.base, s.senderGradients[s.pass][t].base, s.inOffsets.base,
        atoms: atoms, accumulate: true, s.rows)
    }
    for b in 0..<atoms {
      scaleRow(
        s.gates.base + b * gated.width, gated.width, by: normaliser(t, densities[t].base[s.atoms.base[b]]))
    }
    addGatedMessageGradient(t, atoms, s)
    pullMessages(t, atoms, s.gates.base, s)
  }

  /// dx = ∂e/∂x of `applyGate`, from dy.
  private func gateAdjoint(
    _ t: Int, _ x: UnsafePointer<Element>, _ dy: UnsafePointer<Element>, _ dx: UnsafeMutablePointer<Element>
  ) {
    let layer = model.layers[t]
    guard let gate = layer.configuration.gate, let gated = layer.gated else { return }
    let channels = layer.target.channels
    clearRow(dx, gated.width)
    for c in 0..<gate.scalarCount {
      dx[c] = dy[c] * Element(wide: gate.scalarActivation.evaluate(x[c].wide).slope)
    }
    var row = 1
    for (b, block) in gate.gated.enumerated() {
      let gates = (1 + b) * gated.channels
      for c in 0..<block.multiplicity {
        let (value, slope) = gate.gateActivation.evaluate(x[gates + c].wide)
        let gateValue = Element(wide: value)
        var dot = Element(wide: .zero)
        for m in 0..<block.dimension {
          let xm = (gate.gated.count + row + m) * channels + c, ym = (row + m) * channels + c
          dot += dy[ym] * x[xm]
          dx[xm] = dy[ym] * gateValue
        }
        dx[gates + c] = dot * Element(wide: slope)
      }
      row += block.dimension
    }
  }

  /// From ∂e/∂M and ∂e/∂ρ to the edges: forces, virials and ∂e/∂S of the senders.
  private func scatterMessages(_ t: Int, _ atoms: Int, _ s: ThreadScratch<Element>, _ properties: Properties)
  {
    let ofFlux = s.pass == 0 && properties.contains(.heatFluxVirials)
    forEachTile(t, atoms, s) {
      computeGeometry(t, s)
      s.lap(.geometryBackward)
      prepareRadial(t, s)
      if usesMoments(t), let moments {
        scatterMoments(moments, s)
      } else {
        scatterPaths(t, s, ofFlux: ofFlux)
      }
      let densityFactor = densityBackward(t, s)
      finishRadial(t, s, densityAdjoints: densityFactor)
      s.lap(.radialBackward)
      if let gradient = s.gradient {
        endpointsToNodes(t, s, gradient)
      } else {
        edgesToForces(t, s, densityFactor: densityFactor, properties, ofFlux: ofFlux)
      }
      s.lap(.geometryBackward)
    }
  }

  /// From ∂e/∂M to ∂e/∂R, ∂e/∂Q and ∂e/∂S of a tile's edges, path by path.
  private func scatterPaths(_ t: Int, _ s: ThreadScratch<Element>, ofFlux: Bool) {
    let layer = model.layers[t]
    let tile = s.tile, plan = layer.convolution
    let width = layer.message.width, channels = layer.sender.channels
    let wantsSenders = t > 0 || s.gradient != nil
    if ofFlux { transportSenderAdjoints(t, s) }
    if wantsSenders {
      for e in 0..<tile.count { s.senderAdjoints.base[e] = senderAdjoint(t, tile.neighbor.base[e], s) }
    }
    for (p, tiles) in plan.paths.enumerated() {
      let weights = pathWeights(t, p, s), adjoints = pathAdjoints(t, p, s)
      s.lap(.radialBackward)
      tile.forEachRun { b, first, count in
        kernels.convolveAdjoint(
          plan.tiles.base + tiles.lowerBound, tiles.count, count, channels, weights + first * channels,
          adjoints + first * channels, s.couplings.base + first * plan.couplingCount,
          s.gradient == nil ? s.couplingAdjoints.base + first * plan.couplingCount : nil,
          plan.couplingCount, s.senders.base + first,
          wantsSenders ? UnsafePointer(s.senderAdjoints.base + first) : nil, s.messages.base + b * width)
      }
      s.lap(.convolutionBackward)
      takePathAdjoints(t, p, s)
    }
  }

  /// Leaves ∂e/∂d and ∂e/∂f of each edge in `s.densities` and says whether there is a density network.
  private func densityBackward(_ t: Int, _ s: ThreadScratch<Element>) -> Bool {
    let layer = model.layers[t], tile = s.tile
    guard let network = layer.densityNetwork else { return false }
    densities(t, network, s)
    for e in 0..<tile.count {
      let d = s.densities.base[e * channelAlignment].wide
      let density = (d * d).hyperbolicTangent(), g = s.densityAdjoint.base[tile.receiver.base[e]]
      let slope = (d * (Wide(constant: 1) - density * density)).scaled(by: 2)
      s.densities.base[e * channelAlignment] = Element(wide: g * tile.factor.base[e] * slope)
      s.densities.base[e * channelAlignment + 1] = Element(wide: g * density)
    }
    return true
  }

  private func edgesToForces(
    _ t: Int, _ s: ThreadScratch<Element>, densityFactor: Bool, _ properties: Properties, ofFlux: Bool
  ) {
    let perAtom = properties.contains(.atomicVirials)
    let forces = s.forces[s.pass].base
    let layer = model.layers[t], tile = s.tile, plan = layer.convolution
    let nb = model.basis.count, padded = layer.radialNetwork.inputPadded
    let width = layer.endpointWidth, stride = tile.stride
    kernels.coupleAdjoint(
      tile.count, stride, model.harmonics.maxDegree, s.harmonicNorms.base, tile.directions.base,
      tile.factor.base, plan.terms.base, plan.termCount, plan.couplingCount, tile.harmonics.base,
      s.couplingAdjoints.base, s.factorAdjoints.base, s.directionAdjoints.base, s.couplingScratch.base)
    for e in 0..<tile.count {
      let i = tile.atom.base[e], j = tile.neighbor.base[e]
      let r = tile.distance.base[e], u = tile.vector.base[e] / r
      var factorAdjoint = s.factorAdjoints.base[e].value
      if densityFactor { factorAdjoint += s.densities.base[e * channelAlignment + 1].wide.value }
      var radial = factorAdjoint * tile.factorSlope.base[e] + tile.radial.base[e]
      if t == 0, s.pass == 0, let repulsion = model.repulsion {
        radial += repulsion.evaluate(r, Int(graph.species[i]), Int(graph.species[j])).slope
      }
      if t > 0 && layer.down != nil {
        // edges of such a layer are all exact: row e of the network is edge e
        let dx = s.inputAdjoint.base + e * padded
        let gradients = s.senderGradients[s.pass][t].base + layer.sender.width
        for k in 0..<width {
          gradients[j * layer.senderWidth + k] += dx[nb + k]
          gradients[i * layer.senderWidth + k] += dx[nb + width + k]
        }
        if ofFlux { transport(dx + nb, width, to: layer.sender.width, edge: e, layer: t, s) }
      }
      let adjoints = s.directionAdjoints.base + e
      let gu = SIMD3(adjoints[0].value, adjoints[stride].value, adjoints[2 * stride].value)
      let along = gu.x * u.x + gu.y * u.y + gu.z * u.z
      let g = u * radial + (gu - u * along) / r
      forces[i] -= g
      forces[j] += g
      if s.pass == 0 { addVirial(g, tile.vector.base[e], i, j, s, perAtom: perAtom, ofFlux: ofFlux) }
    }
  }

  /// W −= ∂e/∂v ⊗ v; per atom, half of it to each end of the edge; for the heat flux, v to the moments of the
  /// sender's force.
  @inline(__always)
  private func addVirial(
    _ g: SIMD3<Double>, _ v: SIMD3<Double>, _ i: Int, _ j: Int, _ s: ThreadScratch<Element>, perAtom: Bool,
    ofFlux: Bool
  ) {
    s.virial.withUnsafeMutableBufferPointer { w in
      for a in 0..<3 {
        for b in 0..<3 { w[3 * a + b] -= g[a] * v[b] }
      }
    }
    if ofFlux {
      for a in 0..<3 { s.forces[1 + a].base[j] += v[a] * g }
    }
    guard perAtom else { return }
    for a in 0..<3 {
      for b in 0..<3 {
        let half = 0.5 * g[a] * v[b]
        s.atomicVirials.base[9 * i + 3 * a + b] -= half
        s.atomicVirials.base[9 * j + 3 * a + b] -= half
      }
    }
  }
}
