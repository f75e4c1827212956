import Glibc
import KernelInterface

extension Evaluator {
  /// One layer for one block of receivers: M → A → B → h, the readouts, and the next layer's sender rows.
  func forwardBlock(_ t: Int, _ range: Range<Int>, _ s: ThreadScratch<Element>) {
    let layer = model.layers[t]
    s.layer = t
    let atoms = loadBlock(range, s)
    if usesMoments(t), let moments {
      gatherMoments(moments, atoms, s)
    } else {
      gatherMessages(t, atoms, s)
    }
    if model.layers[t].usesDensity {
      for b in 0..<atoms { densities[t].base[s.atoms.base[b]] = s.density.base[b] }
    }
    messageToTarget(t, atoms, s)
    s.lap(.linear)
    contractBlock(t, atoms, s)
    s.lap(.contraction)
    updateNodes(t, atoms, s)
    s.lap(.linear)
    for (k, readout) in readouts.enumerated() where readout.layer == t {
      for b in 0..<atoms {
        let i = s.atoms.base[b], row = i * layer.output.width
        let energy: Wide = readout.evaluate(
          outputs[t].base + row, seed: seed(ofNode: i), adjoint: outputAdjoints[0][t].base + row,
          stride: layer.output.channels, scratch: s.readout.base, gradient: s.gradient?.readouts[k])
        nodeEnergies.base[i] += energy.value
      }
    }
    s.lap(.readout)
  }

  /// Geometry and radial splines of a tile on the way there, and the pair repulsion in the first layer.
  func prepareTile(_ t: Int, _ s: ThreadScratch<Element>) {
    let tile = s.tile
    computeGeometry(t, s)
    if t == 0, let repulsion = model.repulsion {
      for e in 0..<tile.count {
        let i = tile.atom.base[e]
        let z = Int(graph.species[i]), other = Int(graph.species[tile.neighbor.base[e]])
        nodeEnergies.base[i] += repulsion.evaluate(tile.distance.base[e], z, other).energy
      }
    }
    s.lap(.geometry)
    prepareRadial(t, s)
  }

  /// Adds a tile's edges to ρ of the block's atoms.
  func gatherDensity(_ t: Int, _ s: ThreadScratch<Element>) {
    guard let network = model.layers[t].densityNetwork else { return }
    let tile = s.tile
    densities(t, network, s)
    for e in 0..<tile.count {
      let d = s.densities.base[e * channelAlignment].wide
      s.density.base[tile.receiver.base[e]] += (d * d).hyperbolicTangent() * tile.factor.base[e]
    }
  }

  /// M and ρ of the block's atoms.
  private func gatherMessages(_ t: Int, _ atoms: Int, _ s: ThreadScratch<Element>) {
    let layer = model.layers[t]
    let tile = s.tile, plan = layer.convolution
    let width = layer.message.width, channels = layer.sender.channels
    s.messages.zero(atoms * width)
    s.density.zero(atoms)
    forEachTile(t, atoms, s) {
      prepareTile(t, s)
      gatherDensity(t, s)
      for (p, tiles) in plan.paths.enumerated() {
        let weights = pathWeights(t, p, s)
        s.lap(.radial)
        tile.forEachRun { b, first, count in
          kernels.convolve(
            plan.tiles.base + tiles.lowerBound, tiles.count, count, channels, weights + first * channels,
            s.couplings.base + first * plan.couplingCount, plan.couplingCount, s.senders.base + first,
            s.messages.base + b * width)
        }
        s.lap(.convolution)
      }
    }
    if s.gradient != nil {
      for b in 0..<atoms {
        (messages[t].base + s.atoms.base[b] * width).update(from: s.messages.base + b * width, count: width)
      }
    }
  }

  /// A of the block: the linear map of M with the block's normalisation, element mixing or gate.
  private func messageToTarget(_ t: Int, _ atoms: Int, _ s: ThreadScratch<Element>) {
    let layer = model.layers[t]
    if let gated = layer.gated, let residual = layer.residual, let gateLinear = layer.gateLinear {
      globalOffsets(atoms, s, s.outOffsets, width: gated.width)
      applyMessageLinear(t, atoms, gates[t].base, s.outOffsets.base, s)
      for b in 0..<atoms {
        scaleRow(gates[t].base + s.outOffsets.base[b], gated.width, by: normaliser(t, s.density.base[b]))
      }
      senderOffsets(t, atoms, s, s.inOffsets)
      residual.apply(
        kernels, senders[t].base, s.inOffsets.base, gates[t].base, s.outOffsets.base, atoms: atoms,
        accumulate: true, s.rows)
      for b in 0..<atoms {
        applyGate(t, gates[t].base + s.outOffsets.base[b], s.targets.base + b * layer.target.width)
      }
      localOffsets(atoms, s.inOffsets, width: layer.target.width)
      globalOffsets(atoms, s, s.outOffsets, width: layer.target.width)
      gateLinear.apply(
        kernels, s.targets.base, s.inOffsets.base, targets[t].base, s.outOffsets.base, atoms: atoms,
        accumulate: false, s.rows)
      return
    }
    localOffsets(atoms, s.outOffsets, width: layer.target.width)
    applyMessageLinear(t, atoms, s.targets.base, s.outOffsets.base, s)
    if layer.usesDensity {
      for b in 0..<atoms {
        scaleRow(
          s.targets.base + b * layer.target.width, layer.target.width, by: normaliser(t, s.density.base[b]))
      }
    }
    globalOffsets(atoms, s, s.inOffsets, width: layer.target.width)
    forEachSpecies(atoms, s) { z, run in
      if let mix = species[z]?.layers[t].mix {
        mix.apply(
          kernels, s.targets.base, s.outOffsets.base + run.lowerBound, targets[t].base,
          s.inOffsets.base + run.lowerBound, atoms: run.count, accumulate: false, s.rows)
      } else {
        for b in run {
          (targets[t].base + s.inOffsets.base[b]).update(
            from: s.targets.base + b * layer.target.width, count: layer.target.width)
        }
      }
    }
  }

  /// L(M) of the block, in rows at the given offsets.
  private func applyMessageLinear(
    _ t: Int, _ atoms: Int, _ y: UnsafeMutablePointer<Element>, _ offsets: UnsafePointer<Int>,
    _ s: ThreadScratch<Element>
  ) {
    let layer = model.layers[t]
    if usesMoments(t), let moments {
      applyMoments(moments, atoms, y, offsets, s)
      return
    }
    localOffsets(atoms, s.inOffsets, width: layer.message.width)
    layer.messageLinear.apply(
      kernels, s.messages.base, s.inOffsets.base, y, offsets, atoms: atoms, accumulate: false, s.rows)
  }

  /// B of the block, from A.
  func contractBlock(_ t: Int, _ atoms: Int, _ s: ThreadScratch<Element>) {
    let layer = model.layers[t]
    forEachQuartet(atoms, s) { z, count, first in
      for q in 0..<count {
        s.inRows.base[q] = UnsafePointer(targets[t].base + s.atoms.base[first + q] * layer.target.width)
        s.outRows.base[q] = s.products.base + (first + q) * layer.product.width
      }
      guard let data = species[z] else { return }
      kernels.contract(
        layer.contraction.polynomials.base, layer.contraction.polynomialCount, count, layer.target.rows,
        layer.target.channels, data.layers[t].coefficients.base, layer.contraction.coefficientCount,
        s.inRows.base, s.outRows.base,
        s.contraction.base)
    }
  }

  /// h = linear(B) + sc, and the sender rows of the next layer.
  private func updateNodes(_ t: Int, _ atoms: Int, _ s: ThreadScratch<Element>) {
    let layer = model.layers[t]
    localOffsets(atoms, s.inOffsets, width: layer.product.width)
    globalOffsets(atoms, s, s.outOffsets, width: layer.output.width)
    layer.productLinear.apply(
      kernels, s.products.base, s.inOffsets.base, outputs[t].base, s.outOffsets.base, atoms: atoms,
      accumulate: false, s.rows)
    if layer.configuration.usesSelfConnection {
      if t == 0 {
        for b in 0..<atoms {
          guard let sc = species[Int(graph.species[s.atoms.base[b]])]?.selfConnection.base else { continue }
          let h = outputs[t].base + s.outOffsets.base[b]
          for k in 0..<layer.output.width { h[k] += Element(weight: sc[k]) }
        }
      } else {
        globalOffsets(atoms, s, s.inOffsets, width: layer.node.width)
        forEachSpecies(atoms, s) { z, run in
          (species[z]?.layers[t].skip ?? layer.skip)?.apply(
            kernels, outputs[t - 1].base, s.inOffsets.base + run.lowerBound, outputs[t].base,
            s.outOffsets.base + run.lowerBound, atoms: run.count, accumulate: true, s.rows)
        }
      }
    }
    guard t + 1 < model.layers.count else { return }
    let next = model.layers[t + 1]
    globalOffsets(atoms, s, s.inOffsets, width: next.senderWidth)
    next.up.apply(
      kernels, outputs[t].base, s.outOffsets.base, senders[t + 1].base, s.inOffsets.base, atoms: atoms,
      accumulate: false, s.rows)
    next.down?.apply(
      kernels, outputs[t].base, s.outOffsets.base, senders[t + 1].base + next.sender.width, s.inOffsets.base,
      atoms: atoms, accumulate: false, s.rows)
  }

  // MARK: Pieces shared with the way back

  /// 1/(ρ β + α); α = β = 1 in the density blocks.
  @inline(__always)
  func normaliser(_ t: Int, _ density: Wide) -> Wide {
    Wide(constant: 1) / (density.scaled(by: model.layers[t].beta) + Wide(constant: model.layers[t].alpha))
  }

  @inline(__always)
  func scaleRow(_ x: UnsafeMutablePointer<Element>, _ count: Int, by factor: Wide) {
    let f = Element(wide: factor)
    for k in 0..<count { x[k] *= f }
  }

  /// Groups of four atoms of one species, then single ones.
  func forEachQuartet(
    _ atoms: Int, _ s: ThreadScratch<Element>, _ body: (_ z: Int, _ count: Int, _ first: Int) -> Void
  ) {
    forEachSpecies(atoms, s) { z, run in
      var b = run.lowerBound
      while b < run.upperBound {
        let count = run.upperBound - b >= 4 ? 4 : 1
        body(z, count, b)
        b += count
      }
    }
  }

  /// y = gate(x): activated scalars, then each block of degree l > 0 times its activated gate.
  func applyGate(_ t: Int, _ x: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>) {
    let layer = model.layers[t]
    guard let gate = layer.configuration.gate, let gated = layer.gated else { return }
    let channels = layer.target.channels
    clearRow(y, layer.target.width)
    for c in 0..<gate.scalarCount { y[c] = Element(wide: gate.scalarActivation.evaluate(x[c].wide).value) }
    var row = 1
    for (b, block) in gate.gated.enumerated() {
      let gates = x + (1 + b) * gated.channels
      for c in 0..<block.multiplicity {
        let a = Element(wide: gate.gateActivation.evaluate(gates[c].wide).value)
        for m in 0..<block.dimension {
          y[(row + m) * channels + c] = x[(gate.gated.count + row + m) * channels + c] * a
        }
      }
      row += block.dimension
    }
  }
}
