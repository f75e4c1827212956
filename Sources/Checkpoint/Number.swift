/// Conversions between stored number types and float64.
enum Number {
  /// IEEE binary16, widened exactly.
  static func half(_ bits: UInt16) -> Double {
    let sign: Double = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10) & 0x1f
    let fraction = Double(bits & 0x3ff)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 0x1f: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * (fraction + 1024) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
    }
  }
}
