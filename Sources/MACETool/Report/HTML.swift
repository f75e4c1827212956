import Diagnostics

/// Pieces of HTML text.
package enum HTML {
  /// Text without markup.
  static func escaped(_ text: some StringProtocol) -> String {
    var out = ""
    for character in text {
      switch character {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      default: out.append(character)
      }
    }
    return out
  }

  /// A table; cells that are numbers stand to the right.
  static func table(header: [String], rows: [[String]]) -> String {
    var out = "<div class=\"wide\"><table><thead><tr>"
    for name in header { out += "<th>\(escaped(name))</th>" }
    out += "</tr></thead><tbody>\n"
    for row in rows {
      out += "<tr>"
      for cell in row {
        out +=
          Double(cell) == nil && cell != "–"
          ? "<td>\(escaped(cell))</td>" : "<td class=\"n\">\(short(cell))</td>"
      }
      out += "</tr>\n"
    }
    return out + "</tbody></table></div>\n"
  }

  /// Numbers with all their digits are for files; integers stay as they are.
  private static func short(_ cell: String) -> String {
    guard cell.contains(where: { ".eE".contains($0) }), let value = Double(cell), value.isFinite else {
      return escaped(cell)
    }
    return NumberText.significant(value, 5)
  }

  package static func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      var word = UInt32(0)
      for byte in part { word = word << 8 | UInt32(byte) }
      word <<= UInt32(8 * (3 - part.count))
      for place in 0..<4 {
        let isPadding = place > part.count
        out.append(isPadding ? UInt8(ascii: "=") : letters[Int(word >> UInt32(18 - 6 * place) & 63)])
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  static let style = """
    :root { color-scheme: light; }
    body { font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; color: #222; background: #fff;
      max-width: 1180px; margin: 2rem auto; padding: 0 1.2rem; }
    h1 { font-size: 1.7rem; margin-bottom: 0.2rem; }
    h2 { font-size: 1.25rem; margin-top: 2.4rem; border-bottom: 1px solid #ccc; padding-bottom: 0.2rem; }
    h3 { font-size: 1rem; margin: 1.2rem 0 0.3rem; }
    nav a { margin-right: 1.1rem; white-space: nowrap; }
    a { color: #0058a3; }
    .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 1rem; }
    figure { margin: 0; border: 1px solid #e2e2e2; padding: 0.6rem; }
    figure img { width: 100%; height: auto; display: block; }
    figcaption, .quiet { color: #666; font-size: 0.85rem; }
    .wide { overflow-x: auto; }
    table { border-collapse: collapse; font-size: 0.88rem; margin: 0.5rem 0; }
    th, td { padding: 0.22rem 0.7rem; text-align: left; border-bottom: 1px solid #eee; vertical-align: top; }
    th { border-bottom: 1px solid #888; }
    td.n { text-align: right; font-variant-numeric: tabular-nums; }
    td.hash { font-family: monospace; font-size: 0.78rem; }
    pre { background: #f6f6f6; padding: 0.7rem; overflow-x: auto; font-size: 0.8rem; }
    summary { cursor: pointer; color: #0058a3; }
    """
}
