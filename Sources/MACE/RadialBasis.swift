import Checkpoint
import Diagnostics
import Glibc

/// Radial basis functions of an edge with their slopes, the polynomial cutoff and the distance transform,
/// as in mace-torch's `RadialEmbeddingBlock`.
///
///     Bessel     b_n = √(2/r_max) sin(w_n r′)/r′
///     Gaussian   b_n = exp(c (r′ − μ_n)²)
///     Chebyshev  b_n = T_n(r′), n ≥ 1, the argument not rescaled
///     cutoff     f = 1 − (p+1)(p+2)/2 xᵖ + p(p+2) xᵖ⁺¹ − p(p+1)/2 xᵖ⁺², x = r/r_max, of the untransformed r
///     Agnesi     r′ = 1/(1 + a x^q/(1 + x^(q−p))), x = r/((R_i + R_j)/2)
///     Soft (before 0.3.10)  r′ = r + ½ + tanh(−x − a xᵇ)/2, x = 4r/(R_i + R_j)
///     Soft       r′ = p₀ + (r − p₀)(1 + tanh(α(r − m)))/2, p₀ = ¾R, p₁ = 4/3 R, m the mean, α/(p₁ − p₀)
///
/// Slopes are the true derivatives; mace-torch's Chebyshev basis drops ∂T_n/∂r, so its forces are not the
/// gradient of its energy.
struct RadialBasis: Sendable {
  /// The tensor of the Bessel frequencies w_n.
  static let frequencyName = "radial_embedding.bessel_fn.bessel_weights"

  let count: Int
  private let kind: Configuration.RadialBasis
  /// Bessel frequencies, Gaussian centres or Chebyshev degrees.
  private let parameters: [Double]
  /// δ_n = w_n − n w_1 of the Bessel basis if all are tiny, else empty.
  private let detunings: [Double]
  private let prefactor: Double
  private let transform: Configuration.DistanceTransform
  /// In the order of `DistanceTransform.parameterNames`.
  private let transformParameters: [Double]
  /// Covalent radius of each species, Å; empty without a transform.
  private let radii: [Double]
  private let cutoff: PolynomialCutoff
  private let appliesCutoff: Bool

  init(_ model: MACEModel) throws(MACEError) {
    let c = model.configuration
    kind = c.radialBasis
    let prefix = "radial_embedding.bessel_fn."
    switch c.radialBasis {
    case .bessel:
      parameters = try model.values(Self.frequencyName)
      prefactor = try model.scalar(prefix + "prefactor")
    case .gaussian:
      parameters = try model.values(prefix + "gaussian_weights")
      prefactor = c.gaussianCoefficient
    case .chebyshev:
      parameters = (1...c.basisCount).map(Double.init)
      prefactor = 1
    }
    count = parameters.count
    let parameters = parameters
    let detunings = parameters.indices.map { parameters[$0] - Double($0 + 1) * parameters[0] }
    let isUsual = c.radialBasis == .bessel && detunings.allSatisfy { abs($0) * c.cutoff < 1e-5 }
    self.detunings = isUsual ? detunings : []
    transform = c.distanceTransform
    let t = "radial_embedding.distance_transform."
    var transformParameters: [Double] = []
    for name in transform.parameterNames { transformParameters.append(try model.scalar(t + name)) }
    self.transformParameters = transformParameters
    radii = transform == .none ? [] : try model.radii(t + "covalent_radii")
    cutoff = PolynomialCutoff(radius: c.cutoff, exponent: c.cutoffExponent)
    appliesCutoff = c.appliesCutoffToBasis
  }

  /// What the cutoff leaves for the path weights: (f, df/dr), or (1, 0) if the basis has it.
  @inline(__always)
  func factor(_ r: Double) -> (value: Double, slope: Double) {
    appliesCutoff ? (1, 0) : cutoff.evaluate(r)
  }

  /// Writes b_n(r) and db_n/dr (with the cutoff multiplied in, if the model applies it here) and returns
  /// `factor(r)`.
  func evaluate(
    _ r: Double, _ i: Int, _ j: Int, _ values: UnsafeMutablePointer<Double>,
    _ slopes: UnsafeMutablePointer<Double>
  ) -> (value: Double, slope: Double) {
    let (x, dx) = transformed(r, i, j)
    switch kind {
    case .bessel:
      bessel(x, dx, values, slopes)
    case .gaussian:
      for n in 0..<count {
        let d = x - parameters[n]
        values[n] = exp(prefactor * d * d)
        slopes[n] = 2 * prefactor * d * values[n] * dx
      }
    case .chebyshev:
      var (t0, t1) = (1.0, x)  // T_{n−1}, T_n
      var (u0, u1) = (0.0, 1.0)  // their derivatives
      for n in 0..<count {
        values[n] = t1
        slopes[n] = u1 * dx
        (t0, t1, u0, u1) = (t1, 2 * x * t1 - t0, u1, 2 * t1 + 2 * x * u1 - u0)
      }
    }
    let (f, df) = cutoff.evaluate(r)
    guard appliesCutoff else { return (f, df) }
    for n in 0..<count {
      slopes[n] = slopes[n] * f + values[n] * df
      values[n] *= f
    }
    return (1, 0)
  }

  /// Writes ∂b_n/∂w_n of the Bessel basis, √(2/r_max) cos(w_n r′), and its derivative in r, with the cutoff as
  /// `evaluate` has it. Precondition: `hasFrequencies`.
  func frequencySlopes(
    _ r: Double, _ i: Int, _ j: Int, _ values: UnsafeMutablePointer<Double>,
    _ slopes: UnsafeMutablePointer<Double>
  ) {
    let (x, dx) = transformed(r, i, j)
    let (f, df) = appliesCutoff ? cutoff.evaluate(r) : (1, 0)
    for n in 0..<count {
      let c = prefactor * cos(parameters[n] * x)
      values[n] = c * f
      slopes[n] = c * df - prefactor * parameters[n] * sin(parameters[n] * x) * dx * f
    }
  }

  var hasFrequencies: Bool { kind == .bessel }

  /// sin(w_n x)/x. Where w_n = n w_1 + δ_n with tiny δ_n (the usual basis, rounded), sine and cosine of n w_1 x
  /// follow from those of w_1 x by rotation, and δ_n x enters to second order: the rest is below 1e-16.
  private func bessel(
    _ x: Double, _ dx: Double, _ values: UnsafeMutablePointer<Double>, _ slopes: UnsafeMutablePointer<Double>
  ) {
    let inverse = prefactor / x
    @inline(__always) func set(_ n: Int, _ s: Double, _ c: Double) {
      values[n] = inverse * s
      slopes[n] = inverse * (parameters[n] * c - s / x) * dx
    }
    guard !detunings.isEmpty else {
      for n in 0..<count { set(n, sin(parameters[n] * x), cos(parameters[n] * x)) }
      return
    }
    let s1 = sin(parameters[0] * x), c1 = cos(parameters[0] * x)
    var (s, c) = (s1, c1)
    for n in 0..<count {
      let e = detunings[n] * x, h = 0.5 * e * e
      set(n, s + e * c - h * s, c - e * s - h * c)
      (s, c) = (s * c1 + c * s1, c * c1 - s * s1)
    }
  }

  private func transformed(_ r: Double, _ i: Int, _ j: Int) -> (Double, Double) {
    switch transform {
    case .none: return (r, 1)
    case .agnesi:
      let (a, q, p) = (transformParameters[0], transformParameters[1], transformParameters[2])
      let r0 = 0.5 * (radii[i] + radii[j])
      let x = r / r0
      let numerator = a * pow(x, q), tail = pow(x, q - p), denominator = 1 + tail
      let g = numerator / denominator
      let dg = g / x * (q - (q - p) * tail / denominator)
      let y = 1 / (1 + g)
      return (y, -y * y * dg / r0)
    case .soft:
      let r0 = radii[i] + radii[j]
      let p0 = 0.75 * r0, p1 = 4.0 / 3.0 * r0
      let alpha = transformParameters[0] / (p1 - p0)
      let t = tanh(alpha * (r - 0.5 * (p0 + p1)))
      let s = 0.5 * (1 + t)
      return (p0 + (r - p0) * s, s + (r - p0) * 0.5 * alpha * (1 - t * t))
    case .earlySoft:
      let (a, b) = (transformParameters[0], transformParameters[1])
      let r0 = 0.25 * (radii[i] + radii[j]), x = r / r0
      let tail = a * pow(x, b), t = tanh(-x - tail)
      return (r + 0.5 * t + 0.5, 1 - 0.5 * (1 - t * t) * (1 + b * tail / x) / r0)
    }
  }
}

/// f(r) of `RadialBasis`, zero from `radius` on.
struct PolynomialCutoff: Sendable {
  let radius: Double
  let exponent: Int

  func evaluate(_ r: Double, radius: Double) -> (value: Double, slope: Double) {
    guard r < radius else { return (0, 0) }
    let p = Double(exponent), x = r / radius
    var power = 1.0  // x^(p−1)
    for _ in 1..<max(exponent, 1) { power *= x }
    let xp = power * x
    let a = (p + 1) * (p + 2) / 2, b = p * (p + 2), c = p * (p + 1) / 2
    let value = 1 - a * xp + b * xp * x - c * xp * x * x
    let slope = (-a * p * power + b * (p + 1) * xp - c * (p + 2) * xp * x) / radius
    return (value, slope)
  }

  func evaluate(_ r: Double) -> (value: Double, slope: Double) { evaluate(r, radius: radius) }
}
