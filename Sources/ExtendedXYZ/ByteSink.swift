import Diagnostics
import Glibc

/// A stream of bytes that is written once.
package protocol ByteSink: AnyObject {
  func write(_ bytes: UnsafeRawBufferPointer) throws(MACEError)
  /// Writes what is still buffered and closes the file. Nothing may be written afterwards.
  func finish() throws(MACEError)
}

enum ByteSinks {
  /// Creates (or overwrites) a file that is compressed if its name ends in .gz or .xz; "-" is the standard
  /// output.
  /// - Parameter offset: cuts an existing file to this length and continues it.
  static func create(_ path: String, continuingAt offset: Int? = nil) throws(MACEError) -> any ByteSink {
    let file = try FileSink(path, continuingAt: offset)
    if path.hasSuffix(".gz") { return try GzipSink(file) }
    if path.hasSuffix(".xz") { return try XZSink(file) }
    return file
  }
}

/// An open file descriptor.
package final class FileSink: ByteSink {
  let name: String
  private var descriptor: Int32

  /// - Parameter offset: cuts an existing file to this length and continues it; nil: the file is new.
  package init(_ path: String, continuingAt offset: Int? = nil) throws(MACEError) {
    if path == "-" {
      name = "standard output"
      descriptor = STDOUT_FILENO
      return
    }
    name = path
    descriptor = open(path, O_WRONLY | O_CREAT | (offset == nil ? O_TRUNC : 0) | O_CLOEXEC, 0o666)
    if descriptor < 0 {
      throw MACEError(.io, "\(path): cannot open the file for writing: \(SystemError.message(errno))")
    }
    if let offset { try cut(to: offset) }
  }

  private func cut(to offset: Int) throws(MACEError) {
    let length = lseek(descriptor, 0, SEEK_END)
    guard length >= offset else {
      throw MACEError(
        .io,
        "\(name): the file has \(length) bytes, but is to be continued at byte \(offset); it was cut or replaced"
      )
    }
    guard ftruncate(descriptor, offset) == 0, lseek(descriptor, 0, SEEK_END) == offset else {
      throw failure("continue")
    }
  }

  /// Puts all that was written on the disk.
  /// - Returns: the length of the file, bytes.
  package func synchronize() throws(MACEError) -> Int {
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure("write") }
    return Int(lseek(descriptor, 0, SEEK_CUR))
  }

  deinit {
    if descriptor > STDERR_FILENO { close(descriptor) }
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(MACEError) {
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

  package func finish() throws(MACEError) {
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
