/// Running sums of differences between a model and its reference.
public struct ErrorStatistics: Sendable, Equatable {
  /// Frames that were compared.
  public private(set) var frames = 0
  /// Frames without this label.
  public private(set) var missing = 0
  /// Numbers that were compared.
  public private(set) var count = 0
  private var squares = 0.0
  private var magnitudes = 0.0
  private var sum = 0.0

  public init() {}

  /// Adds the differences of one frame.
  public mutating func add(_ differences: some Sequence<Double>) {
    frames += 1
    for d in differences {
      count += 1
      squares += d * d
      magnitudes += d.magnitude
      sum += d
    }
  }

  /// Counts a frame that cannot be compared.
  public mutating func addMissing() { missing += 1 }

  public mutating func add(_ other: ErrorStatistics) {
    frames += other.frames
    missing += other.missing
    count += other.count
    squares += other.squares
    magnitudes += other.magnitudes
    sum += other.sum
  }

  /// √(Σ d² / n); nil when nothing was compared.
  public var rmse: Double? { count == 0 ? nil : (squares / Double(count)).squareRoot() }
  /// Σ |d| / n; nil when nothing was compared.
  public var mae: Double? { count == 0 ? nil : magnitudes / Double(count) }
  /// Σ d / n, what shifts all values alike; nil when nothing was compared.
  public var bias: Double? { count == 0 ? nil : sum / Double(count) }
}
