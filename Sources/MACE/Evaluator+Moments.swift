import Diagnostics
import KernelInterface

// The first layer by moments of the neighbours' density, see `MomentMaps`: what takes the place of the convolution and the
// linear map of the messages, there and back. Each receiver of a block has a row of moments for each species among
// its neighbours.
extension Evaluator {
  /// Whether layer t is evaluated by moments.
  func usesMoments(_ t: Int) -> Bool { t == 0 && moments != nil }

  /// Decides about the graph, whose neighbours are put in the order of their species if moments are used: they need
  /// edges that all have tables, and pay where an atom has many neighbours of few species.
  func prepareMoments(for present: [Int]) throws(MACEError) {
    moments = nil
    momentRows = 0
    let layer = model.layers[0]
    guard !Wide.isDual, direction == nil, radial == .tabulated, layer.sender.rows == 1 else { return }
    let groups = countNeighboringSpecies()
    guard prefersMoments || momentsPay(groups) else { return }
    guard let maps = try model.momentMaps(for: present, radialTables[0]), !hasShortEdge() else { return }
    graph.groupNeighbors(elements: species.count)
    moments = maps
    momentRows = groups
  }

  /// Pairs of a receiver and a species among its neighbours.
  private func countNeighboringSpecies() -> Int {
    let graph = graph
    var lastReceiver = [Int](repeating: -1, count: species.count)
    var count = 0
    for i in 0..<graph.localCount {
      for e in graph.offsets[i]..<graph.offsets[i + 1] {
        let z = Int(graph.species[Int(graph.neighbors[e])])
        if lastReceiver[z] != i { count += 1 }
        lastReceiver[z] = i
      }
    }
    return count
  }

  /// By multiply–adds: on the way back, three times per edge and as many per atom as on the way there.
  private func momentsPay(_ groups: Int) -> Bool {
    let layer = model.layers[0], plan = layer.convolution
    var rows = 0
    for k in 0..<plan.tileCount { rows += Int(plan.tiles.base[k].rows) }
    let edges = 3 * graph.neighbors.count
    let direct =
      edges * (Weight.splineTaps * plan.pathCount + rows) * layer.sender.channels
      + 2 * graph.localCount * layer.messageLinear.multiplyAdds
    let byMoments =
      edges * (Weight.splineTaps + rows) * paddedToVectors(layer.radialNetwork.rank)
      + 2 * groups * MomentMaps.multiplyAdds(layer)
    return byMoments < direct
  }

  /// Whether an edge is too short for the tables.
  private func hasShortEdge() -> Bool {
    let graph = graph
    // a little more, so that rounding decides nothing
    let shortest = (RadialTabulation.first + 1e-9) * (RadialTabulation.first + 1e-9)
    for i in 0..<graph.localCount {
      for e in graph.offsets[i]..<graph.offsets[i + 1] {
        let d = graph.vector(i, e)
        if d.x * d.x + d.y * d.y + d.z * d.z < shortest { return true }
      }
    }
    return false
  }

  /// Gives each receiver of a block a row for each species among its neighbours.
  func layOutMoments(_ atoms: Int, _ s: ThreadScratch<Element>) -> Int {
    let graph = graph, slots = s.momentSlots.base, elements = species.count
    var count: Int32 = 0
    for b in 0..<atoms {
      let row = slots + b * elements, i = s.atoms.base[b]
      for z in 0..<elements { row[z] = -1 }
      for e in graph.offsets[i]..<graph.offsets[i + 1] {
        let z = Int(graph.species[Int(graph.neighbors[e])])
        if row[z] < 0 {
          row[z] = count
          count += 1
        }
      }
    }
    return Int(count)
  }

  /// a of the block's atoms.
  func gatherMoments(_ maps: MomentMaps<Weight>, _ atoms: Int, _ s: ThreadScratch<Element>) {
    let plan = model.layers[0].convolution, width = maps.layout.width, q = maps.layout.channels
    let count = layOutMoments(atoms, s) * width
    s.moments.reserve(count)
    s.moments.zero(count)
    s.density.zero(atoms)
    forEachTile(0, atoms, s) {
      prepareTile(0, s)
      gatherDensity(0, s)
      let functions = momentFunctions(maps, s)
      s.lap(.radial)
      forEachMomentRun(s) { slot, first, count in
        kernels.convolve(
          maps.tiles.base, plan.tileCount, count, q, functions + first * q,
          s.couplings.base + first * plan.couplingCount, plan.couplingCount, s.senders.base + first,
          s.moments.base + slot * width)
      }
      s.lap(.convolution)
    }
  }

  /// ∂e/∂B and ∂e/∂Q of a tile's edges from ∂e/∂a, and ∂e/∂B to the splines.
  func scatterMoments(_ maps: MomentMaps<Weight>, _ s: ThreadScratch<Element>) {
    let plan = model.layers[0].convolution, width = maps.layout.width, q = maps.layout.channels
    let functions = momentFunctions(maps, s)
    s.lap(.radialBackward)
    forEachMomentRun(s) { slot, first, count in
      kernels.convolveAdjoint(
        maps.tiles.base, plan.tileCount, count, q, functions + first * q, s.weightAdjoints.base + first * q,
        s.couplings.base + first * plan.couplingCount, s.couplingAdjoints.base + first * plan.couplingCount,
        plan.couplingCount, s.senders.base + first, nil, s.moments.base + slot * width)
    }
    s.lap(.convolutionBackward)
    s.splines.adjoints.zero(s.splines.count * Weight.splineTaps)
    kernels.interpolateAdjoint(
      s.splines.count, Weight.splineTaps, q, tableRows(maps, s), s.splines.edges.base, s.weightAdjoints.base,
      s.splines.adjoints.base)
  }

  /// y = L(M), in the rows at `offsets`.
  func applyMoments(
    _ maps: MomentMaps<Weight>, _ atoms: Int, _ y: UnsafeMutablePointer<Element>,
    _ offsets: UnsafePointer<Int>,
    _ s: ThreadScratch<Element>
  ) {
    for b in 0..<atoms { clearRow(y + offsets[b], model.layers[0].messageOutput.width) }
    forEachMap(maps, atoms, offsets, s) { map, count in
      map.apply(
        kernels, s.moments.base, s.inOffsets.base, y, s.momentOffsets.base, atoms: count, accumulate: true,
        s.rows)
    }
  }

  /// ∂e/∂a from ∂e/∂L(M); every row of moments is set.
  func applyMomentsTransposed(
    _ maps: MomentMaps<Weight>, _ atoms: Int, _ y: UnsafePointer<Element>, _ offsets: UnsafePointer<Int>,
    _ s: ThreadScratch<Element>
  ) {
    s.moments.reserve(layOutMoments(atoms, s) * maps.layout.width)
    forEachMap(maps, atoms, offsets, s) { map, count in
      map.applyTransposed(
        kernels, y, s.momentOffsets.base, s.moments.base, s.inOffsets.base, atoms: count, accumulate: false,
        s.rows)
    }
  }

  /// B of the tile's edges, [edge][q].
  private func momentFunctions(
    _ maps: MomentMaps<Weight>, _ s: ThreadScratch<Element>
  ) -> UnsafePointer<Element> {
    for e in 0..<s.tile.count { s.senders.base[e] = UnsafePointer(s.momentSender.base) }
    kernels.interpolate(
      s.splines.count, Weight.splineTaps, maps.layout.channels, tableRows(maps, s), s.splines.weights.base,
      s.splines.edges.base, s.weights.base)
    return UnsafePointer(s.weights.base)
  }

  private func tableRows(
    _ maps: MomentMaps<Weight>, _ s: ThreadScratch<Element>
  ) -> UnsafePointer<UnsafePointer<Weight>> {
    s.splines.rows(radialTables[0].tables, slice: 0, channels: maps.layout.channels) { index, _ in
      maps.functions[index]
    }
  }

  /// Runs of edges with the same receiver and species of the sender.
  private func forEachMomentRun(
    _ s: ThreadScratch<Element>, _ body: (_ slot: Int, _ first: Int, _ count: Int) -> Void
  ) {
    let tile = s.tile, elements = species.count
    func slot(_ e: Int) -> Int32 {
      s.momentSlots.base[tile.receiver.base[e] * elements + Int(graph.species[tile.neighbor.base[e]])]
    }
    var first = 0
    while first < tile.count {
      let run = slot(first)
      var end = first + 1
      while end < tile.count && slot(end) == run { end += 1 }
      body(Int(run), first, end - first)
      first = end
    }
  }

  /// Atoms whose moments of one species go through the same map, with the offsets of their moments in `s.inOffsets` and
  /// those of their rows in `s.momentOffsets`.
  private func forEachMap(
    _ maps: MomentMaps<Weight>, _ atoms: Int, _ offsets: UnsafePointer<Int>, _ s: ThreadScratch<Element>,
    _ body: (_ map: LinearMap<Weight>, _ count: Int) -> Void
  ) {
    let elements = species.count, lookup = radialLookups[0].base, width = maps.layout.width
    for z in 0..<elements {
      var count = 0
      var table: Int32 = -1
      func flush() {
        if count > 0, let map = maps.map(table: Int(table), sender: z) { body(map, count) }
        count = 0
      }
      for b in 0..<atoms {
        let slot = Int(s.momentSlots.base[b * elements + z])
        guard slot >= 0 else { continue }
        let other = lookup[Int(graph.species[s.atoms.base[b]]) * elements + z]
        if other != table { flush() }
        table = other
        s.inOffsets.base[count] = slot * width
        s.momentOffsets.base[count] = offsets[b]
        count += 1
      }
      flush()
    }
  }
}
