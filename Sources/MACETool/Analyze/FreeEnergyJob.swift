import Analysis
import Atomistics
import Checkpoint
import Diagnostics
import Glibc
import Plotting

/// `mace analyze free-energy`: F = −k_B T ln p of the coordination number.
public struct FreeEnergyJob {
  public var inputs: CoordinationInputs
  /// K: one for all trajectories, or one for each.
  public var temperatures: [Double]
  public var binWidth = 0.1
  public var blocks = 20
  /// fs: also of the first parts of each run, to see whether it was long enough.
  public var lengths: [Double] = []
  public var output: String

  /// kJ/mol per eV (CODATA 2018).
  private static let molar = 96.485332

  public init(inputs: CoordinationInputs, temperatures: [Double], output: String) {
    self.inputs = inputs
    self.temperatures = temperatures
    self.output = output
  }

  public func run(_ console: Console) throws(MACEError) {
    let entries = inputs.trajectories.entries
    guard temperatures.count == 1 || temperatures.count == entries.count else {
      throw MACEError(
        .invalidArgument,
        "free-energy: there are \(temperatures.count) temperatures for \(entries.count) trajectories; give one, or "
          + "one for each")
    }
    var folder = try AnalysisFolder(output, console: console)
    let series = try inputs.series(console)
    let bins = try FreeEnergyProfile.Bins(covering: series.map(\.allValues), width: binWidth)
    var figure = emptyFigure
    var table = ResultTable([
      "curve", "length (ps)", "CN", "population", "F (kJ/mol)", "±", "residence (ps)", "count floor (kJ/mol)",
    ])
    for (place, entry) in entries.enumerated() {
      let temperature = temperatures[temperatures.count == 1 ? 0 : place]
      let profile = try FreeEnergyProfile(
        series[place].values, bins: bins, temperature: temperature, blocks: blocks)
      append(profile, entry.label, color: place, to: &figure)
      try add(series[place], profile, entry.label, temperature, to: &table)
      if !lengths.isEmpty {
        try folder.write(
          try convergence(series[place], bins, entry.label, temperature, &table),
          as: "convergence_\(entry.label)")
      }
    }
    try folder.write(figure, as: "free-energy")
    try folder.conclude(
      "free-energy",
      settings: inputs.settings(series) + [
        ("temperature (K)", .array(temperatures.map { .number($0) })), ("bin width", .number(binWidth)),
        ("bootstrap blocks", .integer(blocks)), ("run lengths (fs)", .array(lengths.map { .number($0) })),
      ], inputs: entries.map(\.path), table: table)
  }

  private var emptyFigure: Figure {
    Figure(
      x: Axis("CN, \(inputs.pair.second) around \(inputs.pair.first)"), y: Axis("F / (kJ/mol)", from: 0),
      legend: .outside)
  }

  /// The curve, and a dashed line where a single count lies.
  private func append(_ profile: FreeEnergyProfile, _ label: String, color: Int, to figure: inout Figure) {
    let x = profile.bins.centers
    figure.series.append(
      Series(
        label, x: x, y: profile.values.map { Self.molar * ($0 ?? .nan) },
        yErrors: profile.errors.map { Self.molar * ($0 ?? .nan) }, style: .linePoints, color: color))
    let floor = Self.molar * profile.countFloor
    figure.series.append(
      Series(
        "one count, \(label)", x: [x[0], x[x.count - 1]], y: [floor, floor], style: .dashed, color: color))
  }

  private func add(
    _ series: CoordinationSeries, _ profile: FreeEnergyProfile, _ label: String, _ temperature: Double,
    to table: inout ResultTable
  ) throws(MACEError) {
    let states = try CoordinationStates(series, tolerance: inputs.tolerance).states
    let thermal = Units.boltzmann * temperature * Self.molar
    let highest = states.map(\.population).max() ?? 1
    var length: Double?
    if let first = series.times.first ?? nil, let last = series.times.last ?? nil {
      length = (last - first) / 1e3
    }
    for state in states {
      table.add([
        .text(label), ResultTable.number(length, 1), .integer(state.number),
        .number(state.population, decimals: 4),
        ResultTable.number(thermal * log(highest / state.population), 2),
        ResultTable.number(state.populationError.map { thermal * $0 / state.population }, 2),
        ResultTable.number(state.residenceTime.map { $0 / 1e3 }, 3),
        ResultTable.number(Self.molar * profile.countFloor, 2),
      ])
    }
  }

  private func convergence(
    _ series: CoordinationSeries, _ bins: FreeEnergyProfile.Bins, _ label: String, _ temperature: Double,
    _ table: inout ResultTable
  ) throws(MACEError) -> Figure {
    var figure = emptyFigure
    figure.title = label
    for (place, length) in lengths.enumerated() {
      let part = try series.prefix(length)
      let profile = try FreeEnergyProfile(part.values, bins: bins, temperature: temperature, blocks: blocks)
      append(profile, "first \(NumberText.significant(length / 1e3, 6)) ps", color: place, to: &figure)
      try add(part, profile, label, temperature, to: &table)
    }
    let whole = try FreeEnergyProfile(series.values, bins: bins, temperature: temperature, blocks: blocks)
    append(whole, "all", color: lengths.count, to: &figure)
    return figure
  }
}
