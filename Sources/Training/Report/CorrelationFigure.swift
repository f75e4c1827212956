import Diagnostics
import Plotting

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
    _ quantity: Quantity, split: String, configurationType: String, references: [Double],
    predictions: [Double]
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

extension FigureSheet {
  /// At most so many points of a panel are drawn; its RMSE is that of all.
  private static let drawnPoints = 4000

  /// Predictions against references: a row per quantity, a column per split, coloured by config_type, with the
  /// RMSE above each panel.
  /// - Returns: nil when there is nothing to draw.
  public static func correlations(_ correlations: Correlations, title: String) -> FigureSheet? {
    let quantities = Correlations.Quantity.allCases.filter { q in
      correlations.panels.contains { $0.quantity == q }
    }
    var splits: [String] = []
    for panel in correlations.panels where !splits.contains(panel.split) { splits.append(panel.split) }
    guard !quantities.isEmpty else { return nil }
    let figures = quantities.flatMap { quantity in
      splits.map { split in
        correlations.panels.first { $0.quantity == quantity && $0.split == split }.map(figure)
      }
    }
    return FigureSheet(title, columns: splits.count, figures: figures)
  }

  private static func figure(_ panel: Correlations.Panel) -> Figure {
    let points = panel.points
    // Energies are large and differ little: plot them from a round value near their mean.
    let mean = points.reduce(0) { $0 + $1.reference } / Double(points.count)
    let origin = panel.quantity == .energy ? (mean * 1000).rounded() / 1000 : 0
    let step = (points.count + drawnPoints - 1) / drawnPoints
    let title =
      "\(panel.split), \(panel.quantity.rawValue): RMSE \(NumberText.significant(1000 * panel.rmse, 4)) "
      + "m\(panel.quantity.unit), n = \(points.count)" + (step > 1 ? " (1 in \(step) drawn)" : "")
    let unit = origin == 0 ? panel.quantity.unit : "\(panel.quantity.unit), from \(origin)"
    let series = panel.series.map { item in
      let drawn = stride(from: 0, to: item.points.count, by: step).map { item.points[$0] }
      return Series(
        panel.series.count > 1 ? item.type : "", x: drawn.map { $0.reference - origin },
        y: drawn.map { $0.prediction - origin }, style: .dots)
    }
    return Figure(
      title, x: Axis("reference (\(unit))"), y: Axis("prediction (\(unit))"), series: series,
      marks: [.diagonal], legend: .bottomRight, isSquare: true)
  }
}
