import Atomistics
import Diagnostics
import MACE

/// A structure as a domain-decomposed host would hand it over: the atoms of one domain, then ghosts (atoms of
/// other domains and periodic images) within the cutoff of one of them. Made by brute force, on purpose
/// independent of the library's neighbour list.
struct GhostGraph {
  var graph: NeighborGraph
  /// Atom of the structure behind each node.
  var owners: [Int]

  /// - Parameter atoms: the domain's atoms, nil for all.
  init(_ structure: Structure, _ potential: Potential, atoms: [Int]? = nil) {
    let local = atoms ?? Array(0..<structure.count)
    let cutoff2 = potential.cutoff * potential.cutoff
    let shifts = Self.translations(structure, cutoff: potential.cutoff)
    var owners = local
    var positions = local.map { structure.positions[$0] }
    // Node of each atom and translation seen so far.
    var nodes: [[Int]: Int32] = [:]
    for (node, atom) in local.enumerated() { nodes[[atom, 0, 0, 0]] = Int32(node) }
    var offsets = [0]
    var neighbors: [Int32] = []
    for i in local {
      for j in 0..<structure.count {
        for (shift, translation) in shifts where i != j || shift != [0, 0, 0] {
          let position = structure.positions[j] + translation
          let d = position - structure.positions[i]
          guard (d * d).sum() < cutoff2 else { continue }
          if let node = nodes[[j] + shift] {
            neighbors.append(node)
          } else {
            nodes[[j] + shift] = Int32(owners.count)
            neighbors.append(Int32(owners.count))
            owners.append(j)
            positions.append(position)
          }
        }
      }
      offsets.append(neighbors.count)
    }
    let species = owners.map { Int32(potential.species(ofAtomicNumber: structure.atomicNumbers[$0]) ?? -1) }
    graph = NeighborGraph(
      localCount: local.count, species: species, positions: positions, offsets: offsets, neighbors: neighbors)
    self.owners = owners
  }

  /// Every lattice translation that can bring an atom within `cutoff` of another.
  private static func translations(_ structure: Structure, cutoff: Double) -> [([Int], SIMD3<Double>)] {
    guard let cell = structure.cell, structure.pbc.isAny else { return [([0, 0, 0], .zero)] }
    let reach = (0..<3).map { structure.pbc[$0] ? Int(cutoff / 2.0) + 2 : 0 }
    var result: [([Int], SIMD3<Double>)] = []
    for a in -reach[0]...reach[0] {
      for b in -reach[1]...reach[1] {
        for c in -reach[2]...reach[2] {
          result.append(([a, b, c], cell.translation(of: SIMD3(Int32(a), Int32(b), Int32(c)))))
        }
      }
    }
    return result
  }

  var localCount: Int { graph.localCount }
  var ghosts: Range<Int> { localCount..<owners.count }

  /// Exchange within one domain that owns all atoms.
  var exchange: Exchange {
    let (owners, ghosts) = (owners, ghosts)
    return Exchange(
      forward: { (rows, width, size) throws(MACEError) in
        let bytes = width * size
        for g in ghosts { (rows + g * bytes).copyMemory(from: rows + owners[g] * bytes, byteCount: bytes) }
      },
      reverse: { (rows, width, size) throws(MACEError) in
        for g in ghosts { addRow(rows, from: g, of: rows, to: owners[g], width: width, elementSize: size) }
      })
  }

  /// An evaluation with what ghosts got added to their owners.
  func folded(_ e: Evaluation) -> Evaluation {
    var result = e
    result.forces = Array(e.forces.prefix(localCount))
    result.atomicVirials = Array(e.atomicVirials.prefix(9 * localCount))
    result.heatFluxVirials = Array(e.heatFluxVirials.prefix(9 * localCount))
    for g in ghosts {
      if !e.forces.isEmpty { result.forces[owners[g]] += e.forces[g] }
      guard !e.atomicVirials.isEmpty else { continue }
      for k in 0..<9 {
        result.atomicVirials[9 * owners[g] + k] += e.atomicVirials[9 * g + k]
        result.heatFluxVirials[9 * owners[g] + k] += e.heatFluxVirials[9 * g + k]
      }
    }
    return result
  }
}

/// rows[to] += source[from] of float64 (8 bytes) or float32 numbers.
func addRow(
  _ rows: UnsafeMutableRawPointer, from: Int, of source: UnsafeMutableRawPointer, to: Int, width: Int,
  elementSize: Int
) {
  if elementSize == 8 {
    let (a, b) = (rows.assumingMemoryBound(to: Double.self), source.assumingMemoryBound(to: Double.self))
    for k in 0..<width { a[to * width + k] += b[from * width + k] }
  } else {
    let (a, b) = (rows.assumingMemoryBound(to: Float.self), source.assumingMemoryBound(to: Float.self))
    for k in 0..<width { a[to * width + k] += b[from * width + k] }
  }
}
