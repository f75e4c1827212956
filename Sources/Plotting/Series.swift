/// One curve or cloud of points of a figure.
public struct Series: Sendable, Equatable {
  public enum Style: Sendable, Equatable {
    case line
    case dashed
    case points
    case linePoints
    /// Points that may lie on each other by the thousand.
    case dots
    /// A histogram drawn as an outline.
    case steps
  }

  /// What the legend says; empty: not in the legend.
  public var label: String
  public var x: [Double]
  public var y: [Double]
  /// One standard error per point, drawn as a band around lines and as bars on points.
  public var yErrors: [Double]?
  public var style: Style
  /// Place in the palette; series of one colour belong together. By default the place in the figure;
  /// -1 is black.
  public var color: Int?

  /// Values that are not finite leave a gap.
  ///
  /// - Precondition: the arrays have one length.
  public init(
    _ label: String, x: [Double], y: [Double], yErrors: [Double]? = nil, style: Style = .line,
    color: Int? = nil
  ) {
    precondition(x.count == y.count && (yErrors.map { $0.count == y.count } ?? true))
    self.label = label
    self.x = x
    self.y = y
    self.yErrors = yErrors
    self.style = style
    self.color = color
  }
}
