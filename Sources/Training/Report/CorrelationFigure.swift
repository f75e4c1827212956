import Diagnostics

/// References and predictions of one head, by split and config_type, for correlation plots.
public struct Correlations: Sendable {
  public enum Quantity: String, Sendable, CaseIterable {
    /// Per atom, eV.
    case energy
    /// Components, eV/Å.
    case forces
    /// Components, eV/Å³.
    case stress

    var unit: String {
      switch self {
      case .energy: "eV/atom"
      case .forces: "eV/Å"
      case .stress: "eV/Å³"
      }
    }
  }

  package struct Point: Sendable, Equatable {
    var reference: Double
    var prediction: Double
  }

  package struct Panel: Sendable {
    var quantity: Quantity
    var split: String
    var series: [(type: String, points: [Point])] = []

    package var points: [Point] { series.flatMap(\.points) }
    package var rmse: Double {
      let squares = points.reduce(0) { $0 + ($1.prediction - $1.reference) * ($1.prediction - $1.reference) }
      return (squares / Double(max(points.count, 1))).squareRoot()
    }
  }

  package private(set) var panels: [Panel] = []

  public init() {}

  /// Adds values of one frame; what is not finite is left out.
  /// - Parameters:
  ///   - split: "train", "valid" or "test".
  ///   - references: as many as `predictions`.
  public mutating func add(
    _ quantity: Quantity, split: String, configurationType: String, references: [Double], predictions: [Double]
  ) {
    let points = zip(references, predictions).filter { $0.isFinite && $1.isFinite }.map {
      Point(reference: $0, prediction: $1)
    }
    guard !points.isEmpty else { return }
    let place = panels.firstIndex { $0.quantity == quantity && $0.split == split } ?? panels.count
    if place == panels.count { panels.append(Panel(quantity: quantity, split: split)) }
    if let row = panels[place].series.firstIndex(where: { $0.type == configurationType }) {
      panels[place].series[row].points += points
    } else {
      panels[place].series.append((configurationType, points))
    }
  }
}

extension Figure {
  /// At most so many points of a panel are drawn; its RMSE is that of all.
  private static let drawnPoints = 4000

  /// Predictions against references: a row per quantity, a column per split, coloured by config_type, with the
  /// RMSE in each panel.
  /// - Returns: nil when there is nothing to draw.
  public static func correlations(_ correlations: Correlations, base: String, title: String) -> Figure? {
    let quantities = Correlations.Quantity.allCases.filter { q in correlations.panels.contains { $0.quantity == q } }
    var splits: [String] = []
    for panel in correlations.panels where !splits.contains(panel.split) { splits.append(panel.split) }
    guard !quantities.isEmpty else { return nil }
    var lines = ["  set grid lc rgb \"#dddddd\"", "  set size ratio -1", "  set key bottom right", "  set xtics rotate by -40"]
    var blocks: [String] = []
    for quantity in quantities {
      for split in splits {
        if let panel = correlations.panels.first(where: { $0.quantity == quantity && $0.split == split }) {
          lines += Self.panel(panel, &blocks)
        } else {
          lines.append("  set multiplot next")
        }
      }
    }
    return Figure(
      base: base, panels: lines.joined(separator: "\n"), title: title, data: blocks.joined(separator: "\n\n"),
      size: (60 + 420 * splits.count, 60 + 420 * quantities.count), layout: (quantities.count, splits.count))
  }

  private static func panel(_ panel: Correlations.Panel, _ blocks: inout [String]) -> [String] {
    let points = panel.points
    // Energies are large and differ little: plot them from a round value near their mean.
    let mean = points.reduce(0) { $0 + $1.reference } / Double(points.count)
    let origin = panel.quantity == .energy ? (mean * 1000).rounded() / 1000 : 0
    let values = points.flatMap { [$0.reference - origin, $0.prediction - origin] }
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let margin = max(0.05 * (high - low), 1e-6 * max(high.magnitude, 1e-3))
    let range = "[\(low - margin):\(high + margin)]"
    let step = (points.count + drawnPoints - 1) / drawnPoints
    var label = "RMSE \(NumberText.significant(1000 * panel.rmse, 4)) m\(panel.quantity.unit)\\nn = \(points.count)"
    if step > 1 { label += " (1 in \(step) drawn)" }
    let unit = origin == 0 ? panel.quantity.unit : "\(panel.quantity.unit), from \(origin)"
    var lines = [
      "  set title \(Gnuplot.quoted("\(panel.split): \(panel.quantity.rawValue)")) noenhanced",
      "  set xlabel \"reference (\(unit))\"", "  set ylabel \"prediction (\(unit))\"",
      "  set xrange \(range)", "  set yrange \(range)",
      "  set label 1 \"\(label)\" at graph 0.04, graph 0.94",
    ]
    var series = ["x with lines lc rgb \"#999999\" notitle"]
    for (index, item) in panel.series.enumerated() {
      var block = "# \(panel.split) \(panel.quantity.rawValue) \(item.type): reference, prediction (\(panel.quantity.unit))\n"
      for k in stride(from: 0, to: item.points.count, by: step) {
        block += "\(item.points[k].reference) \(item.points[k].prediction)\n"
      }
      let color = Gnuplot.colors[index % Gnuplot.colors.count]
      let name = panel.series.count > 1 ? "title \(Gnuplot.quoted(item.type))" : "notitle"
      series.append(
        "data index \(blocks.count) using ($1-(\(origin))):($2-(\(origin))) with points pt 7 ps 0.4 lc rgb \"\(color)\" \(name)")
      blocks.append(block)
    }
    lines.append("  plot " + series.joined(separator: ", \\\n    "))
    return lines
  }
}
