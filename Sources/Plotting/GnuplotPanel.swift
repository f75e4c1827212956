import Diagnostics
import Glibc

/// What gnuplot does for one figure: its settings and its plot.
struct GnuplotPanel {
  let figure: Figure
  /// The data file, without folder and ending.
  private let name: String
  /// Block of the figure's first series in the data file.
  private let firstIndex: Int

  /// Okabe and Ito's colours, which the colour-blind can tell apart; black last.
  private static let palette = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31", "#000000",
  ]

  /// More dots than this in a figure make a picture no clearer, only larger (60 bytes of SVG each).
  private static let maximumDots = 8000

  init(_ figure: Figure, name: String, firstIndex: Int = 0) {
    self.figure = figure
    self.name = name
    self.firstIndex = firstIndex
  }

  /// Pixels of the SVG.
  var size: (width: Int, height: Int) {
    figure.isSquare ? (620, 600) : figure.legend == .outside ? (860, 480) : (720, 480)
  }

  var settings: String {
    var out = """
      set border 3 linewidth 1 linecolor rgb "#333333"
      set tics nomirror out scale 0.6
      set grid linewidth 0.5 linecolor rgb "#dddddd"
      set key \(figure.legend.rawValue) noenhanced spacing 1.2 samplen 2.5
      set xlabel \(figure.x.label.gnuplotQuoted) noenhanced
      set ylabel \(figure.y.label.gnuplotQuoted) noenhanced

      """
    if !figure.title.isEmpty { out += "set title \(figure.title.gnuplotQuoted) noenhanced\n" }
    let (x, y) = axes
    out += axis("x", x, figure.series.flatMap(\.x)) + axis("y", y, figure.series.flatMap(\.y))
    if figure.isSquare { out += "set size square\n" }
    return out + marks
  }

  var plot: String { "plot " + plots.joined(separator: ", \\\n  ") + "\n" }

  /// Both axes of a square figure have one range, unless limits were given.
  private var axes: (Axis, Axis) {
    var (x, y) = (figure.x, figure.y)
    let values = figure.series.flatMap { $0.x + $0.y }.filter(\.isFinite)
    guard figure.isSquare, !x.isLogarithmic, !y.isLogarithmic, let low = values.min(),
      let high = values.max(),
      x.lower == nil, x.upper == nil, y.lower == nil, y.upper == nil
    else { return (x, y) }
    let margin = high > low ? 0.03 * (high - low) : 1
    (x.lower, x.upper, y.lower, y.upper) = (low - margin, high + margin, low - margin, high + margin)
    return (x, y)
  }

  private func axis(_ name: String, _ axis: Axis, _ values: [Double]) -> String {
    var out = ""
    if axis.isLogarithmic { out += "set logscale \(name)\n" + tics(name, axis, values) }
    if axis.lower != nil || axis.upper != nil {
      out += "set \(name)range [\(axis.lower.map { "\($0)" } ?? "*"):\(axis.upper.map { "\($0)" } ?? "*")]\n"
    }
    return out
  }

  /// Numbers between the powers of ten where there are few of these: gnuplot numbers no others.
  private func tics(_ name: String, _ axis: Axis, _ values: [Double]) -> String {
    let positive = values.filter { $0.isFinite && $0 > 0 }
    guard let low = axis.lower ?? positive.min(), let high = axis.upper ?? positive.max(), low > 0,
      high / low < 1000
    else { return "" }
    let steps: [Double] = high / low < 10 ? [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9] : [1, 2, 5]
    let decades = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
    let tics = decades.flatMap { decade in steps.map { $0 * pow(10, Double(decade)) } }
    let labels = tics.map { "\"\(NumberText.significant($0, 6))\" \($0)" }
    return "set \(name)tics (\(labels.joined(separator: ", ")))\n"
  }

  private var marks: String {
    let style = "nohead dashtype 2 linewidth 1 linecolor rgb \"#777777\" back"
    var out = ""
    for mark in figure.marks {
      switch mark {
      case .horizontal(let y, let label):
        out += "set arrow from graph 0, first \(y) to graph 1, first \(y) \(style)\n"
        if !label.isEmpty {
          out += "set label \(label.gnuplotQuoted) at graph 0.99, first \(y) right offset 0,0.6 noenhanced "
          out += "textcolor rgb \"#555555\"\n"
        }
      case .vertical(let x, let label):
        out += "set arrow from first \(x), graph 0 to first \(x), graph 1 \(style)\n"
        if !label.isEmpty {
          out += "set label \(label.gnuplotQuoted) at first \(x), graph 0.04 left offset 0.6,0 noenhanced "
          out += "textcolor rgb \"#555555\"\n"
        }
      case .diagonal:
        break
      }
    }
    return out
  }

  private var plots: [String] {
    var out: [String] = []
    for (place, series) in figure.series.enumerated() {
      let color = Self.color(series.color ?? place)
      let source = "'\(name).dat' index \(firstIndex + place)"
      let title = series.label.isEmpty ? "notitle" : "title \(series.label.gnuplotQuoted)"
      let paint = "linecolor rgb \"\(color)\""
      if series.yErrors != nil, series.style == .line || series.style == .dashed {
        out.append(
          "\(source) using 1:($2-$3):($2+$3) with filledcurves fillstyle transparent solid 0.2 noborder "
            + "\(paint) notitle")
      }
      let bars = series.yErrors != nil && (series.style == .points || series.style == .linePoints)
      if bars {
        out.append(
          "\(source) using 1:2:3 with yerrorbars pointtype 7 pointsize 0 linewidth 1.2 \(paint) notitle")
      }
      let isDots = series.style == .dots
      out.append(
        "\(source)\(every(series)) using 1:2 \(style(series.style)) \(paint) \(isDots ? "notitle" : title)")
      if isDots, !series.label.isEmpty {
        // Dots as small as those of the cloud would have no colour in the legend.
        out.append("keyentry with points pointtype 7 pointsize 0.8 \(paint) \(title)")
      }
    }
    if figure.marks.contains(.diagonal) {
      out.append("x with lines dashtype 2 linewidth 1.2 linecolor rgb \"#777777\" notitle")
    }
    return out
  }

  private static func color(_ place: Int) -> String {
    let count = palette.count
    return palette[(place % count + count) % count]
  }

  private func every(_ series: Series) -> String {
    // All clouds of a figure are thinned alike, so that they show who has more points.
    let dots = figure.series.filter { $0.style == .dots }.reduce(0) { $0 + $1.x.count }
    let stride = (dots + Self.maximumDots - 1) / Self.maximumDots
    guard series.style == .dots, stride > 1 else { return "" }
    // Clouds that are small have all their points.
    return series.x.count > 50 * stride ? " every \(stride)" : ""
  }

  private func style(_ style: Series.Style) -> String {
    switch style {
    case .line: "with lines linewidth 2"
    case .dashed: "with lines linewidth 2 dashtype 4"
    case .points: "with points pointtype 7 pointsize 0.7"
    case .linePoints: "with linespoints linewidth 2 pointtype 7 pointsize 0.7"
    case .dots: "with points pointtype 7 pointsize 0.3"
    case .steps: "with histeps linewidth 2"
    }
  }
}
