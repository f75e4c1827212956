/// Real spherical harmonics Y_lm, l = 0...lmax, of unit vectors, in e3nn's conventions.
///
/// 'component' normalisation, Σ_m Y_lm² = 2l + 1; y is the polar axis and the azimuth is atan2(x, z); no
/// Condon–Shortley phase. Components are numbered l² + l + m.
///
///     Y_lm = N_lm Q_l^|m|(y) · { s_|m|(x, z), m < 0;  1, m = 0;  c_m(x, z), m > 0 }
///     c_m + i s_m = (z + i x)^m,   Q_l^m = dᵐP_l/dyᵐ,   N_lm = √((2l+1)(2 − δ_m0)(l−|m|)!/(l+|m|)!)
///
/// These are what the engine's kernels evaluate (`couple` in `Geometry+Kernel.swift`), several vectors at once, with
///
///     (l−m) Q_l^m = (2l−1) y Q_{l−1}^m − (l+m−1) Q_{l−2}^m,   Q_m^m = (2m−1)!!
///
/// at a cost of O(lmax²) per vector.
public struct SphericalHarmonics: Sendable {
  public let maxDegree: Int
  /// N_lm for m ≥ 0 at [l(l+1)/2 + m].
  public let norms: [Double]

  public init(maxDegree: Int) {
    self.maxDegree = maxDegree
    var norms: [Double] = []
    for l in 0...maxDegree {
      for m in 0...l {
        var ratio = 1.0  // (l−m)!/(l+m)!
        for k in stride(from: l - m + 1, through: l + m, by: 1) { ratio /= Double(k) }
        norms.append((Double(2 * l + 1) * (m == 0 ? 1 : 2) * ratio).squareRoot())
      }
    }
    self.norms = norms
  }

  public var count: Int { (maxDegree + 1) * (maxDegree + 1) }
}
