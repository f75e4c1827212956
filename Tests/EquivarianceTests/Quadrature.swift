import Equivariance
import Foundation
import TestSupport

/// Points and weights on the unit sphere that integrate polynomials up to `degree` exactly; the weights sum
/// to 1.
struct SphereQuadrature {
  var points: [SIMD3<Double>] = []
  var weights: [Double] = []

  init(degree: Int) {
    let n = degree / 2 + 1, azimuths = degree + 1
    for (node, weight) in Self.gaussLegendre(n) {
      let radius = (1 - node * node).squareRoot()
      for k in 0..<azimuths {
        let angle = 2 * Double.pi * (Double(k) + 0.3) / Double(azimuths)
        points.append(SIMD3(radius * sin(angle), node, radius * cos(angle)))
        weights.append(weight / 2 / Double(azimuths))
      }
    }
  }

  /// Roots of P_n by Newton's method, and their weights.
  private static func gaussLegendre(_ n: Int) -> [(Double, Double)] {
    (0..<n).map { i in
      var x = cos(Double.pi * (Double(i) + 0.75) / (Double(n) + 0.5)), slope = 1.0
      for _ in 0..<100 {
        var (p0, p1) = (1.0, x)
        for k in stride(from: 2, through: n, by: 1) {
          (p0, p1) = (p1, (Double(2 * k - 1) * x * p1 - Double(k - 1) * p0) / Double(k))
        }
        slope = Double(n) * (x * p1 - p0) / (x * x - 1)
        let step = p1 / slope
        x -= step
        if abs(step) < 1e-16 { break }
      }
      return (x, 2 / ((1 - x * x) * slope * slope))
    }
  }
}

extension SphericalHarmonics {
  func values(_ v: SIMD3<Double>) -> [Double] {
    var y = [Double](repeating: 0, count: count), scratch = [Double](repeating: 0, count: scratchCount)
    evaluate(v.x, v.y, v.z, &y, scratch: &scratch)
    return y
  }

  /// Gradient of Σ adjoint · Y of the polynomials in unconstrained x, y, z.
  func gradient(_ v: SIMD3<Double>, _ adjoint: [Double]) -> SIMD3<Double> {
    var scratch = [Double](repeating: 0, count: scratchCount)
    return gradient(v.x, v.y, v.z, adjoint: adjoint, scratch: &scratch)
  }
}

/// D^l of a rotation, Y_l(R u) = D^l Y_l(u), by projection with an exact quadrature.
func wignerD(_ l: Int, _ rotation: Rotation) -> [[Double]] {
  let harmonics = SphericalHarmonics(maxDegree: l), quadrature = SphereQuadrature(degree: 2 * l)
  let n = 2 * l + 1
  var d = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
  for (u, weight) in zip(quadrature.points, quadrature.weights) {
    let y = harmonics.values(u), turned = harmonics.values(rotation(u))
    for i in 0..<n {
      for j in 0..<n { d[i][j] += weight * turned[l * l + i] * y[l * l + j] }
    }
  }
  return d
}
