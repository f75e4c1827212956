/// Real Wigner 3j symbols C[m1][m2][m3] (row-major), Frobenius norm 1, in e3nn 0.4.4's basis and signs.
///
/// SU(2) Clebsch–Gordan coefficients (Racah's formula) transformed to real spherical harmonics,
/// q_l = (−i)^l times the usual unitary. e3nn's stored table differs in sign for some triples with odd
/// l1 + l2 + l3; the list below was found by comparison, and holds in any order of the three degrees.
public struct Wigner3j: Sendable {
  public let degrees: (Int, Int, Int)
  /// (2l1+1)(2l2+1)(2l3+1) numbers.
  public let values: [Double]

  /// Precondition: |l1 − l2| ≤ l3 ≤ l1 + l2.
  public init(_ l1: Int, _ l2: Int, _ l3: Int) {
    precondition(abs(l1 - l2) <= l3 && l3 <= l1 + l2)
    degrees = (l1, l2, l3)
    let (n1, n2, n3) = (2 * l1 + 1, 2 * l2 + 1, 2 * l3 + 1)
    let (q1, q2, q3) = (Self.realBasis(l1), Self.realBasis(l2), Self.realBasis(l3))
    var values = [Double](repeating: 0, count: n1 * n2 * n3)
    // Σ q1[i][j] q2[k][l] conj(q3[n][m]) cg[i][k][n]; only n with m3 = m1 + m2 contribute
    for i in 0..<n1 {
      for k in 0..<n2 {
        let m3 = (i - l1) + (k - l2)
        guard abs(m3) <= l3 else { continue }
        let n = l3 + m3
        let cg = Self.clebschGordan(l1, l2, l3, i - l1, k - l2)
        if cg == 0 { continue }
        for j in [i, n1 - 1 - i].unique {
          for l in [k, n2 - 1 - k].unique {
            for m in [n, n3 - 1 - n].unique {
              let a = q1[i * n1 + j] * q2[k * n2 + l] * q3[n * n3 + m].conjugate
              values[(j * n2 + l) * n3 + m] += a.re * cg
            }
          }
        }
      }
    }
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let sign = Self.flipped.contains([l1, l2, l3].sorted()) ? -1.0 : 1.0
    self.values = values.map { $0 / norm * sign }
  }

  @inlinable public subscript(_ i: Int, _ j: Int, _ k: Int) -> Double {
    values[(i * (2 * degrees.1 + 1) + j) * (2 * degrees.2 + 1) + k]
  }

  private static let flipped: Set<[Int]> = [
    [1, 2, 2], [1, 3, 3], [1, 4, 4], [1, 5, 5], [1, 6, 6], [3, 4, 6], [3, 5, 7], [3, 6, 8], [4, 4, 5],
    [4, 5, 6], [4, 6, 7], [5, 5, 5], [5, 6, 6],
  ]

  /// ⟨l1 m1 l2 m2 | l3 m1+m2⟩, Racah's formula.
  private static func clebschGordan(_ l1: Int, _ l2: Int, _ l3: Int, _ m1: Int, _ m2: Int) -> Double {
    let m3 = m1 + m2
    let lower = max(-l1 + l2 + m3, -l1 + m1, 0), upper = min(l2 + l3 + m1, l3 - l1 + l2, l3 + m3)
    let f = factorial
    let square =
      Double(2 * l3 + 1) * f(l3 + l1 - l2) * f(l3 - l1 + l2) * f(l1 + l2 - l3) * f(l3 + m3) * f(l3 - m3)
      / (f(l1 + l2 + l3 + 1) * f(l1 - m1) * f(l1 + m1) * f(l2 - m2) * f(l2 + m2))
    var sum = 0.0
    for v in stride(from: lower, through: upper, by: 1) {
      let term =
        f(l2 + l3 + m1 - v) * f(l1 - m1 + v)
        / (f(v) * f(l3 - l1 + l2 - v) * f(l3 + m3 - v) * f(v + l1 - l2 - m3))
      sum += (v + l2 + m2) % 2 == 0 ? term : -term
    }
    return square.squareRoot() * sum
  }

  private static func factorial(_ n: Int) -> Double {
    (1...max(n, 1)).reduce(1) { $0 * Double($1) }
  }

  private struct Complex {
    var re: Double, im: Double
    var conjugate: Complex { Complex(re: re, im: -im) }
    static func * (a: Complex, b: Complex) -> Complex {
      Complex(re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re)
    }
  }

  /// The change from complex (rows m) to real (columns) harmonics, with e3nn's phase (−i)^l.
  private static func realBasis(_ l: Int) -> [Complex] {
    let n = 2 * l + 1
    let half = 0.5.squareRoot()
    let zero = Complex(re: 0, im: 0)
    var q = [Complex](repeating: zero, count: n * n)
    for m in stride(from: -l, to: 0, by: 1) {
      q[(l + m) * n + l - m] = Complex(re: half, im: 0)
      q[(l + m) * n + l + m] = Complex(re: 0, im: -half)
    }
    q[l * n + l] = Complex(re: 1, im: 0)
    for m in stride(from: 1, through: l, by: 1) {
      let sign = m % 2 == 0 ? half : -half
      q[(l + m) * n + l + m] = Complex(re: sign, im: 0)
      q[(l + m) * n + l - m] = Complex(re: 0, im: sign)
    }
    let phases = [
      Complex(re: 1, im: 0), Complex(re: 0, im: -1), Complex(re: -1, im: 0), Complex(re: 0, im: 1),
    ]
    return q.map { phases[l % 4] * $0 }
  }
}

extension Array where Element == Int {
  /// The two mirrored indices, or the one they are.
  fileprivate var unique: [Int] { self[0] == self[1] ? [self[0]] : self }
}
