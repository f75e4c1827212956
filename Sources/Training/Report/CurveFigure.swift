import Diagnostics
import Glibc

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
    var panels = """
        set lmargin 12
        set rmargin 3
        set grid xtics ytics lt 1 lw 1 lc rgb "#dddddd"
        set logscale y
        set key above

      """
    if let stageTwo {
      // Between the evaluations before and after the change.
      let x = Double(stageTwo) - 0.5
      panels += """
          set arrow 1 from first \(x), graph 0 to first \(x), graph 1 nohead dt 2 lc rgb "#444444"
          set label 1 "stage two" at first \(x), graph 0.94 offset character 0.5,0 textcolor rgb "#444444"

        """
    }
    let points = history.heads.map(\.evaluations.count).max() ?? 0
    for (column, quantity) in quantities.enumerated() {
      var series: [String] = []
      if column == 0, !history.training.isEmpty {
        series.append("data index 0 using 1:2 with lines dt 3 lw 2 lc rgb \"#666666\" title \"training\"")
      }
      for (index, head) in history.heads.enumerated() {
        let color = Gnuplot.colors[index % Gnuplot.colors.count]
        let style = points > 60 ? "lines" : "linespoints pt 7 ps 0.5"
        let title = column == 0 ? "title \(Gnuplot.quoted("validation, head \(head.name)"))" : "notitle"
        series.append(
          "data index \(index + 1) using 1:\(column + 2) with \(style) lw 2 lc rgb \"\(color)\" \(title)")
      }
      var values = history.heads.flatMap { $0.evaluations.map { ($0.values[quantity.key] ?? .nan) * quantity.factor } }
      if column == 0 { values += history.training.map(\.loss) }
      panels += logarithmicAxis(values)
      if column == quantities.count - 1 { panels += "  set xlabel \"epoch (−1: before training)\"\n" }
      panels += "  set ylabel \(Gnuplot.quoted(quantity.label))\n"
      panels += "  plot " + series.joined(separator: ", \\\n    ") + "\n  unset label 1\n"
    }
    return Figure(
      base: base, panels: panels, title: title, data: data, size: (900, 100 + 260 * quantities.count),
      layout: (quantities.count, 1))
  }

  /// Range and numbered tics of a logarithmic axis: 1, 2, 5 of each decade where there are few decades, since
  /// gnuplot numbers whole decades only.
  private static func logarithmicAxis(_ values: [Double]) -> String {
    let values = values.filter { $0.isFinite && $0 > 0 }
    guard let low = values.min(), let high = values.max() else { return "" }
    let (bottom, top) = (low / 1.3, high * 1.3)
    let steps: [Double] =
      top / bottom < 10 ? [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9] : top / bottom < 1000 ? [1, 2, 5] : [1]
    var tics: [String] = []
    for exponent in Int(log10(bottom).rounded(.down))...Int(log10(top).rounded(.up)) {
      for step in steps {
        let tic = step * pow(10, Double(exponent))
        if tic >= bottom, tic <= top { tics.append("\"\(NumberText.significant(tic, 3))\" \(tic)") }
      }
    }
    return "  set yrange [\(bottom):\(top)]\n  set ytics (\(tics.joined(separator: ", ")))\n"
  }

  /// A number for a logarithmic axis.
  private static func positive(_ value: Double) -> String { value.isFinite && value > 0 ? "\(value)" : "nan" }
}
