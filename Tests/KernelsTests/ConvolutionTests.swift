import KernelInterface
import Kernels
import TestSupport
import Testing

/// M[m3] += Σ_e R[e] Σ_m1 Q_e[m3][m1] S_e[m1] and its adjoint, tile by tile.
struct ConvolutionTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var rows: Int, columns: Int
    var testDescription: String { "\(rows) x \(columns)" }
  }

  /// Every shape that a tile may have.
  static let shapes: [Shape] =
    [1, 2, 3, 4, 5, 7].flatMap { rows in [1, 2, 3].map { Shape(rows: rows, columns: $0) } }
    + [1, 2, 3, 4].map { Shape(rows: $0, columns: 5) }

  @Test(arguments: InstructionSet.available, shapes)
  func tileShapes(_ set: InstructionSet, _ shape: Shape) {
    // one path of one tile; one path of two tiles; two paths that share message and sender rows
    let one = ConvolutionTile(
      path: 0, messageRow: 1, senderRow: 2, rows: shape.rows, columns: shape.columns, coupling: 1,
      isFirst: true)
    let size = shape.rows * shape.columns
    let second = ConvolutionTile(
      path: 0, messageRow: 0, senderRow: 0, rows: shape.rows, columns: shape.columns, coupling: 1 + size,
      isFirst: false)
    let other = ConvolutionTile(
      path: 1, messageRow: 2, senderRow: 1, rows: shape.rows, columns: shape.columns, coupling: 1 + 2 * size,
      isFirst: true)
    for tiles in [[one], [one, second], [one, second, other]] {
      for edges in [1, 2, 5] {
        for channels in [16, 48] {
          Problem<Double>(tiles, edges: edges, channels: channels, set).check()
          Problem<Float>(tiles, edges: edges, channels: channels, set).check()
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func noEdges(_ set: InstructionSet) {
    let tile = ConvolutionTile(
      path: 0, messageRow: 0, senderRow: 0, rows: 3, columns: 3, coupling: 0, isFirst: true)
    Problem<Double>([tile], edges: 0, channels: 16, set).check()
    Problem<Float>([tile], edges: 0, channels: 16, set).check()
  }
}

/// Random numbers for a program of tiles, the plain sums, and what the kernels make of them.
private struct Problem<T: KernelScalar> {
  let tiles: [ConvolutionTile]
  let edges: Int, channels: Int
  let paths: Int, couplings: Int, messageRows: Int, senderRows: Int
  let pathStride: Int
  let table: KernelTable<T>
  let weights: Numbers<T>
  let couplingValues: Numbers<T>
  /// Of all edges; two edges have the same sender when there are more than two.
  let senderValues: Numbers<T>
  let message: Numbers<T>
  let senderOfEdge: [Int]

  init(_ tiles: [ConvolutionTile], edges: Int, channels: Int, _ set: InstructionSet) {
    self.tiles = tiles
    self.edges = edges
    self.channels = channels
    table = T.table(set)
    paths = tiles.reduce(0) { max($0, Int($1.path) + 1) }
    couplings = tiles.reduce(0) { max($0, Int($1.coupling + $1.rows * $1.columns)) } + 2
    messageRows = tiles.reduce(0) { max($0, Int($1.messageRow + $1.rows)) } + 1
    senderRows = tiles.reduce(0) { max($0, Int($1.senderRow + $1.columns)) } + 1
    pathStride = (edges + 1) * channels
    var random = SeededGenerator(seed: 23)
    weights = Numbers(random.values(paths * pathStride))
    couplingValues = Numbers(random.values(edges * couplings))
    senderOfEdge = (0..<edges).map { $0 == 3 ? 1 : $0 }
    senderValues = Numbers(random.values(edges * senderRows * channels))
    message = Numbers(random.values(messageRows * channels))
  }

  func check() {
    let note = Comment(
      rawValue:
        "\(T.self) \(table.instructionSet): \(tiles.count) tiles, \(edges) edges, \(channels) channels")
    let before = message.doubles
    let senders = Numbers(senderOfEdge.map { UnsafePointer(senderValues.base + $0 * senderRows * channels) })
    let program = Numbers(tiles)
    let result = Numbers(message.values)
    forEachPath { first, count, weight in
      table.convolve(
        program.read + first, count, edges, channels, weights.read + weight, couplingValues.read, couplings,
        senders.read, result.base)
    }
    let expected = plain()
    #expect(
      largestDifference(result.doubles, zip(before, expected).map { $0 + $1 }) <= roundOff(T.self), note)
    checkAdjoint(program, senders, expected, note)
  }

  /// The result is linear in each of R, Q and S, so each derivative, contracted with its argument, is ⟨G, M⟩;
  /// and single derivatives are differences over any distance.
  private func checkAdjoint(
    _ program: Numbers<ConvolutionTile>, _ senders: Numbers<UnsafePointer<T>>, _ expected: [Double],
    _ note: Comment
  ) {
    var random = SeededGenerator(seed: 24)
    let g = Numbers<T>(random.values(messageRows * channels))
    let outside = T(0.25)  // what must not be touched
    let dr = Numbers([T](repeating: outside, count: weights.count))
    let dq = Numbers([T](repeating: outside, count: couplingValues.count))
    let ds = Numbers([T](repeating: outside, count: senderValues.count))
    let adjoints = Numbers(senderOfEdge.map { ds.base + $0 * senderRows * channels })
    forEachPath { first, count, weight in
      table.convolveAdjoint(
        program.read + first, count, edges, channels, weights.read + weight, dr.base + weight,
        couplingValues.read, dq.base, couplings, senders.read, adjoints.read, g.read)
    }
    let total = dot(g.doubles, expected), limit = roundOff(T.self) * Double(max(1, edges) * channels)
    let used = derivatives(g.doubles)
    let (r, q, s) = (dr.doubles, dq.doubles, ds.doubles.map { $0 - Double(outside) })
    #expect(abs(dot(masked(r, used.weights), weights.doubles) - total) <= limit, note)
    #expect(abs(dot(masked(q, used.couplings), couplingValues.doubles) - total) <= limit, note)
    #expect(abs(dot(s, senderValues.doubles) - total) <= limit, note)
    let each = roundOff(T.self) * Double(channels) / 4
    #expect(largestDifference(r, used.weights.map { $0 ?? Double(outside) }) <= each, note)
    #expect(largestDifference(q, used.couplings.map { $0 ?? Double(outside) }) <= each, note)
    #expect(largestDifference(s, used.senders) <= each, note)
    // without sender adjoints: the same of the others
    let (dr2, dq2) = (
      Numbers([T](repeating: 7, count: dr.count)), Numbers([T](repeating: 7, count: dq.count))
    )
    forEachPath { first, count, weight in
      table.convolveAdjoint(
        program.read + first, count, edges, channels, weights.read + weight, dr2.base + weight,
        couplingValues.read, dq2.base, couplings, senders.read, nil, g.read)
    }
    #expect(masked(dr2.doubles, used.weights) == masked(r, used.weights), note)
    #expect(masked(dq2.doubles, used.couplings) == masked(q, used.couplings), note)
  }

  /// The tiles of each path, and where its weights are.
  private func forEachPath(_ body: (_ first: Int, _ count: Int, _ weight: Int) -> Void) {
    for path in 0..<paths {
      guard let first = tiles.firstIndex(where: { $0.path == path }) else { continue }
      body(first, tiles.count { $0.path == path }, path * pathStride)
    }
  }

  private func masked(_ values: [Double], _ used: [Double?]) -> [Double] {
    zip(values, used).map { $1 == nil ? 0 : $0 }
  }

  /// Calls `body` with the flat indices of M, R, Q and S of every product.
  private func forEachProduct(_ body: (_ m: Int, _ r: Int, _ q: Int, _ s: Int) -> Void) {
    for tile in tiles {
      for e in 0..<edges {
        for i in 0..<Int(tile.rows) {
          for j in 0..<Int(tile.columns) {
            for c in 0..<channels {
              body(
                (Int(tile.messageRow) + i) * channels + c, Int(tile.path) * pathStride + e * channels + c,
                e * couplings + Int(tile.coupling) + i * Int(tile.columns) + j,
                (senderOfEdge[e] * senderRows + Int(tile.senderRow) + j) * channels + c)
            }
          }
        }
      }
    }
  }

  private func plain() -> [Double] {
    var sum = [Double](repeating: 0, count: messageRows * channels)
    forEachProduct { m, r, q, s in
      sum[m] += Double(weights.base[r]) * Double(couplingValues.base[q]) * Double(senderValues.base[s])
    }
    return sum
  }

  /// ∂⟨G, M⟩ / ∂R, ∂Q, ∂S; nil where no tile uses the number.
  private func derivatives(_ g: [Double]) -> (weights: [Double?], couplings: [Double?], senders: [Double]) {
    var dr = [Double?](repeating: nil, count: weights.count)
    var dq = [Double?](repeating: nil, count: couplingValues.count)
    var ds = [Double](repeating: 0, count: senderValues.count)
    forEachProduct { m, r, q, s in
      let (x, y, z) = (Double(weights.base[r]), Double(couplingValues.base[q]), Double(senderValues.base[s]))
      dr[r] = (dr[r] ?? 0) + g[m] * y * z
      dq[q] = (dq[q] ?? 0) + g[m] * x * z
      ds[s] += g[m] * x * y
    }
    return (dr, dq, ds)
  }
}
