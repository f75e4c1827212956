import Atomistics

/// One stored moment of a simulation.
public struct TrajectoryFrame: Sendable, Equatable {
  public var structure: Structure
  /// In the unit of the file, which plays no role in what is computed here; nil if it has none.
  public var velocities: [SIMD3<Double>]?
  /// fs, nil if the file does not say.
  public var time: Double?
  /// The number of the step, nil if the file does not say.
  public var step: Int?
  /// The file says that atoms do not jump when they cross the border of the cell.
  public var isUnwrapped: Bool

  public init(
    structure: Structure, velocities: [SIMD3<Double>]? = nil, time: Double? = nil, step: Int? = nil,
    isUnwrapped: Bool = false
  ) {
    self.structure = structure
    self.velocities = velocities
    self.time = time
    self.step = step
    self.isUnwrapped = isUnwrapped
  }
}
