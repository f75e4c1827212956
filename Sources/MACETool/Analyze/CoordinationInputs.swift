import Analysis
import Checkpoint
import Diagnostics

/// What coordination numbers and their free energy have in common: trajectories, a pair, and a switching function
/// that all curves share.
public struct CoordinationInputs {
  public var trajectories: TrajectoryInputs
  public var pair: AtomPair
  /// Å; nil: the first minimum of g(r) of the first trajectory.
  public var radius: Double?
  public var n = 60
  public var m = 200
  /// fs: excursions to another state that are shorter do not end a residence.
  public var tolerance = 500.0

  public init(trajectories: TrajectoryInputs, pair: AtomPair) {
    self.trajectories = trajectories
    self.pair = pair
  }

  func series(_ console: Console) throws(MACEError) -> [CoordinationSeries] {
    let found = radius == nil ? try firstMinimum(console) : 0
    let switching = try SwitchingFunction(radius: radius ?? found, n: n, m: m)
    var result: [CoordinationSeries] = []
    for entry in trajectories.entries {
      result.append(try CoordinationSeries(pair, switching, path: entry.path, options: trajectories.options))
    }
    return result
  }

  private func firstMinimum(_ console: Console) throws(MACEError) -> Double {
    let path = trajectories.entries[0].path
    var reader = try TrajectoryReader(path: path, options: trajectories.options)
    var distribution: RadialDistribution?
    do throws(MACEError) {
      while let frame = try reader.next() {
        if distribution == nil {
          guard
            let lengths = frame.structure.cell.map({
              [$0.a, $0.b, $0.c].map { ($0 * $0).sum().squareRoot() }
            })
          else { throw MACEError(.geometry, "there is no cell, so no g(r) with a minimum; give r0 (--r0)") }
          // Of a right-angled cell half of it is still allowed; others are checked by the distribution itself.
          let radius = min(6, lengths.map { $0 / 2 }.min() ?? 6)
          distribution = try RadialDistribution(
            Selection(pair.first, in: frame.structure), Selection(pair.second, in: frame.structure),
            maximumRadius: radius, binCount: Int(radius / 0.02))
        }
        try distribution?.add(frame.structure)
      }
    } catch {
      throw error.naming(path, frame: reader.frameCount)
    }
    guard let minimum = try distribution?.result().firstMinimum else {
      throw MACEError(
        .invalidArgument, "\(path): g(r) of \(pair.text) has no minimum after its first peak; give r0 (--r0)")
    }
    console.note(
      "mace: r0 = \(NumberText.fixed(minimum.x, 3)) Å, the first minimum of g(r) of \(pair.text) in \(path)\n"
    )
    return minimum.x
  }

  func settings(_ series: [CoordinationSeries]) -> [(key: String, value: JSON)] {
    [
      ("pair", .text(pair.text)), ("r0 (Å)", .number(series.first?.switching.radius ?? .nan)),
      ("n", .integer(n)),
      ("m", .integer(m)), ("shortest excursion (fs)", .number(tolerance)),
    ] + trajectories.settings
  }

  /// Populations and residence times of all curves.
  func states(_ series: [CoordinationSeries]) throws(MACEError) -> [CoordinationStates] {
    var result: [CoordinationStates] = []
    for one in series { result.append(try CoordinationStates(one, tolerance: tolerance)) }
    return result
  }
}
