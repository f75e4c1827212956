import Analysis
import Diagnostics
import Plotting

/// `mace analyze vacf`
public struct VelocityCorrelationJob {
  public var inputs: TrajectoryInputs
  public var selections = ["all"]
  /// fs; nil: 5 ps, or a quarter of the run if that is less.
  public var maximumLag: Double?
  /// 1/cm, where the plot of the spectrum ends.
  public var maximumWavenumber = 4500.0
  public var keepsDrift = false
  public var output: String

  public init(inputs: TrajectoryInputs, output: String) {
    self.inputs = inputs
    self.output = output
  }

  public func run(_ console: Console) throws(MACEError) {
    var folder = try AnalysisFolder(output, console: console)
    var table = ResultTable([
      "curve", "atoms", "frames", "interval (fs)", "longest lag (fs)", "resolution (1/cm)",
      "highest peak (1/cm)",
    ])
    for selection in selections {
      var time = Figure(x: Axis("τ / fs"), y: Axis("C(τ) of \(selection)"), marks: [.horizontal(0)])
      var spectrum = Figure(
        x: Axis("ν / cm⁻¹", from: 0, to: maximumWavenumber),
        y: Axis("P(ν) of \(selection) / 10⁻³ cm", from: 0))
      var highest = 0.0
      for entry in inputs.entries {
        let series = try ParticleSeries(
          .velocities, of: selection, path: entry.path, options: inputs.options, removesDrift: !keepsDrift)
        for warning in series.warnings { console.warn("\(entry.path): \(warning)") }
        let lag = maximumLag ?? min(5000, series.axis.length / 4)
        let result = try VelocityCorrelation(series, maximumLag: lag)
        time.series.append(Series(entry.label, x: result.times, y: result.values))
        highest = max(highest, result.wavenumbers.last ?? 0)
        let shown = result.wavenumbers.prefix { $0 <= maximumWavenumber }.count
        spectrum.series.append(
          Series(
            entry.label, x: Array(result.wavenumbers[..<shown]), y: result.spectrum[..<shown].map { 1e3 * $0 }
          ))
        if let limit = result.wavenumbers.last, limit < maximumWavenumber {
          console.warn(
            "\(entry.path): frames every \(series.axis.interval) fs show frequencies up to "
              + "\(NumberText.fixed(limit, 0)) /cm; faster motion appears at wrong places below it")
        }
        let peak = result.spectrum.indices.max { result.spectrum[$0] < result.spectrum[$1] } ?? 0
        table.add([
          .text(entry.label), .text(selection), .integer(series.axis.count),
          .number(series.axis.interval, decimals: 3), .number(lag, decimals: 0),
          .number(1e15 / 29_979_245_800 / lag, decimals: 1), .number(result.wavenumbers[peak], decimals: 1),
        ])
      }
      spectrum.x.upper = min(maximumWavenumber, highest)
      try folder.write(time, as: "vacf_\(selection)")
      try folder.write(spectrum, as: "spectrum_\(selection)")
    }
    try folder.conclude(
      "vacf",
      settings: [
        ("atoms", .texts(selections)), ("weights", .text("mass")), ("window", .text("Hann")),
        ("centre-of-mass drift", .text(keepsDrift ? "kept" : "removed")),
      ] + inputs.settings, inputs: inputs.entries.map(\.path), table: table)
  }
}
