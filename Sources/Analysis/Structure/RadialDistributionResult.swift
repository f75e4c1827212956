/// g(r) of one pair of selections.
public struct RadialDistributionResult: Sendable, Equatable {
  /// Middles of the bins, Å.
  public let r: [Double]
  public let g: [Double]
  /// Standard errors of g from blocks of frames; nil with a single frame.
  public let gErrors: [Double]?
  /// Ends of the bins, Å.
  public let coordinationRadii: [Double]
  /// Mean number of atoms of the second selection around one of the first, up to these radii.
  public let coordination: [Double]
  /// Peaks and minima of g, beginning with the first peak.
  public let extrema: [Extremum]
  public let frames: Int

  /// Å; nil when no minimum follows the first peak.
  public var firstMinimum: Extremum? { extrema.first { $0.kind == .minimum } }

  /// The number of neighbours within `radius`, linear between the ends of the bins.
  public func coordination(within radius: Double) -> Double {
    guard let width = coordinationRadii.first, radius > 0 else { return 0 }
    let place = min(Int(radius / width), coordination.count)
    let below = place == 0 ? 0 : coordination[place - 1]
    guard place < coordination.count else { return below }
    return below + (coordination[place] - below) * (radius / width - Double(place))
  }
}
