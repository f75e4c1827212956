import Atomistics
import Diagnostics

/// A vector of every chosen atom at every frame: unwrapped positions, or velocities.
public struct ParticleSeries: Sendable {
  public let name: String
  public let axis: TimeAxis
  /// Z of every chosen atom.
  public let atomicNumbers: [Int]
  /// Mean cell volume (Å³), nil if not periodic in three directions.
  public let volume: Double?
  /// The cell is a cube throughout (to 1 %).
  public let isCubic: Bool
  /// What is doubtful about the data.
  public let warnings: [String]
  /// [component][atom][frame], atoms of the selection.
  let components: [[[Double]]]

  public var atomCount: Int { atomicNumbers.count }

  public enum Kind: Sendable {
    case positions
    /// From the file, or from displacements between frames if it has none.
    case velocities
  }

  /// Larger series are refused instead of filling the memory.
  private static let maximumBytes = 16 << 30

  /// Reads a whole trajectory.
  ///
  /// - Parameters:
  ///   - selection: text of the chosen atoms.
  ///   - removesDrift: subtracts the centre of mass of all atoms of the file.
  /// - Throws: whatever is wrong with the file, `.memory` when the series is too long.
  public init(
    _ kind: Kind, of selection: String, path: String, options: TrajectoryOptions, removesDrift: Bool
  ) throws(MACEError) {
    var reader = try TrajectoryReader(path: path, options: options)
    var collector = ParticleCollector(kind: kind, removesDrift: removesDrift)
    while let frame = try reader.next() {
      if collector.isEmpty { try collector.select(selection, frame, path) }
      try collector.add(frame, path)
      guard collector.byteCount < Self.maximumBytes else {
        throw MACEError(
          .memory, "\(path): the series does not fit into memory; take every n-th frame (--stride)")
      }
    }
    let times = collector.usesDisplacements ? Array(collector.times.dropFirst()) : collector.times
    axis = try TimeAxis(times: times, name: path)
    name = path
    atomicNumbers = collector.atomicNumbers
    volume = collector.volume
    isCubic = collector.isCubic
    warnings = collector.warnings
    components = collector.components
  }
}
