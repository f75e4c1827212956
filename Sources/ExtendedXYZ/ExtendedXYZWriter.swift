import Diagnostics
import Glibc

/// Writes extended XYZ files frame by frame, as ASE and mace-torch read them.
///
/// Reals are written with as many digits as are needed to read back the same double. Call `close()` at the end:
/// only it can report that the last part did not fit on the disk.
public final class ExtendedXYZWriter {
  /// The number of frames written so far.
  public private(set) var frameCount = 0

  private let path: String
  private var name: String { path == "-" ? "standard output" : path }
  private var sink: any ByteSink
  private var formatter = FrameFormatter()
  private var isClosed = false
  private var failure: MACEError?

  private static let bufferSize = 1 << 18

  /// Creates or overwrites a file, compressed if its name ends in .gz or .xz; "-" is the standard output.
  ///
  /// - Throws: `.io` when the file cannot be created.
  public init(path: String) throws(MACEError) {
    self.path = path
    sink = try ByteSinks.create(path)
  }

  /// Continues a file behind its first `offset` bytes, which `checkpoint()` gave with `frameCount` frames; what
  /// follows them is cut off.
  ///
  /// - Throws: `.io` when the file cannot be opened or is shorter.
  public init(path: String, continuingAt offset: Int, frameCount: Int) throws(MACEError) {
    self.path = path
    self.frameCount = frameCount
    sink = try ByteSinks.create(path, continuingAt: offset)
  }

  /// Puts everything written so far on the disk, where it is a complete file.
  ///
  /// Compressed files begin a new member (.gz) or stream (.xz).
  /// - Returns: the length of the file in bytes, for `init(path:continuingAt:frameCount:)`.
  public func checkpoint() throws(MACEError) -> Int {
    try checkOpen()
    try flushBuffer()
    do throws(MACEError) {
      try sink.finish()
      let file = try FileSink(path, continuingAt: try Self.length(of: path))
      let length = try file.synchronize()
      sink = try ByteSinks.create(path, continuingAt: length)
      return length
    } catch {
      failure = error
      throw error
    }
  }

  private static func length(of path: String) throws(MACEError) -> Int {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw MACEError(.io, "\(path): only a regular file can be continued")
    }
    return Int(status.st_size)
  }

  /// The text of one frame.
  /// - Throws: `.invalidArgument` for a frame that has no faithful text form.
  package static func bytes(of frame: Frame) throws(MACEError) -> [UInt8] {
    var formatter = FrameFormatter()
    do {
      try formatter.append(frame)
    } catch {
      throw MACEError(.invalidArgument, "cannot write the frame: \(error.message)")
    }
    return formatter.bytes
  }

  deinit {
    if !isClosed, failure == nil { try? close() }
  }

  /// Appends one frame.
  ///
  /// - Throws: `.invalidArgument` for a frame that has no faithful text form (nothing of it is written), `.io`
  ///   when the file cannot be written; after an `.io` error every later call throws the same error.
  public func write(_ frame: Frame) throws(MACEError) {
    try checkOpen()
    do {
      try formatter.append(frame)
    } catch {
      throw MACEError(
        .invalidArgument, "\(name), frame \(frameCount + 1): cannot write: \(error.message)")
    }
    frameCount += 1
    if formatter.bytes.count >= Self.bufferSize { try flushBuffer() }
  }

  /// Hands everything written so far to the operating system (for compressed files: to the compressor).
  public func flush() throws(MACEError) {
    try checkOpen()
    try flushBuffer()
  }

  /// Writes what is buffered and closes the file; a second call does nothing.
  ///
  /// - Throws: `.io` when the rest cannot be written, for example because the disk is full.
  public func close() throws(MACEError) {
    if isClosed { return }
    if let failure { throw failure }
    try flushBuffer()
    isClosed = true
    do {
      try sink.finish()
    } catch {
      failure = error
      throw error
    }
  }

  private func checkOpen() throws(MACEError) {
    if let failure { throw failure }
    if isClosed { throw MACEError(.invalidArgument, "\(name): the file has already been closed") }
  }

  private func flushBuffer() throws(MACEError) {
    let bytes = formatter.bytes
    guard !bytes.isEmpty else { return }
    do {
      try Self.write(bytes, to: sink)
    } catch {
      failure = error
      throw error
    }
    formatter.removeAll()
  }

  private static func write(_ bytes: [UInt8], to sink: any ByteSink) throws(MACEError) {
    let result: Result<Void, MACEError> = bytes.withUnsafeBytes { buffer in
      do throws(MACEError) {
        try sink.write(buffer)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }
}
