import Analysis
import Checkpoint
import Diagnostics
import Glibc
import Plotting

/// `mace analyze msd`
public struct DisplacementJob {
  public var inputs: TrajectoryInputs
  public var selections = ["all"]
  /// fs; nil: 1/50 to 1/10 of the run.
  public var fit: ClosedRange<Double>?
  public var keepsDrift = false
  /// K and Pa s, for the finite-size correction.
  public var correction: (temperature: Double, viscosity: Double)?
  public var output: String

  public init(inputs: TrajectoryInputs, output: String) {
    self.inputs = inputs
    self.output = output
  }

  public func run(_ console: Console) throws(MACEError) {
    var folder = try AnalysisFolder(output, console: console)
    var table = ResultTable([
      "curve", "atoms", "fit from (ps)", "to (ps)", "D (1e-5 cm²/s)", "±", "error from", "exponent",
      "D infinite box",
    ])
    for selection in selections {
      var figure = Figure(
        x: Axis("τ / ps", isLogarithmic: true), y: Axis("MSD of \(selection) / Å²", isLogarithmic: true),
        legend: .topLeft)
      for entry in inputs.entries {
        let series = try ParticleSeries(
          .positions, of: selection, path: entry.path, options: inputs.options, removesDrift: !keepsDrift)
        for warning in series.warnings { console.warn("\(entry.path): \(warning)") }
        let msd = MeanSquareDisplacement(series)
        // Lags beyond half the run have hardly any independent origins.
        let shown = 1..<max(2, msd.times.count / 2)
        figure.series.append(
          Series(entry.label, x: msd.times[shown].map { $0 / 1e3 }, y: Array(msd.values[shown])))
        let diffusion = try DiffusionCoefficient(series, msd, window: fit)
        if let warning = diffusion.warning { console.warn("\(entry.label), \(selection): \(warning)") }
        table.add(try row(entry.label, selection, series, diffusion))
        if let fit {
          figure.marks = [.vertical(fit.lowerBound / 1e3, "fit"), .vertical(fit.upperBound / 1e3)]
        }
      }
      try folder.write(figure, as: "msd_\(selection)")
    }
    var settings: [(key: String, value: JSON)] = [
      ("atoms", .texts(selections)), ("centre-of-mass drift", .text(keepsDrift ? "kept" : "removed")),
      ("time origins", .text("all")),
    ]
    if let correction {
      settings.append(("temperature (K)", .number(correction.temperature)))
      settings.append(("viscosity (Pa s)", .number(correction.viscosity)))
    }
    try folder.conclude(
      "msd", settings: settings + inputs.settings, inputs: inputs.entries.map(\.path), table: table)
  }

  private func row(
    _ label: String, _ selection: String, _ series: ParticleSeries, _ diffusion: DiffusionCoefficient
  ) throws(MACEError) -> [ResultTable.Cell] {
    let unit = DiffusionCoefficient.inConventionalUnits
    var corrected: Double?
    if let correction {
      guard series.isCubic, let volume = series.volume else {
        throw MACEError(
          .invalidArgument,
          "\(series.name): the finite-size correction holds for cubic cells, and this one is not; leave out "
            + "--viscosity")
      }
      corrected =
        unit
        * (diffusion.value
          + DiffusionCoefficient.finiteSizeCorrection(
            temperature: correction.temperature, viscosity: correction.viscosity, edge: cbrt(volume)))
    }
    let source =
      switch diffusion.errorSource {
      case .timeBlocks(let n): "\(n) time blocks"
      case .atomGroups(let n): "\(n) atom groups"
      case nil: "-"
      }
    return [
      .text(label), .text(selection), .number(diffusion.window.lowerBound / 1e3, decimals: 3),
      .number(diffusion.window.upperBound / 1e3, decimals: 3), .number(unit * diffusion.value, decimals: 3),
      ResultTable.number(diffusion.error.map { unit * $0 }, 3), .text(source),
      ResultTable.number(diffusion.exponent, 2), ResultTable.number(corrected, 3),
    ]
  }
}
