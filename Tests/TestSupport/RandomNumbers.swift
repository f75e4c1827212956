/// SplitMix64: the same numbers everywhere for a given seed.
public struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in −1 ..< 1.
  public mutating func uniform() -> Double { Double.random(in: -1..<1, using: &self) }

  public mutating func vector() -> SIMD3<Double> { SIMD3(uniform(), uniform(), uniform()) }

  public mutating func vector(_ range: ClosedRange<Double>) -> SIMD3<Double> {
    SIMD3(
      .random(in: range, using: &self), .random(in: range, using: &self), .random(in: range, using: &self))
  }

  public mutating func unitVector() -> SIMD3<Double> {
    while true {
      let v = vector()
      let square = (v * v).sum()
      if square > 0.01 && square < 1 { return v / square.squareRoot() }
    }
  }

  public mutating func values<T: BinaryFloatingPoint>(_ count: Int) -> [T] {
    (0..<count).map { _ in T(uniform()) }
  }

  /// Uniformly distributed proper rotation.
  public mutating func rotation() -> Rotation {
    while true {
      let q = SIMD4(uniform(), uniform(), uniform(), uniform())
      let square = (q * q).sum()
      if square > 0.01 && square < 1 { return Rotation(quaternion: q / square.squareRoot()) }
    }
  }
}

/// A 3 × 3 orthogonal matrix, by rows.
public struct Rotation: Sendable {
  public var rows: [SIMD3<Double>]

  public init(quaternion q: SIMD4<Double>) {
    let (w, x, y, z) = (q.x, q.y, q.z, q.w)
    rows = [
      SIMD3(1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
      SIMD3(2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
      SIMD3(2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    ]
  }

  public init(rows: [SIMD3<Double>]) { self.rows = rows }

  public static let inversion = Rotation(rows: [SIMD3(-1, 0, 0), SIMD3(0, -1, 0), SIMD3(0, 0, -1)])

  public func callAsFunction(_ v: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3((rows[0] * v).sum(), (rows[1] * v).sum(), (rows[2] * v).sum())
  }

  /// R t Rᵀ of a row-major tensor.
  public func tensor(_ t: [Double]) -> [Double] {
    (0..<9).map { k in
      var sum = 0.0
      for a in 0..<3 {
        for b in 0..<3 { sum += rows[k / 3][a] * t[3 * a + b] * rows[k % 3][b] }
      }
      return sum
    }
  }
}
