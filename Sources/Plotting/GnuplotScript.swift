/// The script of a figure or a sheet. It names its files without folder, so that the folder can be moved.
struct GnuplotScript {
  let text: String

  init(_ figure: Figure, name: String) {
    let panel = GnuplotPanel(figure, name: name)
    text =
      Self.start(name) + panel.settings + Self.svg(name, panel.size) + panel.plot + Self.png(name, panel.size)
      + "replot\nunset output\n"
  }

  init(_ sheet: FigureSheet, name: String) {
    var firstIndex = 0
    let panels = sheet.figures.map { figure -> GnuplotPanel? in
      guard let figure else { return nil }
      defer { firstIndex += figure.series.count }
      return GnuplotPanel(figure, name: name, firstIndex: firstIndex)
    }
    let sizes = panels.compactMap { $0?.size }
    let width = sizes.map(\.width).max() ?? 1, height = sizes.map(\.height).max() ?? 1
    // A legend beside one panel is room for none in the others, so panels of a column are a little lower.
    let size = (width * sheet.columns, height * sheet.rows * 3 / 4 + (sheet.title.isEmpty ? 0 : 40))
    let title = sheet.title.isEmpty ? "" : " title \(sheet.title.gnuplotQuoted) noenhanced"
    let body =
      "set multiplot layout \(sheet.rows),\(sheet.columns)\(title)\n"
      + panels.map { $0.map { "reset\n" + $0.settings + $0.plot } ?? "set multiplot next\n" }.joined()
      + "unset multiplot\nunset output\n"
    text = Self.start(name) + Self.svg(name, size) + body + Self.png(name, size) + body
  }

  private static func start(_ name: String) -> String {
    "# Draws \(name).svg and \(name).png from \(name).dat: gnuplot \(name).gp\nset encoding utf8\n"
  }

  private static func svg(_ name: String, _ size: (width: Int, height: Int)) -> String {
    """
    set terminal svg size \(size.width),\(size.height) enhanced font "DejaVu Sans,Helvetica,Arial,sans-serif,15" \
    background "#ffffff"
    set output '\(name).svg'

    """
  }

  private static func png(_ name: String, _ size: (width: Int, height: Int)) -> String {
    """
    set terminal pngcairo size \(2 * size.width),\(2 * size.height) enhanced font "DejaVu Sans,13" fontscale 1.85 \
    linewidth 2 pointscale 2 background "#ffffff"
    set output '\(name).png'

    """
  }
}

extension String {
  /// A gnuplot string in double quotes.
  var gnuplotQuoted: String {
    var out = "\""
    for character in singleLine {
      if character == "\"" || character == "\\" { out += "\\" }
      out.append(character)
    }
    return out + "\""
  }
}
