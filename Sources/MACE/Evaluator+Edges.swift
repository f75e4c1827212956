import Glibc
import KernelInterface

// What forward and backward share: tiles of edges with their basis functions, harmonics, path weights and
// couplings.
extension Evaluator {
  /// Sorts a block's atoms (places in `graph.order`) by species and writes them to `scratch.atoms`.
  func loadBlock(_ range: Range<Int>, _ s: ThreadScratch<Element>) -> Int {
    let atoms = s.atoms.base
    var n = 0
    for place in range {
      let i = graph.order.isEmpty ? place : Int(graph.order[place])
      var k = n
      while k > 0 && graph.species[atoms[k - 1]] > graph.species[i] {
        atoms[k] = atoms[k - 1]
        k -= 1
      }
      atoms[k] = i
      n += 1
    }
    return n
  }

  /// Calls `body` for every tile of the block's edges shorter than the cutoff, with vectors and tables filled in.
  func forEachTile(_ t: Int, _ atoms: Int, _ s: ThreadScratch<Element>, _ body: () -> Void) {
    let tile = s.tile
    let lookup = radialLookups[t].base, elements = species.count
    let cutoff = model.model.configuration.cutoff
    let cutoff2 = cutoff * cutoff
    tile.clear()
    graph.positions.withUnsafeBufferPointer { positions in
      graph.neighbors.withUnsafeBufferPointer { neighbors in
        graph.shiftIndices.withUnsafeBufferPointer { shiftIndices in
          graph.shifts.withUnsafeBufferPointer { shifts in
            for b in 0..<atoms {
              let i = s.atoms.base[b]
              let center = positions[i]
              for e in graph.offsets[i]..<graph.offsets[i + 1] {
                let j = Int(neighbors[e])
                var d = center - positions[j]
                if !shiftIndices.isEmpty { d -= shifts[Int(shiftIndices[e])] }
                let r2 = d.x * d.x + d.y * d.y + d.z * d.z
                if r2 >= cutoff2 { continue }
                let r = r2.squareRoot()
                if r < 1e-6 {
                  s.coincident = (i, j)
                  continue
                }
                let k = tile.count
                tile.receiver.base[k] = b
                tile.atom.base[k] = i
                tile.neighbor.base[k] = j
                tile.vector.base[k] = d
                tile.distance.base[k] = r
                if Wide.isDual { tile.displacement.base[k] = displacement(of: d, i, j) }
                tile.table.base[k] =
                  r < RadialTabulation.first
                  ? -1 : lookup[Int(graph.species[i]) * elements + Int(graph.species[j])]
                if tile.table.base[k] < 0 {
                  tile.exact.base[tile.exactCount] = Int32(truncatingIfNeeded: k)
                  tile.exactCount += 1
                }
                tile.count += 1
                if tile.count == tile.capacity || tile.exactCount == EdgeTile<Wide>.networkCapacity {
                  body()
                  tile.clear()
                }
              }
            }
          }
        }
      }
    }
    if tile.count > 0 { body() }
    tile.clear()
  }

  /// Radial basis and network input of the exact edges; cutoff factors, harmonics, couplings and senders of all.
  func computeGeometry(_ t: Int, _ s: ThreadScratch<Element>) {
    let tile = s.tile, plan = model.layers[t].convolution, stride = tile.stride
    let nb = model.basis.count, padded = model.layers[t].radialNetwork.inputPadded
    s.input.zero(tile.exactCount * padded)
    var row = 0
    for e in 0..<tile.count {
      let r = tile.distance.base[e]
      let (f, df) = model.basis.factor(r)
      let u = tile.vector.base[e] / r
      let (du, dr) = tangents(e, u, tile)
      for k in 0..<3 { tile.directions.base[k * stride + e] = Wide(value: u[k], tangent: du[k]) }
      tile.factor.base[e] = Wide(value: f, tangent: df * dr)
      tile.factorSlope.base[e] = df
      if Wide.isDual { tile.stretch.base[e] = dr }
      s.senders.base[e] = UnsafePointer(senderRow(t, tile.neighbor.base[e]))
      if tile.table.base[e] < 0 {
        let slopes = tile.slopes.base + row * nb
        networkInput(t, e, s.input.base + row * padded, slopes, stretch: dr, s)
        row += 1
      }
    }
    kernels.couple(
      tile.count, stride, model.harmonics.maxDegree, s.harmonicNorms.base, tile.directions.base,
      tile.factor.base, plan.terms.base, plan.termCount, plan.couplingCount, tile.harmonics.base,
      s.couplings.base, s.couplingScratch.base)
  }

  /// What the radial network reads of edge e: basis functions, and what the edge's ends bring.
  private func networkInput(
    _ t: Int, _ e: Int, _ x: UnsafeMutablePointer<Element>, _ slopes: UnsafeMutablePointer<Double>,
    stretch: Double, _ s: ThreadScratch<Element>
  ) {
    let layer = model.layers[t], tile = s.tile, values = tile.basis.base
    let nb = model.basis.count, width = layer.endpointWidth
    let i = Int(graph.species[tile.atom.base[e]]), j = Int(graph.species[tile.neighbor.base[e]])
    _ = model.basis.evaluate(tile.distance.base[e], i, j, values, slopes)
    for n in 0..<nb { x[n] = Element(wide: Wide(value: values[n], tangent: slopes[n] * stretch)) }
    guard width > 0 else { return }
    if layer.down != nil {
      let a = senderRow(t, tile.neighbor.base[e]) + layer.sender.width
      let b = senderRow(t, tile.atom.base[e]) + layer.sender.width
      for k in 0..<width {
        x[nb + k] = a[k]
        x[nb + width + k] = b[k]
      }
    } else if let source = species[j]?.layers[t].source, let target = species[i]?.layers[t].target {
      for k in 0..<width {
        x[nb + k] = Element(weight: source[k])
        x[nb + width + k] = Element(weight: target[k])
      }
    }
  }

  /// Tangents of an edge's direction and length along the displacement of its ends.
  @inline(__always)
  private func tangents(
    _ e: Int, _ u: SIMD3<Double>, _ tile: EdgeTile<Wide>
  ) -> (direction: SIMD3<Double>, length: Double) {
    guard Wide.isDual else { return (SIMD3(), 0) }
    let d = tile.displacement.base[e]
    let along = d.x * u.x + d.y * u.y + d.z * u.z
    return ((d - u * along) / tile.distance.base[e], along)
  }

  /// First number of a node's sender row; the first layer has one row per species.
  @inline(__always)
  func senderRow(_ t: Int, _ node: Int) -> UnsafeMutablePointer<Element> {
    let row = t == 0 ? Int(graph.species[node]) : node
    return senders[t].base + row * model.layers[t].senderWidth
  }

  /// Runs of equal species in the sorted block.
  func forEachSpecies(
    _ atoms: Int, _ s: ThreadScratch<Element>, _ body: (_ z: Int, _ run: Range<Int>) -> Void
  ) {
    var first = 0
    while first < atoms {
      let z = graph.species[s.atoms.base[first]]
      var end = first + 1
      while end < atoms && graph.species[s.atoms.base[end]] == z { end += 1 }
      body(Int(z), first..<end)
      first = end
    }
  }

  /// Offsets of the block's rows in an array by atom, `[atom][width]`.
  func globalOffsets(_ atoms: Int, _ s: ThreadScratch<Element>, _ buffer: Buffer<Int>, width: Int) {
    for b in 0..<atoms { buffer.base[b] = s.atoms.base[b] * width }
  }

  /// Offsets of the block's rows in an array by position in the block.
  func localOffsets(_ atoms: Int, _ buffer: Buffer<Int>, width: Int) {
    for b in 0..<atoms { buffer.base[b] = b * width }
  }

  func senderOffsets(_ t: Int, _ atoms: Int, _ s: ThreadScratch<Element>, _ buffer: Buffer<Int>) {
    for b in 0..<atoms { buffer.base[b] = senderRow(t, s.atoms.base[b]) - senders[t].base }
  }
}
