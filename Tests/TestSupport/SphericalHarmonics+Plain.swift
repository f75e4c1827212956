import Equivariance

/// One vector at a time, what the kernels do for several.
extension SphericalHarmonics {
  /// Numbers of scratch that `evaluate` and `gradient` need.
  public var scratchCount: Int { (maxDegree + 2) * (maxDegree + 2) / 2 + 3 * (maxDegree + 2) }

  /// Writes Y_lm of the unit vector (x, y, z) to `values[0..<count]`.
  public func evaluate(
    _ x: Double, _ y: Double, _ z: Double, _ values: UnsafeMutablePointer<Double>,
    scratch: UnsafeMutablePointer<Double>
  ) {
    let (c, s, q) = polynomials(x, y, z, scratch)
    norms.withUnsafeBufferPointer { norms in
      for l in 0...maxDegree {
        let row = l * (l + 1) / 2
        values[l * l + l] = norms[row] * q[row]
        for m in stride(from: 1, through: l, by: 1) {
          let nq = norms[row + m] * q[row + m]
          values[l * l + l + m] = nq * c[m]
          values[l * l + l - m] = nq * s[m]
        }
      }
    }
  }

  /// Σ_lm adjoint_lm ∂Y_lm/∂(x, y, z), of the polynomials above in unconstrained x, y, z: project out the
  /// radial part, (1 − û ûᵀ)/r, for the derivative with respect to an edge vector.
  public func gradient(
    _ x: Double, _ y: Double, _ z: Double, adjoint: UnsafePointer<Double>,
    scratch: UnsafeMutablePointer<Double>
  ) -> SIMD3<Double> {
    let (c, s, q) = polynomials(x, y, z, scratch)
    var gx = 0.0, gy = 0.0, gz = 0.0
    norms.withUnsafeBufferPointer { norms in
      for l in stride(from: 1, through: maxDegree, by: 1) {
        let row = l * (l + 1) / 2
        gy += adjoint[l * l + l] * norms[row] * q[row + 1]
        for m in 1...l {
          let plus = adjoint[l * l + l + m] * norms[row + m], minus = adjoint[l * l + l - m] * norms[row + m]
          if m < l { gy += q[row + m + 1] * (plus * c[m] + minus * s[m]) }
          let mq = Double(m) * q[row + m]
          gx += mq * (minus * c[m - 1] - plus * s[m - 1])
          gz += mq * (plus * c[m - 1] + minus * s[m - 1])
        }
      }
    }
    return SIMD3(gx, gy, gz)
  }

  /// c_m, s_m at [m] and Q_l^m at [l(l+1)/2 + m]; Q from
  /// (l−m) Q_l^m = (2l−1) y Q_{l−1}^m − (l+m−1) Q_{l−2}^m, Q_m^m = (2m−1)!!.
  @inline(__always)
  private func polynomials(
    _ x: Double, _ y: Double, _ z: Double, _ scratch: UnsafeMutablePointer<Double>
  ) -> (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) {
    let c = scratch, s = scratch + (maxDegree + 1), q = scratch + 2 * (maxDegree + 1)
    c[0] = 1
    s[0] = 0
    q[0] = 1
    for l in stride(from: 1, through: maxDegree, by: 1) {
      c[l] = z * c[l - 1] - x * s[l - 1]
      s[l] = z * s[l - 1] + x * c[l - 1]
      let row = l * (l + 1) / 2, above = row - l
      q[row + l] = Double(2 * l - 1) * q[above + l - 1]
      q[row + l - 1] = Double(2 * l - 1) * y * q[above + l - 1]
      for m in stride(from: 0, to: l - 1, by: 1) {
        q[row + m] =
          (Double(2 * l - 1) * y * q[above + m] - Double(l + m - 1) * q[above - (l - 1) + m])
          / Double(l - m)
      }
    }
    return (c, s, q)
  }
}
