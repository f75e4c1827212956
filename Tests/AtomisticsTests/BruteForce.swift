import Atomistics
import Testing

/// One directed edge.
struct Edge: Hashable {
  var i: Int
  var j: Int
  var shift: SIMD3<Int32>
}

/// All pairs by trying every atom with every image that could be near enough.
enum BruteForce {
  static func edges(_ structure: Structure, cutoff: Double) -> Set<Edge> {
    let ranges = (0..<3).map { imageRange(structure, cutoff, $0) }
    var edges: Set<Edge> = []
    for sx in ranges[0] {
      for sy in ranges[1] {
        for sz in ranges[2] {
          let shift = SIMD3(Int32(sx), Int32(sy), Int32(sz))
          let cell = structure.cell ?? Cell(.zero, .zero, .zero)
          let t = Double(sx) * cell.a + Double(sy) * cell.b + Double(sz) * cell.c
          for i in 0..<structure.count {
            for j in 0..<structure.count where i != j || shift != .zero {
              let d = (structure.positions[j] - structure.positions[i]) + t
              if (d * d).sum() < cutoff * cutoff { edges.insert(Edge(i: i, j: j, shift: shift)) }
            }
          }
        }
      }
    }
    return edges
  }

  /// |S_k| ≤ (cutoff + largest distance of two atoms) · |reciprocal vector k|, within the periodic subspace.
  private static func imageRange(
    _ structure: Structure, _ cutoff: Double, _ k: Int
  ) -> ClosedRange<Int> {
    guard structure.pbc[k], let cell = structure.cell else { return 0...0 }
    var size = 0.0
    for r in structure.positions {
      for q in structure.positions { size = max(size, ((r - q) * (r - q)).sum().squareRoot()) }
    }
    // The part of cell vector k perpendicular to the other periodic vectors.
    var others = (0..<3).filter { $0 != k && structure.pbc[$0] }.map { cell[$0] }
    if others.count == 2 {
      let square = (others[0] * others[0]).sum()
      others[1] -= (others[1] * others[0]).sum() / square * others[0]
    }
    var rest = cell[k]
    for other in others { rest -= (rest * other).sum() / (other * other).sum() * other }
    let height = (rest * rest).sum().squareRoot()
    let limit = Int((cutoff + size) / height) + 1
    return -limit...limit
  }
}

extension NeighborList {
  /// The edges as a list, after checks of the layout.
  func edgeList(sourceLocation: SourceLocation = #_sourceLocation) -> [Edge] {
    #expect(neighbors.count == shiftIndices.count, sourceLocation: sourceLocation)
    #expect(offsets.first == 0 && offsets.last == neighbors.count, sourceLocation: sourceLocation)
    #expect(shifts.first == SIMD3<Int32>(0, 0, 0), sourceLocation: sourceLocation)
    var edges: [Edge] = []
    for i in 0..<offsets.count - 1 {
      for e in offsets[i]..<offsets[i + 1] {
        edges.append(Edge(i: i, j: Int(neighbors[e]), shift: shifts[Int(shiftIndices[e])]))
      }
    }
    return edges
  }
}
