import Diagnostics

/// Writes extended XYZ files frame by frame, as ASE and mace-torch read them.
///
/// Reals are written with as many digits as are needed to read back the same double. Call `close()` at the end:
/// only it can report that the last part did not fit on the disk.
public final class ExtendedXYZWriter {
  /// The number of frames written so far.
  public private(set) var frameCount = 0

  private let name: String
  private let sink: any ByteSink
  private var formatter = FrameFormatter()
  private var isClosed = false
  private var failure: MACEError?

  private static let bufferSize = 1 << 18

  /// Creates or overwrites a file, compressed if its name ends in .gz or .xz; "-" is the standard output.
  ///
  /// - Throws: `.io` when the file cannot be created.
  public init(path: String) throws(MACEError) {
    name = path == "-" ? "standard output" : path
    sink = try ByteSinks.create(path)
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
