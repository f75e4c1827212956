/// The coupling coefficients U of a symmetric contraction: all ways to couple ν features to one irrep.
///
/// Features of irreps a₁, a₂, … (one copy of each) are coupled from left to right,
/// C[m][m'][m''] = √(2l+1) · Wigner3j(l, l', l''), and the results of every step are sorted by irrep, stably.
/// Every sequence that ends in the output irrep is a path; paths are neither symmetrised nor reduced, so some
/// are linearly dependent. Four features pass through irreps of natural parity only. These are numbers and
/// order of mace-torch's `U_matrix_real` without cuequivariance.
public struct ContractionBasis: Sendable {
  /// [D, …, D, paths] for l = 0 and [2l+1, D, …, D, paths] otherwise, with ν axes of D = Σ (2aᵢ+1) each.
  public let shape: [Int]
  /// Row-major.
  public let values: [Double]
  /// Number of paths, at least 1: without any, mace-torch stores one path of zeros.
  public var pathCount: Int { shape.last ?? 0 }

  /// Precondition: order ≥ 1. `valueCount` tells how large the result is.
  public init(of features: [Irrep], to output: Irrep, order: Int) {
    precondition(order >= 1)
    let rows = features.reduce(0) { $0 + $1.dimension }
    let couplings = Self.couplings(of: features, to: output, order: order)
    let paths = max(1, couplings.count)
    let axes = [Int](repeating: rows, count: order)
    shape = (output.l > 0 ? [output.dimension] : []) + axes + [paths]
    let products = axes.reduce(1, *)
    var values = [Double](repeating: 0, count: output.dimension * products * paths)
    let starts = features.indices.map { k in features[..<k].reduce(0) { $0 + $1.dimension } }
    for (p, coupling) in couplings.enumerated() {
      var places = [0]
      for k in coupling.factors {
        places = places.flatMap { place in
          (0..<features[k].dimension).map { place * rows + starts[k] + $0 }
        }
      }
      for m in 0..<output.dimension {
        for (i, place) in places.enumerated() {
          values[(m * products + place) * paths + p] = coupling.values[m * places.count + i]
        }
      }
    }
    self.values = values
  }

  /// Number of values of `init(of:to:order:)`, found without computing them; `Int.max` when it is larger.
  public static func valueCount(of features: [Irrep], to output: Irrep, order: Int) -> Int {
    var counts: [Irrep: Int] = [:]
    for irrep in features { counts[irrep, default: 0] += 1 }
    for _ in 1..<max(order, 1) {
      var next: [Irrep: Int] = [:]
      for (left, count) in counts {
        for right in features {
          for irrep in products(left, right) where isAllowed(irrep, order) {
            next[irrep] = limited(next[irrep, default: 0], plus: count)
          }
        }
      }
      counts = next
    }
    let rows = features.reduce(0) { $0 + $1.dimension }
    var result = limited(max(1, counts[output] ?? 0), times: output.dimension)
    for _ in 0..<order { result = limited(result, times: rows) }
    return result
  }

  /// One sequence of couplings: an irrep of products of features `factors`.
  private struct Coupling {
    var irrep: Irrep
    var factors: [Int]
    /// [2l+1, Π (2a+1)]
    var values: [Double]
  }

  private static func couplings(of features: [Irrep], to output: Irrep, order: Int) -> [Coupling] {
    var list = features.enumerated().map { k, irrep in
      let n = irrep.dimension
      return Coupling(
        irrep: irrep, factors: [k], values: (0..<n * n).map { $0 / n == $0 % n ? 1 : 0 })
    }
    let widest = features.reduce(0) { max($0, $1.l) }
    for step in 1..<max(order, 1) {
      let remaining = order - 1 - step
      var next: [Coupling] = []
      for left in list {
        for (k, right) in features.enumerated() {
          // those that cannot reach the output any more are left out
          for irrep in products(left.irrep, right)
          where isAllowed(irrep, order) && abs(irrep.l - output.l) <= remaining * widest {
            next.append(couple(left, k, right, to: irrep))
          }
        }
      }
      list = next.enumerated().sorted { a, b in
        let (x, y) = (a.element.irrep, b.element.irrep)
        return (x.l, x.parity, a.offset) < (y.l, y.parity, b.offset)
      }.map(\.element)
    }
    return list.filter { $0.irrep == output }
  }

  private static func couple(_ left: Coupling, _ k: Int, _ right: Irrep, to irrep: Irrep) -> Coupling {
    let (n, n1, n2) = (irrep.dimension, left.irrep.dimension, right.dimension)
    let count = left.values.count / n1
    let table = Wigner3j(irrep.l, left.irrep.l, right.l)
    let norm = Double(n).squareRoot()
    var values = [Double](repeating: 0, count: n * count * n2)
    for i in 0..<n {
      for j in 0..<n1 {
        for m in 0..<n2 where table[i, j, m] != 0 {
          let c = table[i, j, m] * norm
          for q in 0..<count { values[(i * count + q) * n2 + m] += c * left.values[j * count + q] }
        }
      }
    }
    return Coupling(irrep: irrep, factors: left.factors + [k], values: values)
  }

  private static func products(_ a: Irrep, _ b: Irrep) -> [Irrep] {
    (abs(a.l - b.l)...a.l + b.l).map { Irrep(l: $0, parity: a.parity * b.parity) }
  }

  private static func isAllowed(_ irrep: Irrep, _ order: Int) -> Bool {
    order != 4 || (irrep.l < 12 && irrep.parity == (irrep.l.isMultiple(of: 2) ? 1 : -1))
  }

  private static func limited(_ a: Int, plus b: Int) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : sum
  }

  private static func limited(_ a: Int, times b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? .max : product
  }
}
