import Analysis
import Atomistics
import Checkpoint
import Diagnostics
import ExtendedXYZ
import Plotting

/// `mace analyze errors`: predictions of `mace evaluate` against the labels of the same frames.
public struct ErrorAnalysisJob {
  /// Frames with labels and predictions, each file with the label of its model.
  public var entries: [TrajectoryInputs.Entry]
  public var labels: ReferenceLabels
  public var prefix = "MACE_"
  /// Training-set size of each file, for errors against it; files with the same label make one curve.
  public var sizes: [Double] = []
  public var output: String

  public init(
    paths: [String], labels names: [String], sizes: [Double], labels: ReferenceLabels, output: String
  ) throws(MACEError) {
    guard sizes.isEmpty || sizes.count == paths.count else {
      throw MACEError(
        .invalidArgument, "errors: there are \(sizes.count) sizes for \(paths.count) files; give one for each"
      )
    }
    if !sizes.isEmpty, names.count == paths.count {
      let entries = zip(names, paths).map { TrajectoryInputs.Entry(label: $0, path: $1) }
      guard Set(zip(names, sizes).map { "\($0) \($1)" }).count == paths.count else {
        throw MACEError(.invalidArgument, "errors: two files have the same label and the same size")
      }
      self.entries = entries
    } else {
      entries = try TrajectoryInputs(paths: paths, labels: names, options: TrajectoryOptions()).entries
    }
    self.sizes = sizes
    self.labels = labels
    self.output = output
  }

  public func run(_ console: Console) throws(MACEError) {
    var folder = try AnalysisFolder(output, console: console)
    var table = ResultTable(
      ["model"] + (sizes.isEmpty ? [] : ["size"]) + [
        "group", "frames", "E RMSE (meV/atom)", "E MAE", "E bias", "E RMSE (kJ/mol/atom)", "F RMSE (meV/Å)",
        "F MAE",
      ])
    var totals: [ErrorGroup] = []
    for (place, entry) in entries.enumerated() {
      var labels = labels
      let comparison = try ErrorComparison(entry.path, &labels, prefix: prefix)
      for note in labels.notes { console.note("mace: note: \(entry.path): \(note)\n") }
      let size = sizes.isEmpty ? nil : sizes[place]
      for group in comparison.groups { table.add(row(entry.label, size, group)) }
      totals.append(comparison.total)
      let name = entry.label + (size.map { "_\(NumberText.significant($0, 8))" } ?? "")
      try correlation(comparison, entry.label, name, &folder)
    }
    if !sizes.isEmpty { try learningCurves(totals, &folder) }
    try folder.conclude(
      "errors",
      settings: [("prefix", .text(prefix)), ("kJ/mol per eV", .number(ErrorGroup.molar))],
      inputs: entries.map(\.path), table: table)
  }

  private func row(_ label: String, _ size: Double?, _ group: ErrorGroup) -> [ResultTable.Cell] {
    func milli(_ value: Double?) -> ResultTable.Cell { ResultTable.number(value.map { 1000 * $0 }, 3) }
    return [.text(label)] + (size.map { [.integer(Int($0))] } ?? []) + [
      .text(group.name), .integer(group.frames), milli(group.energy.rmse), milli(group.energy.mae),
      milli(group.energy.bias), ResultTable.number(group.energy.rmse.map { ErrorGroup.molar * $0 }, 4),
      milli(group.forces.rmse), milli(group.forces.mae),
    ]
  }

  private func correlation(
    _ comparison: ErrorComparison, _ label: String, _ name: String, _ folder: inout AnalysisFolder
  ) throws(MACEError) {
    func text(_ statistics: ErrorStatistics, _ unit: String) -> String {
      statistics.rmse.map { "\(label): RMSE \(NumberText.fixed(1000 * $0, 2)) \(unit)" } ?? label
    }
    let total = comparison.total
    if total.energy.frames > 0 {
      var figure = Figure(
        text(total.energy, "meV/atom"), x: Axis("E(reference) / (kJ/mol/atom), from its mean"),
        y: Axis("E(predicted) / (kJ/mol/atom)"), marks: [.diagonal], legend: .topLeft, isSquare: true)
      for type in comparison.energies {
        figure.series.append(
          Series(
            type.name, x: type.values.map { ErrorGroup.molar * ($0.reference - comparison.meanEnergy) },
            y: type.values.map { ErrorGroup.molar * ($0.predicted - comparison.meanEnergy) }, style: .points))
      }
      try folder.write(figure, as: "energy_\(name)")
    }
    if total.forces.frames > 0 {
      var figure = Figure(
        text(total.forces, "meV/Å"), x: Axis("F(reference) / (eV/Å)"), y: Axis("F(predicted) / (eV/Å)"),
        marks: [.diagonal], legend: .topLeft, isSquare: true)
      for element in comparison.forces {
        figure.series.append(
          Series(
            element.name, x: element.values.map(\.reference), y: element.values.map(\.predicted), style: .dots
          ))
      }
      try folder.write(figure, as: "forces_\(name)")
    }
  }

  /// RMSE against the size of the training set, a curve per label.
  private func learningCurves(_ totals: [ErrorGroup], _ folder: inout AnalysisFolder) throws(MACEError) {
    let quantities: [(name: String, axis: String, of: (ErrorGroup) -> Double?)] = [
      ("energy-rmse", "energy RMSE / (kJ/mol/atom)", { $0.energy.rmse.map { ErrorGroup.molar * $0 } }),
      ("forces-rmse", "force RMSE / (meV/Å)", { $0.forces.rmse.map { 1000 * $0 } }),
    ]
    for quantity in quantities {
      var figure = Figure(
        x: Axis("training configurations", isLogarithmic: true), y: Axis(quantity.axis, isLogarithmic: true))
      var seen: [String] = []
      for entry in entries where !seen.contains(entry.label) {
        seen.append(entry.label)
        let points = entries.indices.filter { entries[$0].label == entry.label }.sorted {
          sizes[$0] < sizes[$1]
        }
        let values = points.map { quantity.of(totals[$0]) ?? .nan }
        if values.contains(where: { $0 > 0 }) {
          figure.series.append(
            Series(entry.label, x: points.map { sizes[$0] }, y: values, style: .linePoints))
        }
      }
      if !figure.series.isEmpty { try folder.write(figure, as: quantity.name) }
    }
  }
}
