import Checkpoint
import Equivariance
import Foundation
import TestSupport
import Testing

struct Wigner3jTests {
  struct Triple: Sendable, CustomTestStringConvertible {
    var a: Int, b: Int, c: Int
    var testDescription: String { "(\(a), \(b), \(c))" }
  }

  static func triples(_ lmax: Int) -> [Triple] {
    (0...lmax).flatMap { a in
      (0...lmax).flatMap { b in (abs(a - b)...min(a + b, lmax)).map { Triple(a: a, b: b, c: $0) } }
    }
  }

  @Test(arguments: triples(6))
  func norm(_ t: Triple) {
    let w = Wigner3j(t.a, t.b, t.c)
    #expect(w.values.count == (2 * t.a + 1) * (2 * t.b + 1) * (2 * t.c + 1))
    #expect(abs(w.values.reduce(0) { $0 + $1 * $1 } - 1) <= 1e-13)
    #expect(w.values.allSatisfy { $0.isFinite })
  }

  /// Σ_{m1 m2} C[m1 m2 m3] C'[m1 m2 m3'] = δ_{l3 l3'} δ_{m3 m3'} / (2 l3 + 1), so that products of two
  /// features decompose into orthogonal pieces.
  @Test(arguments: [(1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (4, 2), (4, 4)])
  func orthogonality(_ l1: Int, _ l2: Int) {
    let tables = (abs(l1 - l2)...(l1 + l2)).map { Wigner3j(l1, l2, $0) }
    for x in tables {
      for y in tables {
        let (nx, ny) = (2 * x.degrees.2 + 1, 2 * y.degrees.2 + 1)
        for i in 0..<nx {
          for j in 0..<ny {
            var sum = 0.0
            for m in 0..<2 * l1 + 1 {
              for n in 0..<2 * l2 + 1 { sum += x[m, n, i] * y[m, n, j] }
            }
            let expected = x.degrees.2 == y.degrees.2 && i == j ? 1 / Double(nx) : 0
            #expect(abs(sum - expected) <= 1e-13)
          }
        }
      }
    }
  }

  /// C is unchanged when all three indices are turned.
  @Test(arguments: triples(4))
  func invariance(_ t: Triple) {
    var random = SeededGenerator(seed: 41)
    let rotation = random.rotation()
    let w = Wigner3j(t.a, t.b, t.c)
    let (da, db, dc) = (wignerD(t.a, rotation), wignerD(t.b, rotation), wignerD(t.c, rotation))
    let (na, nb, nc) = (2 * t.a + 1, 2 * t.b + 1, 2 * t.c + 1)
    // one index after the other
    var x = w.values
    func contract(_ d: [[Double]], _ stride: Int, _ n: Int) {
      x = x.indices.map { flat in
        let i = flat / stride % n, base = flat - i * stride
        return (0..<n).reduce(0) { $0 + d[i][$1] * x[base + $1 * stride] }
      }
    }
    contract(da, nb * nc, na)
    contract(db, nc, nb)
    contract(dc, 1, nc)
    #expect(largestDifference(x, w.values) <= 1e-12)
  }

  /// The cross product and the scalar product, with e3nn's signs.
  @Test func smallTables() {
    let cross = Wigner3j(1, 1, 1), scalar = Wigner3j(1, 1, 0), mixed = Wigner3j(0, 1, 1)
    for i in 0..<3 {
      for j in 0..<3 {
        #expect(abs(scalar[i, j, 0] - (i == j ? 1 / 3.0.squareRoot() : 0)) <= 1e-15)
        #expect(abs(mixed[0, i, j] - (i == j ? 1 / 3.0.squareRoot() : 0)) <= 1e-15)
        for k in 0..<3 {
          let levi = Double((i - j) * (j - k) * (k - i)) / 2
          #expect(abs(cross[i, j, k] - levi / 6.0.squareRoot()) <= 1e-15, "\(i) \(j) \(k)")
        }
      }
    }
  }

  /// One component of every table up to l = 6, as in e3nn's.
  @Test func signs() throws {
    let data = try Data(contentsOf: Fixtures.directory.appending(path: "wigner3j.json"))
    let rows = try JSONDecoder().decode([[Double]].self, from: data)
    #expect(rows.count == Self.triples(6).count)
    for row in rows {
      let w = Wigner3j(Int(row[0]), Int(row[1]), Int(row[2]))
      #expect(abs(w.values[Int(row[3])] - row[4]) <= 1e-14, "\(row)")
    }
  }

  /// e3nn's own couplings, out of the checkpoints: U_matrix_2 lists √(2L+1) C(L, l, l') for all pairs of
  /// blocks that couple to L. `tiny_so3` has all signs, odd l + l' + L too.
  @Test(arguments: ["tiny_L1", "tiny_L2", "tiny_L0_lmax3", "tiny_so3", "tiny_pseudo", "tiny_edge_irreps"])
  func couplingsOfCheckpoints(_ name: String) throws {
    let model = try Fixtures.model(name)
    var compared = 0, odd = 0
    for (t, layer) in model.configuration.layers.enumerated() {
      for (k, output) in layer.productIrreps.blocks.enumerated() {
        let prefix = "products.\(t).symmetric_contractions.contractions.\(k)."
        guard let u = model.tensors[prefix + "U_matrix_2"] else { continue }
        let blocks = layer.targetIrreps.blocks.map(\.irrep)
        let couplings = Self.couplings(blocks, to: output.irrep)
        let width = blocks.reduce(0) { $0 + $1.dimension }, dimension = output.irrep.dimension
        guard !couplings.isEmpty else { continue }
        #expect(u.shape == (output.irrep.l == 0 ? [] : [dimension]) + [width, width, couplings.count])
        // a float32 checkpoint has float32 buffers
        let tolerance = model.configuration.roundsCouplingsToFloat32 ? 1e-7 : 1e-14
        for d in 0..<dimension {
          for i in 0..<width {
            for j in 0..<width {
              for (p, coupling) in couplings.enumerated() {
                let expected = coupling.value(d, i, j)
                let stored = u.values[((d * width + i) * width + j) * couplings.count + p]
                #expect(
                  abs(stored - expected) <= tolerance,
                  "\(name) layer \(t) to \(output.irrep): \(d) \(i) \(j) \(p)")
              }
            }
          }
        }
        compared += couplings.count
        odd += couplings.filter { $0.isOdd }.count
      }
    }
    #expect(compared > 0)
    if name == "tiny_so3" { #expect(odd > 0) }
  }

  private struct Coupling {
    var table: Wigner3j
    var first: Int, second: Int
    var isOdd: Bool { (table.degrees.0 + table.degrees.1 + table.degrees.2) % 2 == 1 }
    func value(_ d: Int, _ i: Int, _ j: Int) -> Double {
      let (a, b) = (i - first, j - second)
      guard (0...2 * table.degrees.1).contains(a), (0...2 * table.degrees.2).contains(b) else { return 0 }
      return Double(2 * table.degrees.0 + 1).squareRoot() * table[d, a, b]
    }
  }

  /// Pairs of blocks that couple to `output`, in e3nn's order: left block, then right block.
  private static func couplings(_ blocks: [Irrep], to output: Irrep) -> [Coupling] {
    var result: [Coupling] = []
    var first = 0
    for left in blocks {
      var second = 0
      for right in blocks {
        if abs(left.l - right.l) <= output.l, output.l <= left.l + right.l,
          left.parity * right.parity == output.parity
        {
          result.append(Coupling(table: Wigner3j(output.l, left.l, right.l), first: first, second: second))
        }
        second += right.dimension
      }
      first += left.dimension
    }
    return result
  }
}
