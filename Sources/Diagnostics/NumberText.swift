import Glibc

/// Numbers as text of a chosen number of digits, in the C locale.
public enum NumberText {
  /// `digits` decimals after the point, "1.50"; "nan" and "inf" for what is not finite.
  public static func fixed(_ value: Double, _ digits: Int) -> String { text("%.*f", digits, value) }

  /// `digits` significant digits, without zeros at the end: "0.0015", "1.2e-07".
  public static func significant(_ value: Double, _ digits: Int) -> String { text("%.*g", digits, value) }

  /// A number of bytes in the unit that suits it, "12.3 MB" (powers of 1000).
  public static func bytes(_ count: Double) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = count
    var unit = 0
    while value >= 999.95, unit + 1 < units.count {
      value /= 1000
      unit += 1
    }
    return unit == 0 ? "\(fixed(value, 0)) B" : "\(fixed(value, 1)) \(units[unit])"
  }

  /// "3 s", "2 min 05 s", "1 h 02 min".
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "?" }
    let total = Int(seconds.rounded())
    func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
    if total < 60 { return "\(total) s" }
    if total < 3600 { return "\(total / 60) min \(two(total % 60)) s" }
    return "\(total / 3600) h \(two(total % 3600 / 60)) min"
  }

  private static func text(_ format: String, _ digits: Int, _ value: Double) -> String {
    // The longest double has 309 digits before the point.
    var buffer = [CChar](repeating: 0, count: 352)
    let places = Int32(min(max(digits, 0), 20))
    let length = withVaList([places, value]) { vsnprintf(&buffer, buffer.count, format, $0) }
    let count = min(max(Int(length), 0), buffer.count - 1)
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
