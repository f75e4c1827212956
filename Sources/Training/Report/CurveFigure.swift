import Diagnostics

extension Figure {
  /// Loss and errors against epoch, a curve per head, with a mark where stage two starts.
  ///
  /// - Parameters:
  ///   - kind: RMSE or MAE, per atom or of the total energy.
  ///   - stageTwo: its first epoch.
  public static func curves(
    _ history: TrainingHistory, base: String, title: String, kind: ErrorTableKind = .perAtomRMSE,
    stageTwo: Int? = nil
  ) -> Figure {
    let measure = kind.isRMSE ? "RMSE" : "MAE"
    let names = kind.isRMSE ? "rmse" : "mae"
    var quantities: [(key: String, label: String, factor: Double)] = [
      ("loss", "loss", 1),
      ("\(names)_e\(kind.isPerAtom ? "_per_atom" : "")", "\(measure) energy (meV\(kind.isPerAtom ? "/atom" : ""))", 1000),
      ("\(names)_f", "\(measure) forces (meV/Å)", 1000),
      ("\(names)_stress", "\(measure) stress (meV/Å³)", 1000),
      ("\(names)_virials", "\(measure) virials (meV)", 1000),
    ]
    quantities = quantities.filter { quantity in
      quantity.key == "loss"
        || history.heads.contains { $0.evaluations.contains { ($0.values[quantity.key] ?? 0) > 0 } }
    }
    var data = "# training: epoch, mean loss of the steps\n"
    for point in history.training { data += "\(point.epoch) \(positive(point.loss))\n" }
    if history.training.isEmpty { data += "0 nan\n" }
    for head in history.heads {
      data += "\n\n# head \(head.name): epoch (-1 is before training), \(quantities.map(\.label).joined(separator: ", "))\n"
      for point in head.evaluations {
        let cells = quantities.map { positive((point.values[$0.key] ?? .nan) * $0.factor) }
        data += "\(point.epoch) \(cells.joined(separator: " "))\n"
      }
    }
    var panels = ["  set grid lc rgb \"#dddddd\"", "  set logscale y", "  set format y \"%g\"", "  set xlabel \"epoch (−1: before training)\""]
    if let stageTwo {
      // Between the evaluations before and after the change.
      panels.append(
        "  set arrow 1 from first \(Double(stageTwo) - 0.5), graph 0 to first \(Double(stageTwo) - 0.5), graph 1 nohead dt 2 lc rgb \"#666666\"")
      panels.append(
        "  set label 1 \"stage two\" at first \(Double(stageTwo) - 0.5), graph 0.95 offset character 0.5,0 textcolor rgb \"#666666\"")
    }
    let points = history.heads.map(\.evaluations.count).max() ?? 0
    for (column, quantity) in quantities.enumerated() {
      panels.append("  set ylabel \(Gnuplot.quoted(quantity.label))")
      var series: [String] = []
      if quantity.key == "loss", !history.training.isEmpty {
        series.append("data index 0 using 1:2 with lines dt 3 lw 2 lc rgb \"#888888\" title \"training\"")
      }
      for (index, head) in history.heads.enumerated() {
        let color = Gnuplot.colors[index % Gnuplot.colors.count]
        let style = points > 60 ? "lines" : "linespoints pt 7 ps 0.5"
        series.append(
          "data index \(index + 1) using 1:\(column + 2) with \(style) lw 2 lc rgb \"\(color)\" title "
            + Gnuplot.quoted("validation \(head.name)"))
      }
      panels.append("  plot " + series.joined(separator: ", \\\n    "))
    }
    return Figure(
      base: base, panels: panels.joined(separator: "\n"), title: title, data: data,
      size: (900, 90 + 280 * quantities.count), layout: (quantities.count, 1))
  }

  /// A number for a logarithmic axis.
  private static func positive(_ value: Double) -> String { value.isFinite && value > 0 ? "\(value)" : "nan" }
}
