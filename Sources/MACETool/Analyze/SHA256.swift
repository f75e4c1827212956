import Diagnostics
import Glibc

/// SHA-256 (FIPS 180-4), to name the files that results come from.
package struct SHA256 {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var pending: [UInt8] = []
  private var length = 0
  private var schedule = [UInt32](repeating: 0, count: 64)

  /// Size and hash (hexadecimal) of a file.
  ///
  /// - Throws: `.io` when it cannot be read.
  package static func ofFile(_ path: String) throws(MACEError) -> (bytes: Int, hash: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    var hash = SHA256()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path) }
      if count == 0 { break }
      hash.add(buffer[..<count])
    }
    let bytes = hash.length
    return (bytes, hash.finish())
  }

  private static func failure(_ path: String) -> MACEError {
    MACEError(.io, "\(path): cannot read: \(String(cString: strerror(errno)))")
  }

  mutating func add(_ bytes: ArraySlice<UInt8>) {
    length += bytes.count
    var rest = bytes
    if !pending.isEmpty {
      let taken = rest.prefix(64 - pending.count)
      pending += taken
      rest = rest.dropFirst(taken.count)
      guard pending.count == 64 else { return }
      let block = pending[...]
      pending = []
      compress(block)
    }
    while rest.count >= 64 {
      compress(rest.prefix(64))
      rest = rest.dropFirst(64)
    }
    pending = Array(rest)
  }

  /// 64 hexadecimal digits.
  mutating func finish() -> String {
    let bits = UInt64(length) * 8
    var padding: [UInt8] = [0x80]
    while (pending.count + padding.count) % 64 != 56 { padding.append(0) }
    padding += withUnsafeBytes(of: bits.bigEndian) { Array($0) }
    add(padding[...])
    return state.map { word in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 8 - text.count) + text
    }.joined()
  }

  private mutating func compress(_ block: ArraySlice<UInt8>) {
    let start = block.startIndex
    for t in 0..<16 {
      let place = start + 4 * t
      schedule[t] =
        UInt32(block[place]) << 24 | UInt32(block[place + 1]) << 16 | UInt32(block[place + 2]) << 8
        | UInt32(block[place + 3])
    }
    for t in 16..<64 {
      let (x, y) = (schedule[t - 15], schedule[t - 2])
      let small = Self.rotate(x, 7) ^ Self.rotate(x, 18) ^ x >> 3
      let large = Self.rotate(y, 17) ^ Self.rotate(y, 19) ^ y >> 10
      schedule[t] = schedule[t - 16] &+ small &+ schedule[t - 7] &+ large
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for t in 0..<64 {
      let large = Self.rotate(e, 6) ^ Self.rotate(e, 11) ^ Self.rotate(e, 25)
      let first = h &+ large &+ (e & f ^ ~e & g) &+ Self.constants[t] &+ schedule[t]
      let small = Self.rotate(a, 2) ^ Self.rotate(a, 13) ^ Self.rotate(a, 22)
      let second = small &+ (a & b ^ a & c ^ b & c)
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
    }
    for (place, value) in [a, b, c, d, e, f, g, h].enumerated() { state[place] &+= value }
  }

  @inline(__always)
  private static func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = {
    var primes: [UInt64] = []
    var candidate: UInt64 = 2
    while primes.count < 64 {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes.map { prime in
      // ⌊∛p · 2³²⌋ by bisection: the largest x with x³ ≤ p · 2⁹⁶, in 128 bits.
      var (low, high): (UInt64, UInt64) = (0, 1 << 35)
      while high - low > 1 {
        let middle = (low + high) / 2
        let cube = UInt128(middle) * UInt128(middle) * UInt128(middle)
        if cube <= UInt128(prime) << 96 { low = middle } else { high = middle }
      }
      return UInt32(truncatingIfNeeded: low)
    }
  }()
}
