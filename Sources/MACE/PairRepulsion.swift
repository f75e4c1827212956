import Checkpoint
import Diagnostics
import Glibc

/// Ziegler–Biersack–Littmark repulsion as mace-torch's `ZBLBasis`: half of the pair energy goes to each atom,
///
///     V = 14.3996 Z_i Z_j / r · Σ_k c_k exp(−d_k r/a) · f(r; R_i + R_j),  a = 0.529 a₀ / (Z_i^e + Z_j^e)
///
/// with covalent radii R and the polynomial cutoff f; energies in eV, distances in Å.
struct PairRepulsion: Sendable {
  private let coefficients: [Double]
  private let exponents = [3.2, 0.9423, 0.4028, 0.2016]
  private let radii: [Double]
  private let charges: [Double]
  private let screening: [Double]
  private let screeningFactor: Double
  private let cutoff: PolynomialCutoff

  init(_ model: MACEModel) throws(MACEError) {
    let prefix = "pair_repulsion_fn."
    coefficients = try model.values(prefix + "c")
    guard coefficients.count == 4 else {
      throw MACEError(.format, "\(prefix)c has \(coefficients.count) numbers, 4 were expected")
    }
    radii = try model.radii(prefix + "covalent_radii")
    charges = model.configuration.atomicNumbers.map(Double.init)
    let power = try model.scalar(prefix + "a_exp")
    screening = charges.map { pow($0, power) }
    screeningFactor = try model.scalar(prefix + "a_prefactor") * 0.529
    cutoff = PolynomialCutoff(radius: 0, exponent: Int(try model.scalar(prefix + "p")))
  }

  /// The receiver's half of the pair energy and its slope.
  func evaluate(_ r: Double, _ i: Int, _ j: Int) -> (energy: Double, slope: Double) {
    let radius = radii[i] + radii[j]
    guard r < radius else { return (0, 0) }
    let a = screeningFactor / (screening[i] + screening[j])
    var phi = 0.0, dphi = 0.0
    for k in 0..<4 {
      let term = coefficients[k] * exp(-exponents[k] * r / a)
      phi += term
      dphi -= exponents[k] / a * term
    }
    let v = 0.5 * 14.3996 * charges[i] * charges[j] / r
    let (f, df) = cutoff.evaluate(r, radius: radius)
    return (v * phi * f, v * (dphi * f + phi * df - phi * f / r))
  }
}
