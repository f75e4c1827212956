import Diagnostics

/// A plot of several series: a data file, the gnuplot script that draws it, and the pictures it makes.
///
///     var figure = Figure(x: Axis("r / Å"), y: Axis("g(r)"))
///     figure.series.append(Series("Ca–O", x: r, y: g, yErrors: errors))
///     figure.marks.append(.horizontal(1))
///     let files = try figure.write(to: "rdf/g")   // g.dat, g.gp, g.svg, g.png
///
/// Texts are taken as they are (no markup); write superscripts as Unicode characters.
public struct Figure: Sendable, Equatable {
  public enum Legend: String, Sendable {
    case topRight = "top right"
    case topLeft = "top left"
    case bottomRight = "bottom right"
    case bottomLeft = "bottom left"
    case outside = "outside right top"
    case none = "off"
  }

  public var title: String
  public var x: Axis
  public var y: Axis
  public var series: [Series]
  public var marks: [Mark]
  public var legend: Legend
  /// Both axes equally long, for predictions against references.
  public var isSquare: Bool

  public init(
    _ title: String = "", x: Axis, y: Axis, series: [Series] = [], marks: [Mark] = [],
    legend: Legend = .topRight, isSquare: Bool = false
  ) {
    self.title = title
    self.x = x
    self.y = y
    self.series = series
    self.marks = marks
    self.legend = legend
    self.isSquare = isSquare
  }

  /// Writes `path`.dat and `path`.gp, and draws `path`.svg and `path`.png with gnuplot.
  ///
  /// Without gnuplot, or if it fails, the first two are there and `FigureFiles.warning` says so; pictures of an
  /// earlier run are removed, so that none belongs to other data.
  ///
  /// - Throws: `.invalidArgument` when there is nothing to draw, `.io` when a file cannot be written.
  @discardableResult
  public func write(to path: String) throws(MACEError) -> FigureFiles {
    guard hasPoints else {
      throw MACEError(.invalidArgument, "\(path): the figure has no finite point to draw")
    }
    return try FigureFiles.write(path, data: data) { GnuplotScript(self, name: $0).text }
  }

  /// One block per series, two empty lines between blocks, as gnuplot's `index` counts them.
  var data: String {
    var out = "# \(y.label) against \(x.label)\n".singleLine + "\n"
    for (place, one) in series.enumerated() {
      if place > 0 { out += "\n\n" }
      out += "# \(one.label)".singleLine + "\n"
      out += "# x y" + (one.yErrors == nil ? "" : " error") + "\n"
      if one.x.isEmpty { out += "nan nan" + (one.yErrors == nil ? "" : " nan") + "\n" }
      for i in one.x.indices {
        out += "\(one.x[i]) \(one.y[i])"
        if let errors = one.yErrors { out += " \(errors[i])" }
        out += "\n"
      }
    }
    return out
  }

  var hasPoints: Bool {
    series.contains { one in
      one.x.indices.contains { i in
        one.x[i].isFinite && one.y[i].isFinite && (!x.isLogarithmic || one.x[i] > 0)
          && (!y.isLogarithmic || one.y[i] > 0)
      }
    }
  }
}

extension String {
  /// Line ends become blanks.
  var singleLine: String { String(map { $0.isNewline ? " " : $0 }) }
}
