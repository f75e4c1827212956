extension Structure {
  /// Atoms along a Hilbert curve through boxes of `spacing` (Å), so that atoms that follow each other are near each other:
  /// the transformation of Skilling (AIP Conf. Proc. 707, 381 (2004)). Periodic images count as one place.
  /// - Precondition: positions are finite, `spacing` > 0.
  public func hilbertOrder(spacing: Double) -> [Int32] {
    let lengths = cell.map { SIMD3($0.a.length, $0.b.length, $0.c.length) }
    let isPeriodic = [pbc.a, pbc.b, pbc.c]
    var places = positions
    if let cell, let lengths {
      for i in places.indices {
        guard var f = cell.fractional(of: positions[i]) else { break }
        for k in 0..<3 where isPeriodic[k] { f[k] -= f[k].rounded(.down) }
        places[i] = f * lengths
      }
    }
    guard var low = places.first else { return [] }
    var high = low
    for place in places {
      low = pointwiseMin(low, place)
      high = pointwiseMax(high, place)
    }
    // ten bits a direction are enough; larger systems get larger boxes
    let side = max(spacing, (high - low).max() / 1023)
    let keys = places.map { Self.hilbertIndex(($0 - low) / side, bits: 10) }
    return positions.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }.map(Int32.init)
  }

  /// Place on the curve of a box with these coordinates, each below 2^bits.
  static func hilbertIndex(_ box: SIMD3<Double>, bits: Int) -> UInt64 {
    var x = SIMD3<UInt64>(box)
    var q: UInt64 = 1 << (bits - 1)
    while q > 1 {
      for k in 0..<3 {
        if x[k] & q != 0 {
          x[0] ^= q - 1
        } else {
          let t = (x[0] ^ x[k]) & (q - 1)
          x[0] ^= t
          x[k] ^= t
        }
      }
      q >>= 1
    }
    // Gray code, then the bits of the three numbers in turn
    x[1] ^= x[0]
    x[2] ^= x[1]
    var t: UInt64 = 0
    for bit in 1..<bits where x[2] & (1 << bit) != 0 { t ^= (1 << bit) - 1 }
    var index: UInt64 = 0
    for bit in (0..<bits).reversed() {
      for k in 0..<3 { index = index << 1 | ((x[k] ^ t) >> bit & 1) }
    }
    return index
  }
}
