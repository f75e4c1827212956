import Diagnostics
import Glibc

/// s(R) = [1 − (R/r₀)ⁿ] / [1 − (R/r₀)ᵐ]: 1 for neighbours, 0 for others, n/m at R = r₀.
public struct SwitchingFunction: Sendable, Equatable {
  /// r₀, Å.
  public let radius: Double
  public let n: Int
  public let m: Int

  /// - Throws: `.invalidArgument` unless r₀ > 0 and 0 < n < m.
  public init(radius: Double, n: Int = 60, m: Int = 200) throws(MACEError) {
    guard radius > 0, radius.isFinite, n > 0, m > n, m <= 100_000 else {
      throw MACEError(
        .invalidArgument,
        "coordination: r0 must be positive and 0 < n < m, not r0 = \(radius), n = \(n), m = \(m)")
    }
    self.radius = radius
    self.n = n
    self.m = m
  }

  /// The value at the distance `r` (Å): exact to rounding also next to r₀, where both parts vanish, and without
  /// overflow far from it, where it is x^(n−m) [1 − x⁻ⁿ] / [1 − x⁻ᵐ].
  public func callAsFunction(_ r: Double) -> Double {
    let logarithm = log(r / radius)
    if logarithm == 0 { return Double(n) / Double(m) }
    let magnitude = -logarithm.magnitude
    let ratio = expm1(Double(n) * magnitude) / expm1(Double(m) * magnitude)
    return logarithm < 0 ? ratio : exp(Double(m - n) * magnitude) * ratio
  }

  /// Beyond this distance (Å) the value is below `threshold`.
  public func reach(threshold: Double) -> Double { radius * pow(threshold, -1 / Double(m - n)) }
}
