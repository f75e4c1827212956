/// A bath temperature that changes linearly with time.
public struct TemperatureRamp: Sendable, Equatable {
  /// K, at time 0.
  public var start: Double
  /// K, from `duration` on.
  public var end: Double
  /// fs.
  public var duration: Double

  public init(from start: Double, to end: Double, duration: Double) {
    self.start = start
    self.end = end
    self.duration = duration
  }

  /// - Parameter time: fs.
  public func temperature(at time: Double) -> Double {
    start + (end - start) * min(max(time / duration, 0), 1)
  }
}
