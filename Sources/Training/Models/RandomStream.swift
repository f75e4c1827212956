/// Random numbers that are the same on every machine: SplitMix64 (Steele, Lea and Flood 2014), one stream for
/// every pair of seed and name.
///
/// Streams of different names are independent, so that a tensor's first values do not depend on which other
/// tensors a model has.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private var state: UInt64
  private var spare: Double?

  public init(seed: UInt64, name: String) {
    // FNV-1a of the name, mixed with the seed by the generator itself
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    state = seed
    state = next() ^ hash
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Uniform in 0 ..< 1, 53 bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Normally distributed with mean 0 and variance 1 (Marsaglia's polar method).
  public mutating func normal() -> Double {
    if let value = spare {
      spare = nil
      return value
    }
    while true {
      let (x, y) = (2 * uniform() - 1, 2 * uniform() - 1)
      let square = x * x + y * y
      guard square > 0, square < 1 else { continue }
      let factor = (-2 * Self.logarithm(square) / square).squareRoot()
      spare = y * factor
      return x * factor
    }
  }

  /// ln x from additions, multiplications and divisions only: a C library's may differ in the last bit.
  package static func logarithm(_ x: Double) -> Double {
    let (exponent, significand) = (Double(x.exponent), x.significand)
    let s = (significand - 1) / (significand + 1)
    // ln m = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …), s < 1/3
    var (power, sum) = (s, s)
    for k in stride(from: 3.0, through: 35, by: 2) {
      power *= s * s
      sum += power / k
    }
    return exponent * 0.693_147_180_559_945_3 + 2 * sum
  }
}
