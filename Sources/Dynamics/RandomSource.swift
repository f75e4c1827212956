import Glibc

/// Random numbers whose whole state is four words: xoshiro256++ of Blackman and Vigna
/// (ACM Trans. Math. Softw. 47, 36 (2021)), seeded by SplitMix64.
public struct RandomSource: Sendable, Equatable {
  /// To be saved and restored; not all four zero.
  public private(set) var state: [UInt64]

  public init(seed: UInt64) {
    var seed = seed
    state = (0..<4).map { _ in
      seed &+= 0x9E37_79B9_7F4A_7C15
      var z = seed
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  /// Continues where `state` was taken; nil unless it is four words, not all zero.
  public init?(state: [UInt64]) {
    guard state.count == 4, state.contains(where: { $0 != 0 }) else { return nil }
    self.state = state
  }

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    func rotated(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
    let result = rotated(state[0] &+ state[3], 23) &+ state[0]
    let t = state[1] << 17
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= t
    state[3] = rotated(state[3], 45)
    return result
  }

  /// Uniform in (0, 1), the ends excluded: the middle of one of 2⁵² equal parts.
  public mutating func uniform() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }

  /// Standard normal deviate by Marsaglia's polar method (SIAM Rev. 6, 260 (1964)).
  ///
  /// Its second deviate is dropped, so that nothing but `state` has to be saved.
  public mutating func normal() -> Double {
    while true {
      let u = 2 * uniform() - 1
      let v = 2 * uniform() - 1
      let square = u * u + v * v
      if square < 1, square > 0 { return u * (-2 * log(square) / square).squareRoot() }
    }
  }

  /// Three independent standard normal deviates.
  public mutating func normalVector() -> SIMD3<Double> {
    let x = normal()
    let y = normal()
    return SIMD3(x, y, normal())
  }

  /// Gamma deviate of scale 1: the exact rejection method of Marsaglia and Tsang
  /// (ACM Trans. Math. Softw. 26, 363 (2000)).
  /// - Precondition: `shape` > 0.
  public mutating func gamma(shape: Double) -> Double {
    precondition(shape > 0)
    // Γ(a) = Γ(a + 1) U^{1/a}
    if shape < 1 { return gamma(shape: shape + 1) * pow(uniform(), 1 / shape) }
    let d = shape - 1 / 3.0
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let root = 1 + c * x
      guard root > 0 else { continue }
      let v = root * root * root
      if log(uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
    }
  }

  /// The sum of the squares of `count` independent standard normal deviates.
  public mutating func sumOfSquares(_ count: Int) -> Double {
    count > 0 ? 2 * gamma(shape: Double(count) / 2) : 0
  }
}
