import Diagnostics

/// A file that grows with a run and can be cut back to where it stood at a restart.
public protocol RunOutput: AnyObject {
  var path: String { get }
  /// Frames or lines so far.
  var frameCount: Int { get }
  /// Puts all of it on the disk.
  /// - Returns: the length of the file, bytes.
  func checkpoint() throws(MACEError) -> Int
  func close() throws(MACEError)
}

extension RunOutput {
  /// Where the file stands, for a restart.
  public func mark() throws(MACEError) -> Restart.Output {
    Restart.Output(path: path, bytes: try checkpoint(), frames: frameCount)
  }
}
