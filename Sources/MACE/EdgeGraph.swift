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

  var nodeCount: Int { species.count }
}
