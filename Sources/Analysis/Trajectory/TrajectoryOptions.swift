/// What a trajectory file does not say itself, and which part of it is wanted.
public struct TrajectoryOptions: Sendable, Equatable {
  public enum Positions: String, Sendable, CaseIterable {
    /// Unwrapped if the file says so.
    case auto
    case wrapped
    case unwrapped
  }

  /// Time between stored frames, fs; overrides what the file says.
  public var interval: Double?
  /// Time of one step, fs, for files that number steps.
  public var timestep: Double?
  /// Elements of the types 1, 2, ... of a LAMMPS dump.
  public var types: [Int] = []
  /// Z of every atom, for NetCDF files, which have no elements.
  public var atomicNumbers: [Int]?
  public var positions = Positions.auto
  /// First and last time that counts, fs.
  public var from: Double?
  public var to: Double?
  /// Takes every n-th frame.
  public var stride = 1

  public init() {}
}
