import Analysis
import Diagnostics
import Plotting

/// `mace analyze coordination`: CN(t), populations of integer numbers and residence times.
public struct CoordinationJob {
  public var inputs: CoordinationInputs
  public var output: String

  /// More points make a line of CN(t) no clearer.
  private static let plottedPoints = 1500

  public init(inputs: CoordinationInputs, output: String) {
    self.inputs = inputs
    self.output = output
  }

  public func run(_ console: Console) throws(MACEError) {
    var folder = try AnalysisFolder(output, console: console)
    let series = try inputs.series(console)
    let states = try inputs.states(series)
    let entries = inputs.trajectories.entries
    let title = "\(inputs.pair.second) around \(inputs.pair.first)"
    var time = Figure(x: Axis(timeLabel(series)), y: Axis("CN, \(title)"), legend: .outside)
    var populations = Figure(x: Axis("CN, \(title)"), y: Axis("population", from: 0, to: 1))
    var table = ResultTable([
      "curve", "CN", "population", "±", "exits", "residence (ps)", "mean CN", "± (mean)",
    ])
    for (place, one) in series.enumerated() {
      let label = entries[place].label
      time.series.append(line(one, label, color: place))
      populations.series.append(
        Series(
          label, x: states[place].states.map { Double($0.number) }, y: states[place].states.map(\.population),
          yErrors: states[place].states.map { $0.populationError ?? 0 }, style: .linePoints))
      let mean = MeanAndError(one.values)
      for state in states[place].states {
        table.add([
          .text(label), .integer(state.number), .number(state.population, decimals: 4),
          ResultTable.number(state.populationError, 4), .integer(state.exits),
          ResultTable.number(state.residenceTime.map { $0 / 1e3 }, 3), .number(mean.mean, decimals: 3),
          ResultTable.number(mean.error, 3),
        ])
      }
      try folder.write(Self.table(one), as: "cn_\(label)")
    }
    try folder.write(time, as: "cn")
    try folder.write(populations, as: "populations")
    try folder.conclude(
      "coordination", settings: inputs.settings(series), inputs: entries.map(\.path), table: table)
  }

  private func timeLabel(_ series: [CoordinationSeries]) -> String {
    series.allSatisfy { $0.times.allSatisfy { $0 != nil } } ? "t / ps" : "frame"
  }

  /// CN(t) of the first centre, as means over equal parts where there are too many frames to see.
  private func line(_ series: CoordinationSeries, _ label: String, color: Int) -> Series {
    let values = series.values.first ?? []
    let stride = max(1, values.count / Self.plottedPoints)
    let starts = Array(Swift.stride(from: 0, through: values.count - stride, by: stride))
    let x = starts.map { start in series.times[start].map { $0 / 1e3 } ?? Double(start) }
    let y = starts.map { values[$0..<$0 + stride].reduce(0, +) / Double(stride) }
    let note =
      (stride == 1 ? "" : ", mean of \(stride) frames") + (series.values.count == 1 ? "" : ", first centre")
    return Series(label + note, x: x, y: y, color: color)
  }

  /// Every frame, one column per centre.
  private static func table(_ series: CoordinationSeries) -> ResultTable {
    var table = ResultTable(["time (fs)"] + series.values.indices.map { "CN of centre \($0)" })
    for frame in series.times.indices {
      table.add(
        [ResultTable.number(series.times[frame], 3)] + series.values.map { .number($0[frame], decimals: 4) })
    }
    return table
  }
}
