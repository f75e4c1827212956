import Diagnostics
import Glibc

/// Reading whole files through the C library.
package enum FileBytes {
  /// Gives `body` the bytes of the regular file at `path`.
  /// - Throws: `MACEError` of kind `.io` or `.memory`, or what `body` throws.
  package static func withContents<R>(
    of path: String, _ body: (UnsafeRawBufferPointer) throws(MACEError) -> R
  ) throws(MACEError) -> R {
    try with(path) { (contents) throws(MACEError) in try body(contents.bytes) }
  }

  /// The same for a `body` that gives back what it has used.
  ///
  /// The file is read, not mapped: a mapping kills the process (SIGBUS) when somebody truncates the file
  /// meanwhile.
  static func with<R>(
    _ path: String, _ body: (FileContents) throws(MACEError) -> R
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
    guard
      let memory = mmap(
        nil, max(size, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      memory != MAP_FAILED
    else {
      throw MACEError(.memory, "\(path): no memory for its \(size) bytes")
    }
    defer { munmap(memory, max(size, 1)) }
    let contents = FileContents(
      UnsafeRawBufferPointer(start: memory, count: size), descriptor: descriptor)
    try contents.restore(contents.bytes, file: path)
    return try body(contents)
  }

  package static func failure(_ verb: String, _ path: String) -> MACEError {
    MACEError(.io, "\(path) cannot be \(verb): \(String(cString: strerror(errno)))")
  }
}
