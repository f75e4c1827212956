import KernelInterface

/// Harmonics Y_lm of the edges' directions and the couplings Q = f Σ C Y, several edges in a vector.
///
/// Directions `[x, y, z][stride]`, harmonics `[lm][stride]`, couplings `[edge][coupling]`. Numbers beyond the last edge, to a
/// whole vector, are computed with and not stored among the couplings.
func couple<L: Lane, G: Lane>(
  _ lane: L.Type, _ wide: G.Type, edges: Int, stride: Int, degree: Int, norms: UnsafePointer<Double>,
  directions: UnsafePointer<L.Element.Wide>, factors: UnsafePointer<L.Element.Wide>,
  terms: UnsafePointer<CouplingTerm>, termCount: Int, couplingCount: Int,
  harmonics: UnsafeMutablePointer<L.Element.Wide>, couplings: UnsafeMutablePointer<L.Element>,
  scratch: UnsafeMutablePointer<L.Element.Wide>
) where G.Element == L.Element.Wide, G.WeightLane.Element == Double {
  var e = 0
  while e < edges {
    let polynomials = HarmonicPolynomials<G>(degree, directions + e, stride, scratch)
    polynomials.values(degree, norms, harmonics + e, stride)
    let factor = G.load(factors + e), count = min(G.count, edges - e)
    var t = 0
    for k in 0..<couplingCount {
      var sum = G.zero
      while t < termCount && Int(terms[t].coupling) == k {
        let y = G.load(harmonics + (Int(terms[t].harmonic) * stride + e))
        sum = G.fma(weight: G.WeightLane.splat(terms[t].coefficient), y, sum)
        t += 1
      }
      (sum * factor).store(scratch)
      let q = couplings + (e * couplingCount + k)
      for i in 0..<count { q[i * couplingCount] = L.Element(wide: scratch[i]) }
    }
    e += G.count
  }
}

/// The adjoint, from ∂E/∂Q: ∂E/∂f `[edge]`, and ∂E/∂u `[x, y, z][stride]` of the polynomials that Y_lm are in x, y, z, whatever
/// their length.
func coupleAdjoint<L: Lane, G: Lane>(
  _ lane: L.Type, _ wide: G.Type, edges: Int, stride: Int, degree: Int, norms: UnsafePointer<Double>,
  directions: UnsafePointer<L.Element.Wide>, factors: UnsafePointer<L.Element.Wide>,
  terms: UnsafePointer<CouplingTerm>, termCount: Int, couplingCount: Int,
  harmonics: UnsafePointer<L.Element.Wide>, couplingAdjoints: UnsafePointer<L.Element>,
  factorAdjoints: UnsafeMutablePointer<L.Element.Wide>,
  directionAdjoints: UnsafeMutablePointer<L.Element.Wide>, scratch: UnsafeMutablePointer<L.Element.Wide>
) where G.Element == L.Element.Wide, G.WeightLane.Element == Double {
  let n = G.count, numbers = (degree + 1) * (degree + 1)
  let adjoints = scratch + n, rest = adjoints + numbers * n
  var e = 0
  while e < edges {
    let factor = G.load(factors + e), count = min(n, edges - e)
    for k in 0..<numbers { G.zero.store(adjoints + k * n) }
    G.zero.store(scratch)
    var factorAdjoint = G.zero
    var t = 0
    for k in 0..<couplingCount {
      let q = couplingAdjoints + (e * couplingCount + k)
      for i in 0..<count { scratch[i] = q[i * couplingCount].wide }
      let g = G.load(scratch), scaled = g * factor
      while t < termCount && Int(terms[t].coupling) == k {
        let h = Int(terms[t].harmonic)
        let c = G.WeightLane.splat(terms[t].coefficient)
        G.fma(weight: c, scaled, G.load(adjoints + h * n)).store(adjoints + h * n)
        let y = G.load(harmonics + (h * stride + e))
        factorAdjoint = G.fma(weight: c, g * y, factorAdjoint)
        t += 1
      }
    }
    factorAdjoint.store(factorAdjoints + e)
    let polynomials = HarmonicPolynomials<G>(degree, directions + e, stride, rest)
    polynomials.gradient(degree, norms, adjoints, directionAdjoints + e, stride)
    e += n
  }
}

/// The polynomials that spherical harmonics are products of (see `SphericalHarmonics`, whose formulas these are), a vector of
/// edges each: c_m, s_m at [m] and Q_l^m at [l(l+1)/2 + m].
private struct HarmonicPolynomials<G: Lane> where G.WeightLane.Element == Double {
  private let c: UnsafeMutablePointer<G.Element>
  private let s: UnsafeMutablePointer<G.Element>
  private let q: UnsafeMutablePointer<G.Element>

  /// - Parameter u: x, y, z, `stride` apart.
  @inline(__always)
  init(
    _ degree: Int, _ u: UnsafePointer<G.Element>, _ stride: Int, _ scratch: UnsafeMutablePointer<G.Element>
  ) {
    let n = G.count
    c = scratch
    s = scratch + (degree + 1) * n
    q = scratch + 2 * (degree + 1) * n
    let x = G.load(u), y = G.load(u + stride), z = G.load(u + 2 * stride)
    let minusX = Self.times(-1, x), one = G(weight: G.WeightLane.splat(1))
    one.store(c)
    G.zero.store(s)
    one.store(q)
    for l in Swift.stride(from: 1, through: degree, by: 1) {
      let lastC = G.load(c + (l - 1) * n), lastS = G.load(s + (l - 1) * n)
      G.fma(z, lastC, minusX * lastS).store(c + l * n)
      G.fma(z, lastS, x * lastC).store(s + l * n)
      let row = l * (l + 1) / 2, above = row - l
      let diagonal = Self.times(Double(2 * l - 1), G.load(q + (above + l - 1) * n))
      diagonal.store(q + (row + l) * n)
      (y * diagonal).store(q + (row + l - 1) * n)
      for m in Swift.stride(from: 0, to: l - 1, by: 1) {
        let first = Self.times(Double(2 * l - 1) / Double(l - m), y * G.load(q + (above + m) * n))
        let second = G.load(q + (above - (l - 1) + m) * n)
        G.fma(weight: G.WeightLane.splat(-Double(l + m - 1) / Double(l - m)), second, first)
          .store(q + (row + m) * n)
      }
    }
  }

  /// Y_lm, `stride` apart.
  @inline(__always)
  func values(
    _ degree: Int, _ norms: UnsafePointer<Double>, _ y: UnsafeMutablePointer<G.Element>, _ stride: Int
  ) {
    let n = G.count
    for l in 0...degree {
      let row = l * (l + 1) / 2, middle = l * l + l
      Self.times(norms[row], G.load(q + row * n)).store(y + middle * stride)
      for m in Swift.stride(from: 1, through: l, by: 1) {
        let nq = Self.times(norms[row + m], G.load(q + (row + m) * n))
        (nq * G.load(c + m * n)).store(y + (middle + m) * stride)
        (nq * G.load(s + m * n)).store(y + (middle - m) * stride)
      }
    }
  }

  /// Σ_lm adjoint_lm ∂Y_lm/∂(x, y, z), `stride` apart; adjoints one after the other.
  @inline(__always)
  func gradient(
    _ degree: Int, _ norms: UnsafePointer<Double>, _ adjoints: UnsafePointer<G.Element>,
    _ g: UnsafeMutablePointer<G.Element>, _ stride: Int
  ) {
    let n = G.count
    var gx = G.zero, gy = G.zero, gz = G.zero
    for l in Swift.stride(from: 1, through: degree, by: 1) {
      let row = l * (l + 1) / 2, middle = l * l + l
      gy = G.fma(
        Self.times(norms[row], G.load(adjoints + middle * n)), G.load(q + (row + 1) * n), gy)
      for m in 1...l {
        let plus = Self.times(norms[row + m], G.load(adjoints + (middle + m) * n))
        let minus = Self.times(norms[row + m], G.load(adjoints + (middle - m) * n))
        if m < l {
          let along = G.fma(plus, G.load(c + m * n), minus * G.load(s + m * n))
          gy = G.fma(G.load(q + (row + m + 1) * n), along, gy)
        }
        let mq = Self.times(Double(m), G.load(q + (row + m) * n))
        let lastC = G.load(c + (m - 1) * n), lastS = G.load(s + (m - 1) * n)
        gx = G.fma(mq, G.fma(minus, lastC, Self.times(-1, plus) * lastS), gx)
        gz = G.fma(mq, G.fma(plus, lastC, minus * lastS), gz)
      }
    }
    gx.store(g)
    gy.store(g + stride)
    gz.store(g + 2 * stride)
  }

  @inline(__always) private static func times(_ factor: Double, _ x: G) -> G {
    G.fma(weight: G.WeightLane.splat(factor), x, G.zero)
  }
}
