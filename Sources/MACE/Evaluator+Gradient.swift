import Diagnostics
import KernelInterface

/// The gradient of a loss with respect to the parameters, by duals: one pass forward and one back, where each
/// linear piece adds what it owes to `ThreadScratch.gradient`. Forces are not computed on this way back.
extension Evaluator {
  /// Leaves Σ_graphs of the gradient in the first thread's `gradient`.
  func runGradient(_ graph: EdgeGraph, _ direction: GradientDirection) throws(MACEError) {
    precondition(Wide.isDual)
    self.direction = direction
    for s in scratch {
      if s.gradient == nil { s.gradient = ModelGradient(model, readouts: readouts) }
    }
    try run(graph, [.forces], exchange: nil)
    finishGradient()
  }

  /// de/dE of a node's readouts: −1 + ε ∂L/∂E, scaled; 1 in a plain evaluation.
  @inline(__always)
  func seed(ofNode i: Int) -> Wide {
    guard Wide.isDual, let direction else { return Wide(constant: 1) }
    return Wide(value: -scale, tangent: scale * direction.energies[Int(direction.graphs[i])])
  }

  /// How the vector d of an edge moves: v_i − v_j + ω d.
  @inline(__always)
  func displacement(of d: SIMD3<Double>, _ i: Int, _ j: Int) -> SIMD3<Double> {
    guard let direction else { return SIMD3() }
    let strain = direction.strains[Int(direction.graphs[i])]
    let move = direction.displacements[i] - direction.displacements[j]
    return move + SIMD3((strain[0] * d).sum(), (strain[1] * d).sum(), (strain[2] * d).sum())
  }

  /// Where ∂e/∂S of a node is added; the first layer has one row per species.
  @inline(__always)
  func senderAdjoint(_ t: Int, _ node: Int, _ s: ThreadScratch<Element>) -> UnsafeMutablePointer<Element> {
    let row = t == 0 ? Int(graph.species[node]) : node
    return s.senderGradients[s.pass][t].base + row * model.layers[t].senderWidth
  }

  // MARK: What the pieces of a layer owe

  /// h = linear(B): B is computed again into `s.products`.
  func addProductGradient(_ t: Int, _ atoms: Int, _ s: ThreadScratch<Element>) {
    guard let gradient = s.gradient?.layers[t] else { return }
    contractBlock(t, atoms, s)
    model.layers[t].productLinear.addGradient(
      kernels, s.products.base, s.inOffsets.base, outputAdjoints[s.pass][t].base, s.outOffsets.base,
      atoms: atoms,
      gradient.productLinear.base, s.rows)
    guard t == 0, model.layers[0].configuration.usesSelfConnection else { return }
    let width = model.layers[0].output.width
    for b in 0..<atoms {
      let sum = s.selfConnections.base + Int(graph.species[s.atoms.base[b]]) * width
      let g = outputAdjoints[s.pass][0].base + s.outOffsets.base[b]
      for k in 0..<width { sum[k] += g[k] }
    }
  }

  /// sc = skip(h_t)
  func addSkipGradient(_ t: Int, _ atoms: Int, _ s: ThreadScratch<Element>) {
    guard let gradient = s.gradient?.layers[t] else { return }
    forEachSpecies(atoms, s) { z, run in
      guard let skip = species[z]?.layers[t].skip ?? model.layers[t].skip else { return }
      skip.addGradient(
        kernels, outputs[t - 1].base, s.inOffsets.base + run.lowerBound, outputAdjoints[s.pass][t].base,
        s.outOffsets.base + run.lowerBound, atoms: run.count,
        gradient.skip[gradient.skip.count > 1 ? z : 0].base,
        s.rows)
    }
  }

  /// S = up(h_t), down(h_t)
  func addUpGradient(
    _ t: Int, _ adjoints: UnsafePointer<Element>, _ atoms: Int, _ s: ThreadScratch<Element>
  ) {
    guard let gradient = s.gradient?.layers[t] else { return }
    let layer = model.layers[t]
    layer.up.addGradient(
      kernels, outputs[t - 1].base, s.outOffsets.base, adjoints, s.inOffsets.base, atoms: atoms,
      gradient.up.base, s.rows)
    if let down = layer.down, let downGradient = gradient.down {
      down.addGradient(
        kernels, outputs[t - 1].base, s.outOffsets.base, adjoints + layer.sender.width, s.inOffsets.base,
        atoms: atoms, downGradient.base, s.rows)
    }
  }

  /// A = mix(f linear(M)): `s.targets` holds f ∂e/∂A, `source` what `mix` makes of it.
  func addTargetGradient(_ t: Int, _ atoms: Int, _ source: Buffer<Element>, _ s: ThreadScratch<Element>) {
    guard let gradient = s.gradient?.layers[t] else { return }
    let layer = model.layers[t]
    globalOffsets(atoms, s, s.inOffsets, width: layer.message.width)
    if !gradient.mix.isEmpty {
      // linear(M) once more
      layer.messageLinear.apply(
        kernels, messages[t].base, s.inOffsets.base, s.unmixed.base, s.outOffsets.base, atoms: atoms,
        accumulate: false, s.rows)
      forEachSpecies(atoms, s) { z, run in
        species[z]?.layers[t].mix?.addGradient(
          kernels, s.unmixed.base, s.outOffsets.base + run.lowerBound, s.targets.base,
          s.outOffsets.base + run.lowerBound, atoms: run.count, gradient.mix[z].base, s.rows)
      }
    }
    layer.messageLinear.addGradient(
      kernels, messages[t].base, s.inOffsets.base, source.base, s.outOffsets.base, atoms: atoms,
      gradient.messageLinear.base, s.rows)
  }

  /// A = linear_2(gate(X)), X = … + residual(S); `s.targets` holds ∂e/∂A, `s.gates` ∂e/∂X.
  func addGateGradient(_ t: Int, _ atoms: Int, _ s: ThreadScratch<Element>) {
    let layer = model.layers[t]
    guard let gradient = s.gradient?.layers[t], let gated = layer.gated,
      let gateGradient = gradient.gateLinear, let residualGradient = gradient.residual
    else { return }
    layer.residual?.addGradient(
      kernels, senders[t].base, s.inOffsets.base, s.gates.base, s.outOffsets.base, atoms: atoms,
      residualGradient.base, s.rows)
    if t == 0 {
      // rows of atoms of one species coincide: one atom at a time
      for b in 0..<atoms {
        layer.residual?.applyTransposed(
          kernels, s.gates.base, s.outOffsets.base + b, s.senderGradients[s.pass][0].base,
          s.inOffsets.base + b,
          atoms: 1, accumulate: true, s.rows)
      }
    }
    for b in 0..<atoms {
      applyGate(
        t, gates[t].base + s.atoms.base[b] * gated.width, s.unmixed.base + b * layer.target.width)
      s.gateOffsets.base[b] = b * layer.target.width
    }
    layer.gateLinear?.addGradient(
      kernels, s.unmixed.base, s.gateOffsets.base, s.targets.base, s.gateOffsets.base, atoms: atoms,
      gateGradient.base, s.rows)
  }

  /// X = f linear_1(M) + …: `s.gates` holds f ∂e/∂X.
  func addGatedMessageGradient(_ t: Int, _ atoms: Int, _ s: ThreadScratch<Element>) {
    guard let gradient = s.gradient?.layers[t] else { return }
    let layer = model.layers[t]
    globalOffsets(atoms, s, s.inOffsets, width: layer.message.width)
    layer.messageLinear.addGradient(
      kernels, messages[t].base, s.inOffsets.base, s.gates.base, s.outOffsets.base, atoms: atoms,
      gradient.messageLinear.base, s.rows)
  }

  /// What both ends of an edge brought to the radial network.
  func endpointsToNodes(_ t: Int, _ s: ThreadScratch<Element>, _ gradient: ModelGradient<Weight>) {
    let layer = model.layers[t], tile = s.tile
    let nb = model.basis.count, padded = layer.radialNetwork.inputPadded, width = layer.endpointWidth
    guard width > 0 else { return }
    for x in 0..<tile.exactCount {
      let e = Int(tile.exact.base[x])
      let i = tile.atom.base[e], j = tile.neighbor.base[e]
      let dx = s.inputAdjoint.base + (x * padded + nb)
      if layer.down != nil {
        let a = senderAdjoint(t, j, s) + layer.sender.width, b = senderAdjoint(t, i, s) + layer.sender.width
        for k in 0..<width {
          a[k] += dx[k]
          b[k] += dx[width + k]
        }
      } else {
        let a = Int(graph.species[j]) * width, b = Int(graph.species[i]) * width
        for k in 0..<width {
          gradient.layers[t].source[a + k] += dx[k].wide.tangent
          gradient.layers[t].target[b + k] += dx[width + k].wide.tangent
        }
      }
    }
  }

  // MARK: After the last block

  /// Sums the threads, and leads the adjoints of the first layer's species rows to its parameters.
  private func finishGradient() {
    let first = scratch[0], layer = model.layers[0]
    guard let gradient = first.gradient else { return }
    for other in scratch.dropFirst() {
      if let part = other.gradient { gradient.add(part) }
      for k in 0..<(species.count * layer.senderWidth) {
        first.senderGradients[0][0].base[k] += other.senderGradients[0][0].base[k]
      }
      for k in 0..<(species.count * layer.output.width) {
        first.selfConnections.base[k] += other.selfConnections.base[k]
      }
    }
    let zero = Buffer([0])
    let h = Buffer<Element>(layer.node.width), dh = Buffer<Element>(layer.node.width)
    for (z, data) in species.enumerated() {
      guard let data else { continue }
      for k in 0..<layer.node.width { h.base[k] = Element(weight: data.embedding.base[k]) }
      let g = first.senderGradients[0][0].base + z * layer.senderWidth
      layer.up.addGradient(
        kernels, h.base, zero.base, g, zero.base, atoms: 1, gradient.layers[0].up.base, first.rows)
      layer.up.applyTransposed(
        kernels, g, zero.base, dh.base, zero.base, atoms: 1, accumulate: false, first.rows)
      if let down = layer.down, let sum = gradient.layers[0].down {
        let g = g + layer.sender.width
        down.addGradient(kernels, h.base, zero.base, g, zero.base, atoms: 1, sum.base, first.rows)
        down.applyTransposed(
          kernels, g, zero.base, dh.base, zero.base, atoms: 1, accumulate: true, first.rows)
      }
      if layer.configuration.usesSelfConnection, let skip = data.layers[0].skip ?? layer.skip {
        let g = first.selfConnections.base + z * layer.output.width
        let sums = gradient.layers[0].skip
        skip.addGradient(
          kernels, h.base, zero.base, g, zero.base, atoms: 1, sums[sums.count > 1 ? z : 0].base, first.rows)
        skip.applyTransposed(
          kernels, g, zero.base, dh.base, zero.base, atoms: 1, accumulate: true, first.rows)
      }
      for k in 0..<layer.node.width {
        gradient.embeddings.base[z * layer.node.width + k] += Weight(dh.base[k].wide.tangent)
      }
    }
  }
}
