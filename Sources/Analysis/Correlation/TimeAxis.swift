import Diagnostics

/// Frames at equal distances in time.
public struct TimeAxis: Sendable, Equatable {
  /// fs.
  public let interval: Double
  public let count: Int

  /// - Parameter name: the file, for messages.
  /// - Throws: `.invalidArgument` when times are missing, `.format` when frames are not equally spaced.
  public init(times: [Double?], name: String) throws(MACEError) {
    guard times.count >= 2 else {
      throw MACEError(
        .invalidArgument, "\(name): \(times.count) frames in the chosen part are too few for a time series")
    }
    var known: [Double] = []
    for time in times {
      guard let time else {
        throw MACEError(
          .invalidArgument,
          "\(name): the file has no times; give the time between frames (--interval) or of a step (--timestep)"
        )
      }
      known.append(time)
    }
    let mean = (known[known.count - 1] - known[0]) / Double(known.count - 1)
    guard mean > 0 else {
      throw MACEError(
        .format, "\(name): time does not grow from frame to frame; give --interval to number frames")
    }
    for k in 1..<known.count where ((known[k] - known[k - 1]) / mean - 1).magnitude > 0.01 {
      throw MACEError(
        .format,
        "\(name): frames are not equally spaced in time: \(known[k] - known[k - 1]) fs before the \(k + 1)th frame "
          + "of the chosen part, \(mean) fs on average; was the run restarted into the same file?")
    }
    interval = mean
    count = known.count
  }

  /// fs.
  public var length: Double { interval * Double(count - 1) }
}
