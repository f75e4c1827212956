import Diagnostics
import Glibc

/// Reading whole files through the C library.
package enum FileBytes {
  /// Gives `body` the bytes of the regular file at `path`.
  ///
  /// The file is read, not mapped: a mapping kills the process (SIGBUS) when somebody truncates the file
  /// meanwhile.
  /// - Throws: `MACEError` of kind `.io` or `.memory`, or what `body` throws.
  package static func withContents<R>(
    of path: String, _ body: (UnsafeRawBufferPointer) throws(MACEError) -> R
  ) throws(MACEError) -> R {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure("opened", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("examined", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw MACEError(.io, "\(path) is not a regular file")
    }
    let size = Int(status.st_size)
    guard let memory = malloc(max(size, 1)) else {
      throw MACEError(.memory, "\(path): no memory for its \(size) bytes")
    }
    defer { free(memory) }
    var filled = 0
    while filled < size {
      let count = read(descriptor, memory + filled, size - filled)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("read", path) }
      guard count > 0 else { throw MACEError(.io, "\(path) became shorter while it was read; try again") }
      filled += count
    }
    return try body(UnsafeRawBufferPointer(start: memory, count: size))
  }

  package static func failure(_ verb: String, _ path: String) -> MACEError {
    MACEError(.io, "\(path) cannot be \(verb): \(String(cString: strerror(errno)))")
  }
}
