import Diagnostics
import ExtendedXYZ

extension Restart {
  /// How much of an output file belongs to the run up to the restart.
  public struct Output: Sendable, Equatable {
    public var path: String
    public var bytes: Int
    public var frames: Int

    public init(path: String, bytes: Int, frames: Int) {
      self.path = path
      self.bytes = bytes
      self.frames = frames
    }

    /// Takes away what was written after the restart, so that no frame in the file is incomplete.
    ///
    /// - Throws: `.io`
    public func cut() throws(MACEError) {
      if path.hasSuffix(Trajectories.netCDFEnding) { return try NetCDFTrajectory.cut(self) }
      try FileSink(path, continuingAt: bytes).finish()
    }
  }
}
