/// One axis of a figure.
public struct Axis: Sendable, Equatable {
  /// The quantity and its unit: "r / Å".
  public var label: String
  public var isLogarithmic: Bool
  /// nil: from the data.
  public var lower: Double?
  /// nil: from the data.
  public var upper: Double?

  public init(
    _ label: String, isLogarithmic: Bool = false, from lower: Double? = nil, to upper: Double? = nil
  ) {
    self.label = label
    self.isLogarithmic = isLogarithmic
    self.lower = lower
    self.upper = upper
  }
}
