/// A straight line that is no data: a reference value, a fit window, the start of a stage.
public enum Mark: Sendable, Equatable {
  /// Across the figure at y, with a text at its right end.
  case horizontal(Double, String = "")
  /// From bottom to top at x, with a text beside it.
  case vertical(Double, String = "")
  /// y = x, for predictions against references.
  case diagonal
}
