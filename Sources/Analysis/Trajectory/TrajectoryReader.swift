import Atomistics
import Diagnostics

/// Reads a trajectory frame by frame: extended XYZ (also .gz, .xz), LAMMPS dump (text; also .gz, .xz) or NetCDF
/// in AMBER's convention, told apart by the first bytes.
///
/// All frames must have the same atoms in the same order (those of a dump are sorted by id).
public struct TrajectoryReader {
  public let path: String
  /// Frames read from the file so far, also those that were skipped.
  public private(set) var frameCount = 0

  private var source: any TrajectorySource
  private let options: TrajectoryOptions
  private var atomicNumbers: [Int]?
  private var taken = 0

  /// - Throws: `.io` or `.format` when the file cannot be read, `.invalidArgument` for options without sense.
  public init(path: String, options: TrajectoryOptions = TrajectoryOptions()) throws(MACEError) {
    guard options.stride >= 1 else {
      throw MACEError(.invalidArgument, "the stride must be 1 or more, not \(options.stride)")
    }
    for (name, value) in [("interval", options.interval), ("timestep", options.timestep)] {
      guard value.map({ $0 > 0 }) ?? true else {
        throw MACEError(.invalidArgument, "the \(name) between frames or steps must be positive")
      }
    }
    if let from = options.from, let to = options.to, from >= to {
      throw MACEError(.invalidArgument, "the analysis would begin at \(from) fs and end at \(to) fs")
    }
    self.path = path
    self.options = options
    source = try TrajectorySources.open(path, options)
  }

  /// The next frame that is wanted, with its time if it is known; nil at the end.
  public mutating func next() throws(MACEError) -> TrajectoryFrame? {
    while var frame = try source.next() {
      frame.time = time(of: frame)
      frameCount += 1
      try check(frame)
      if options.from != nil || options.to != nil {
        guard let time = frame.time else {
          throw MACEError(
            .invalidArgument,
            "\(path), frame \(frameCount): the file has no times, so that no part of it can be chosen by time; "
              + "give the time between frames (--interval) or of a step (--timestep)")
        }
        // Times come from sums and products; a frame at the limit belongs to the part.
        if let from = options.from, time < from - 1e-6 * max(1, from.magnitude) { continue }
        if let to = options.to, time > to + 1e-6 * max(1, to.magnitude) { return nil }
      }
      taken += 1
      guard (taken - 1) % options.stride == 0 else { continue }
      switch options.positions {
      case .auto: break
      case .wrapped: frame.isUnwrapped = false
      case .unwrapped: frame.isUnwrapped = true
      }
      return frame
    }
    guard frameCount > 0 else { throw MACEError(.format, "\(path): there is no frame in the file") }
    return nil
  }

  private func time(of frame: TrajectoryFrame) -> Double? {
    if let interval = options.interval { return Double(frameCount) * interval }
    if let timestep = options.timestep, let step = frame.step { return Double(step) * timestep }
    return frame.time
  }

  private mutating func check(_ frame: TrajectoryFrame) throws(MACEError) {
    let structure = frame.structure
    guard structure.positions.allSatisfy(\.isFinite) else {
      throw MACEError(
        .geometry, "\(path), frame \(frameCount): a position is not finite; cut the file before it")
    }
    guard let first = atomicNumbers else {
      atomicNumbers = structure.atomicNumbers
      return
    }
    guard structure.atomicNumbers == first else {
      throw MACEError(
        .format,
        "\(path), frame \(frameCount): the atoms are not those of the first frame (\(structure.count) against "
          + "\(first.count), or in another order); a trajectory has the same atoms throughout")
    }
  }
}
