import Diagnostics
import ExtendedXYZ

/// Lines of text, for tables that grow with a run.
public final class TextOutput: RunOutput {
  public let path: String
  public private(set) var frameCount: Int
  private let sink: FileSink

  /// A new file that begins with `header`.
  /// - Throws: `.io`
  public init(path: String, header: String) throws(MACEError) {
    self.path = path
    frameCount = 0
    sink = try FileSink(path)
    try put(header)
  }

  /// Continues a file where it stood at a restart.
  public init(continuing output: Restart.Output) throws(MACEError) {
    path = output.path
    frameCount = output.frames
    sink = try FileSink(path, continuingAt: output.bytes)
  }

  /// - Throws: `.io`
  public func write(_ line: String) throws(MACEError) {
    try put(line)
    frameCount += 1
  }

  private func put(_ text: String) throws(MACEError) {
    let result: Result<Void, MACEError> = Array(text.utf8).withUnsafeBytes { buffer in
      do throws(MACEError) {
        try sink.write(buffer)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  public func checkpoint() throws(MACEError) -> Int { try sink.synchronize() }

  public func close() throws(MACEError) { try sink.finish() }
}
