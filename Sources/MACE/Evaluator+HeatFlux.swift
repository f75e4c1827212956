import KernelInterface

/// The flux of heat needs to know from where to where energy goes: not only how the total energy changes when atom
/// j moves, but the energies U_k of which atoms do,
///
///     W_j[a][b] = Σ_k (r_k − r_j)[a] ∂U_k/∂r_j[b].
///
/// The way back is linear in its seeds, and is gone four times. Pass 0 carries λ_x = Σ_k ∂U_k/∂x from the readouts
/// down to the forces. Passes 1, 2, 3 carry its moments along x, y, z about the node n that x belongs to,
///
///     μ_x[a] = Σ_k (r_k − r_n)[a] ∂U_k/∂x,
///
/// where r_k − r_n is the sum of the edges in between, so that neither periodic images nor ghosts need a word. At the
/// readouts k = n, and μ = 0. Inside a node μ obeys the equations of λ. An edge v = r_i − r_j with the Jacobian J
/// of the message to its receiver i changes the point of reference: its sender j gets
///
///     λ_j += Jᵀλ_i,   μ_j[a] += Jᵀμ_i[a] + v[a] Jᵀλ_i,
///
/// and the forces on both atoms likewise. The first terms are what any pass does; the last is added in pass 0.
extension Evaluator {
  static var passCount: Int { 4 }

  func passes(_ properties: Properties) -> Range<Int> {
    0..<(properties.contains(.heatFluxVirials) ? Self.passCount : 1)
  }

  /// Passes through a layer: in the last one there are no moments yet.
  func passes(layer t: Int, _ properties: Properties) -> Range<Int> {
    t + 1 < model.layers.count ? passes(properties) : 0..<1
  }

  /// Jᵀλ of the senders' features, in pass 0: the adjoint of the tile's convolution, but for each edge by itself.
  func transportSenderAdjoints(_ t: Int, _ s: ThreadScratch<Element>) {
    guard t > 0 else { return }
    let layer = model.layers[t], plan = layer.convolution, tile = s.tile
    let width = layer.sender.width, channels = layer.sender.channels
    s.edgeAdjoints.reserve(tile.capacity * width)
    s.edgeAdjoints.zero(tile.count * width)
    for e in 0..<tile.count { s.senderAdjoints.base[e] = s.edgeAdjoints.base + e * width }
    for (p, tiles) in plan.paths.enumerated() {
      let weights = pathWeights(t, p, s), adjoints = pathAdjoints(t, p, s)
      tile.forEachRun { b, first, count in
        kernels.convolveAdjoint(
          plan.tiles.base + tiles.lowerBound, tiles.count, count, channels, weights + first * channels,
          adjoints + first * channels, s.couplings.base + first * plan.couplingCount, nil,
          plan.couplingCount, s.senders.base + first, UnsafePointer(s.senderAdjoints.base + first),
          s.messages.base + b * layer.message.width)
      }
    }
    for e in 0..<tile.count {
      transport(s.edgeAdjoints.base + e * width, width, to: 0, edge: e, layer: t, s)
    }
  }

  /// Adds v[a] Jᵀλ, of which `row` is the part that begins at `start`, to the moments of an edge's sender.
  @inline(__always)
  func transport(
    _ row: UnsafePointer<Element>, _ count: Int, to start: Int, edge e: Int, layer t: Int,
    _ s: ThreadScratch<Element>
  ) {
    let first = s.tile.neighbor.base[e] * model.layers[t].senderWidth + start
    for a in 0..<3 {
      let moment = s.senderGradients[1 + a][t].base + first
      let v = Element(wide: Wide(constant: s.tile.vector.base[e][a]))
      for k in 0..<count { moment[k] += v * row[k] }
    }
  }
}
