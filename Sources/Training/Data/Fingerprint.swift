import Atomistics

/// A hash of elements, positions and cell: equal for the same structure with other labels or other trailing
/// digits, but not when atoms are in another order or in another image of the cell.
struct Fingerprint: Hashable, Sendable {
  let value: UInt64

  /// Lengths count in units of 1e-4 Å.
  init(_ structure: Structure) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ word: UInt64) {
      // FNV-1a over words, each stirred by SplitMix64's finalizer
      var z = word &+ 0x9e37_79b9_7f4a_7c15
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      hash = (hash ^ z ^ (z >> 31)) &* 0x100_0000_01b3
    }
    func add(_ vector: SIMD3<Double>) {
      for axis in 0..<3 {
        let scaled = (vector[axis] * 1e4).rounded()
        // −0 and what no structure should have
        add(scaled.magnitude < 9e18 ? UInt64(bitPattern: Int64(scaled)) : scaled.bitPattern)
      }
    }
    add(UInt64(structure.count))
    for z in structure.atomicNumbers { add(UInt64(bitPattern: Int64(z))) }
    for position in structure.positions { add(position) }
    for direction in 0..<3 { add(structure.cell?[direction] ?? .zero) }
    value = hash
  }

  init?(text: String) {
    guard text.utf8.count == 16, let value = UInt64(text, radix: 16) else { return nil }
    self.value = value
  }

  /// Sixteen hexadecimal digits.
  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
