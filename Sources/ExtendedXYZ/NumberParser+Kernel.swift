/// Decimal numbers from bytes, correctly rounded.
///
/// Up to 19 significant digits w and exponents |q| ≤ 27 are converted with one exact 128-bit product or
/// quotient: w · 10^q = w · 5^q · 2^q, where 5^|q| fits 64 bits. The quotient's remainder (or the product's low
/// half) becomes a sticky bit, so that the one rounding to double that follows is the correct one. Everything
/// else goes to the standard library.
package enum NumberParser {
  /// An integer with an optional sign, nothing else; nil also when it does not fit.
  package static func integer(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var index = 0
    var isNegative = false
    if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      index = 1
    }
    guard index < bytes.count else { return nil }
    var value = 0
    while index < bytes.count {
      let digit = Int(bytes[index]) - 48
      guard digit >= 0, digit <= 9 else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow2) =
        isNegative
        ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      if overflow || overflow2 { return nil }
      value = sum
      index += 1
    }
    return value
  }

  /// A real number: digits with an optional sign, point and exponent (e, E, and d, D of Fortran), or nan, inf
  /// and infinity in any case.
  package static func real(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    let end = bytes.count
    var index = 0
    var isNegative = false
    if end > 0, bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
      isNegative = bytes[0] == UInt8(ascii: "-")
      index = 1
    }
    var digits = Digits()
    digits.scan(bytes, &index, afterPoint: false)
    if index < end, bytes[index] == UInt8(ascii: ".") {
      index += 1
      digits.scan(bytes, &index, afterPoint: true)
    }
    guard digits.count > 0 else { return special(bytes) }
    var exponent = 0
    var exponentIndex: Int?
    if index < end {
      let letter = bytes[index] | 0x20
      guard letter == UInt8(ascii: "e") || letter == UInt8(ascii: "d"),
        let value = Self.exponent(UnsafeBufferPointer(rebasing: bytes[(index + 1)...]))
      else { return nil }
      exponentIndex = index
      exponent = value
    }
    let magnitude: Double
    if digits.isExact, let fast = scaled(digits.value, exponent + digits.exponent) {
      magnitude = fast
    } else {
      return slow(bytes, exponentIndex)
    }
    return isNegative ? -magnitude : magnitude
  }

  /// The significant digits read so far: value · 10^exponent.
  private struct Digits {
    var value: UInt64 = 0
    var exponent = 0
    /// All digits, leading zeros included.
    var count = 0
    /// False when more than 19 significant digits were met.
    var isExact = true

    @inline(__always)
    mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int, afterPoint: Bool) {
      while index < bytes.count {
        let digit = bytes[index] &- 48
        guard digit <= 9 else { return }
        // Ten times this and nine more still fits 64 bits.
        if value < 1_000_000_000_000_000_000 {
          value = value &* 10 &+ UInt64(digit)
          if afterPoint { exponent &-= 1 }
        } else {
          isExact = false
        }
        count &+= 1
        index &+= 1
      }
    }
  }

  /// The digits after e; far too large ones are cut, as the result is 0 or infinity anyway.
  private static func exponent(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var index = 0
    var isNegative = false
    if bytes.count > 0, bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
      isNegative = bytes[0] == UInt8(ascii: "-")
      index = 1
    }
    guard index < bytes.count else { return nil }
    var value = 0
    while index < bytes.count {
      let digit = Int(bytes[index]) - 48
      guard digit >= 0, digit <= 9 else { return nil }
      value = min(value * 10 + digit, 1_000_000)
      index += 1
    }
    return isNegative ? -value : value
  }

  /// 5^0 ... 5^27: all powers of five below 2^63.
  private static let powersOfFive: [UInt64] = {
    var powers: [UInt64] = [1]
    for _ in 1...27 { powers.append(5 * (powers.last ?? 1)) }
    return powers
  }()

  /// w · 10^q, correctly rounded, for |q| ≤ 27; nil otherwise.
  static func scaled(_ w: UInt64, _ q: Int) -> Double? {
    if w == 0 { return 0 }
    guard q >= -27, q <= 27 else { return nil }
    if q == 0 { return Double(w) }
    let power = powersOfFive[Int(q.magnitude)]
    if q > 0 {
      let (high, low) = w.multipliedFullWidth(by: power)
      if high == 0 { return Double(low) * powerOfTwo(q) }
      let zeros = high.leadingZeroBitCount
      let top = zeros == 0 ? high : high << UInt64(zeros) | low >> UInt64(64 - zeros)
      let rest = zeros == 0 ? low : low << UInt64(zeros)
      // 64 leading bits of the product; the lowest one also says whether anything follows.
      let sticky = top | (rest != 0 ? 1 : 0)
      return Double(sticky) * powerOfTwo(q + 64 - zeros)
    }
    let wZeros = w.leadingZeroBitCount
    let powerZeros = power.leadingZeroBitCount
    let numerator = w << UInt64(wZeros)
    let divisor = power << UInt64(powerZeros)
    // ⌊numerator · 2^63 / divisor⌋ lies in [2^62, 2^64): at least nine bits below the rounding position.
    let (quotient, remainder) = divisor.dividingFullWidth((numerator >> 1, numerator << 63))
    let sticky = quotient | (remainder != 0 ? 1 : 0)
    let exponent = q - 63 + powerZeros - wZeros
    return Double(sticky) * powerOfTwo(exponent)
  }

  /// 2^exponent, for exponents of normal numbers.
  private static func powerOfTwo(_ exponent: Int) -> Double {
    Double(bitPattern: UInt64(truncatingIfNeeded: exponent + 1023) << 52)
  }

  private static func special(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    guard bytes.count <= 9 else { return nil }
    switch String(decoding: bytes, as: UTF8.self).lowercased() {
    case "nan", "+nan", "-nan": return .nan
    case "inf", "+inf", "infinity", "+infinity": return .infinity
    case "-inf", "-infinity": return -.infinity
    default: return nil
    }
  }

  /// For text whose form has been checked.
  private static func slow(
    _ bytes: UnsafeBufferPointer<UInt8>, _ exponentIndex: Int?
  ) -> Double? {
    var text = Array(bytes)
    if let exponentIndex { text[exponentIndex] = UInt8(ascii: "e") }
    return Double(String(decoding: text, as: UTF8.self))
  }
}
