import Diagnostics
import Glibc

/// A stream of bytes that is written once.
protocol ByteSink: AnyObject {
  func write(_ bytes: UnsafeRawBufferPointer) throws(MACEError)
  /// Writes what is still buffered and closes the file. Nothing may be written afterwards.
  func finish() throws(MACEError)
}

enum ByteSinks {
  /// Creates (or overwrites) a file that is compressed if its name ends in .gz or .xz; "-" is the standard
  /// output.
  static func create(_ path: String) throws(MACEError) -> any ByteSink {
    let file = try FileSink(path)
    if path.hasSuffix(".gz") { return try GzipSink(file) }
    if path.hasSuffix(".xz") { return try XZSink(file) }
    return file
  }
}

/// An open file descriptor.
final class FileSink: ByteSink {
  let name: String
  private var descriptor: Int32

  init(_ path: String) throws(MACEError) {
    if path == "-" {
      name = "standard output"
      descriptor = STDOUT_FILENO
      return
    }
    name = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    if descriptor < 0 {
      throw MACEError(.io, "\(path): cannot open the file for writing: \(SystemError.message(errno))")
    }
  }

  deinit {
    if descriptor > STDERR_FILENO { close(descriptor) }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(MACEError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count >= 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      } else if errno != EINTR {
        throw failure("write")
      }
    }
  }

  func finish() throws(MACEError) {
    guard descriptor > STDERR_FILENO else { return }
    let result = close(descriptor)
    // Closed in any case; trying again could close somebody else's file.
    descriptor = -1
    if result != 0 { throw failure("finish writing") }
  }

  private func failure(_ action: String) -> MACEError {
    MACEError(.io, "\(name): cannot \(action): \(SystemError.message(errno)); the file is incomplete")
  }
}
