/// The graph an evaluation runs on: nodes (atoms of the host, then ghosts) and, per local node, its neighbours.
struct EdgeGraph {
  var localCount: Int
  /// [nodes], indices into the model's elements.
  var species: [Int32]
  /// [nodes], Å.
  var positions: [SIMD3<Double>]
  /// [localCount + 1]
  var offsets: [Int]
  var neighbors: [Int32]
  /// Per edge an index into `shifts`; empty when neighbours are nodes in place (ghosts).
  var shiftIndices: [Int32]
  /// Cartesian translations of neighbours, Å.
  var shifts: [SIMD3<Double>]
  /// [localCount], in which local nodes are evaluated; empty: as they are numbered.
  var order: [Int32] = []

  var nodeCount: Int { species.count }

  /// From the neighbour of edge e to its receiver i, Å.
  @inline(__always)
  func vector(_ i: Int, _ e: Int) -> SIMD3<Double> {
    let d = positions[i] - positions[Int(neighbors[e])]
    return shiftIndices.isEmpty ? d : d - shifts[Int(shiftIndices[e])]
  }

  /// Puts neighbours of one species together, in the order of species.
  /// - Parameter elements: the number of species.
  mutating func groupNeighbors(elements: Int) {
    var starts = [Int](repeating: 0, count: elements + 1)
    var nodes: [Int32] = []
    var shifts: [Int32] = []
    for i in 0..<localCount {
      let edges = offsets[i]..<offsets[i + 1]
      var isGrouped = true
      for e in edges.dropFirst()
      where species[Int(neighbors[e - 1])] > species[Int(neighbors[e])] { isGrouped = false }
      if isGrouped { continue }
      nodes.removeAll(keepingCapacity: true)
      nodes.append(contentsOf: neighbors[edges])
      if !shiftIndices.isEmpty {
        shifts.removeAll(keepingCapacity: true)
        shifts.append(contentsOf: shiftIndices[edges])
      }
      for z in 0...elements { starts[z] = 0 }
      for j in nodes { starts[Int(species[Int(j)]) + 1] += 1 }
      for z in 0..<elements { starts[z + 1] += starts[z] }
      for (k, j) in nodes.enumerated() {
        let z = Int(species[Int(j)]), e = edges.lowerBound + starts[z]
        starts[z] += 1
        neighbors[e] = j
        if !shiftIndices.isEmpty { shiftIndices[e] = shifts[k] }
      }
    }
  }
}
