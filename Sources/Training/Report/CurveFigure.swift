import Plotting

extension FigureSheet {
  /// Loss and errors against epoch, a curve per head, with a mark where stage two starts.
  ///
  /// - Parameters:
  ///   - kind: RMSE or MAE, per atom or of the total energy.
  ///   - stageTwo: its first epoch.
  public static func curves(
    _ history: TrainingHistory, title: String, kind: ErrorTableKind = .perAtomRMSE, stageTwo: Int? = nil
  ) -> FigureSheet {
    let measure = kind.isRMSE ? "RMSE" : "MAE"
    let names = kind.isRMSE ? "rmse" : "mae"
    let perAtom = kind.isPerAtom
    let quantities: [(key: String, label: String, factor: Double)] = [
      ("loss", "loss", 1),
      ("\(names)_e\(perAtom ? "_per_atom" : "")", "\(measure) energy / meV\(perAtom ? "/atom" : "")", 1000),
      ("\(names)_f", "\(measure) forces / meV/Å", 1000),
      ("\(names)_stress", "\(measure) stress / meV/Å³", 1000),
      ("\(names)_virials", "\(measure) virials / meV", 1000),
    ]
    let points = history.heads.map(\.evaluations.count).max() ?? 0
    var figures: [Figure] = []
    for (key, label, factor) in quantities {
      var figure = Figure(
        x: Axis("epoch (−1: before training)"), y: Axis(label, isLogarithmic: true), legend: .none)
      for (place, head) in history.heads.enumerated() {
        figure.series.append(
          Series(
            "validation, head \(head.name)", x: head.evaluations.map { Double($0.epoch) },
            y: head.evaluations.map { ($0.values[key] ?? .nan) * factor },
            style: points > 60 ? .line : .linePoints, color: place))
      }
      if key == "loss" {
        figure.legend = .topRight
        figure.series.append(
          Series(
            "training", x: history.training.map { Double($0.epoch) }, y: history.training.map(\.loss),
            style: .dashed, color: -1))
      } else if !figure.series.contains(where: { $0.y.contains { $0 > 0 } }) {
        continue
      }
      // between the evaluations before and after the change
      if let stageTwo { figure.marks.append(.vertical(Double(stageTwo) - 0.5, "stage two")) }
      figures.append(figure)
    }
    return FigureSheet(title, figures: figures)
  }
}
