import Equivariance
import Foundation
import TestSupport
import Testing

struct SphericalHarmonicsTests {
  private let random = [31, 32, 33, 34, 35, 36].map { seed in
    var generator = SeededGenerator(seed: UInt64(seed))
    return generator.unitVector()
  }
  private let axes = [
    SIMD3(1.0, 0, 0), SIMD3(0, 1.0, 0), SIMD3(0, 0, 1.0), SIMD3(-1.0, 0, 0), SIMD3(0, -1.0, 0),
    SIMD3(0, 0, -1.0),
  ]

  /// ⟨Y_lm Y_l'm'⟩ over the sphere is δ ('component' normalisation: the mean of Y² is 1).
  @Test(arguments: 0...8)
  func orthonormality(_ lmax: Int) {
    let harmonics = SphericalHarmonics(maxDegree: lmax), quadrature = SphereQuadrature(degree: 2 * lmax)
    let n = harmonics.count
    #expect(n == (lmax + 1) * (lmax + 1))
    var gram = [Double](repeating: 0, count: n * n)
    for (u, weight) in zip(quadrature.points, quadrature.weights) {
      let y = harmonics.values(u)
      for i in 0..<n {
        for j in 0..<n { gram[i * n + j] += weight * y[i] * y[j] }
      }
    }
    let identity = (0..<n * n).map { $0 / n == $0 % n ? 1.0 : 0 }
    #expect(largestDifference(gram, identity) <= 1e-13)
  }

  @Test func additionTheorem() {
    let harmonics = SphericalHarmonics(maxDegree: 8)
    for u in random + axes {
      let y = harmonics.values(u)
      for l in 0...8 {
        let sum = (0..<2 * l + 1).reduce(0) { $0 + y[l * l + $1] * y[l * l + $1] }
        #expect(abs(sum - Double(2 * l + 1)) <= 1e-13 * Double(2 * l + 1), "l = \(l) at \(u)")
      }
    }
  }

  /// e3nn's l = 1 is √3 (x, y, z), and some l = 2 components.
  @Test func knownComponents() {
    let harmonics = SphericalHarmonics(maxDegree: 2)
    for u in random + axes {
      let root = 15.0.squareRoot()
      let expected = [
        1, 3.0.squareRoot() * u.x, 3.0.squareRoot() * u.y, 3.0.squareRoot() * u.z, root * u.x * u.z,
        root * u.x * u.y,
        5.0.squareRoot() * (u.y * u.y - 0.5 * (u.x * u.x + u.z * u.z)), root * u.y * u.z,
        root * 0.5 * (u.z * u.z - u.x * u.x),
      ]
      #expect(largestDifference(harmonics.values(u), expected) <= 1e-14)
    }
  }

  @Test func parity() {
    let harmonics = SphericalHarmonics(maxDegree: 8)
    for u in random {
      let (plus, minus) = (harmonics.values(u), harmonics.values(-u))
      for l in 0...8 {
        for m in l * l..<(l + 1) * (l + 1) {
          #expect(abs(minus[m] - (l % 2 == 0 ? plus[m] : -plus[m])) <= 1e-14)
        }
      }
    }
  }

  /// Tangential slopes against differences along great circles.
  @Test(arguments: 0...8)
  func gradient(_ lmax: Int) {
    let harmonics = SphericalHarmonics(maxDegree: lmax)
    var generator = SeededGenerator(seed: 37)
    for u in random + axes {
      let adjoint: [Double] = generator.values(harmonics.count)
      let g = harmonics.gradient(u, adjoint)
      for _ in 0..<2 {
        var t = generator.unitVector()
        t -= (t * u).sum() * u
        t /= (t * t).sum().squareRoot()
        func value(_ angle: Double) -> Double {
          zip(harmonics.values(cos(angle) * u + sin(angle) * t), adjoint).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let h = 1e-3
        let slope = (8 * (value(h) - value(-h)) - (value(2 * h) - value(-2 * h))) / (12 * h)
        #expect(abs((g * t).sum() - slope) <= 1e-8, "lmax \(lmax) at \(u)")
      }
    }
  }

  /// Each degree turns into itself, by an orthogonal matrix that is a representation.
  @Test(arguments: 0...6)
  func rotation(_ l: Int) {
    var generator = SeededGenerator(seed: 38)
    let (r, s) = (generator.rotation(), generator.rotation())
    let (dr, ds) = (wignerD(l, r), wignerD(l, s))
    let product = wignerD(
      l,
      Rotation(
        rows: (0..<3).map { i in
          (0..<3).reduce(SIMD3<Double>.zero) { $0 + r.rows[i][$1] * s.rows[$1] }
        }))
    let harmonics = SphericalHarmonics(maxDegree: l)
    let n = 2 * l + 1
    for u in random {
      let (y, turned) = (harmonics.values(u), harmonics.values(r(u)))
      for i in 0..<n {
        let sum = (0..<n).reduce(0) { $0 + dr[i][$1] * y[l * l + $1] }
        #expect(abs(sum - turned[l * l + i]) <= 1e-12)
      }
    }
    for i in 0..<n {
      for j in 0..<n {
        let composed = (0..<n).reduce(0) { $0 + dr[i][$1] * ds[$1][j] }
        #expect(abs(composed - product[i][j]) <= 1e-12)
        let square = (0..<n).reduce(0) { $0 + dr[i][$1] * dr[j][$1] }
        #expect(abs(square - (i == j ? 1 : 0)) <= 1e-12)
      }
    }
  }
}
