import Diagnostics
import Glibc

/// Writing a file so that readers see the old one or the complete new one, also after a crash.
package enum AtomicFile {
  package static func write(
    to path: String, _ body: ((UnsafeRawBufferPointer) throws(MACEError) -> Void) throws(MACEError) -> Void
  ) throws(MACEError) {
    let (descriptor, temporary) = try create(beside: path)
    do throws(MACEError) {
      try body { (bytes) throws(MACEError) in try put(bytes, descriptor, path) }
      guard fsync(descriptor) == 0 else { throw FileBytes.failure("written", path) }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    guard close(descriptor) == 0, rename(temporary, path) == 0 else {
      let error = FileBytes.failure("written", path)
      unlink(temporary)
      throw error
    }
    syncDirectory(of: path)
  }

  private static func create(beside path: String) throws(MACEError) -> (Int32, String) {
    for attempt in 0..<100 {
      let name = "\(path).\(getpid()).\(attempt).tmp"
      let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (descriptor, name) }
      guard errno == EEXIST else { break }
    }
    throw FileBytes.failure("written", path)
  }

  private static func put(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32, _ path: String)
    throws(MACEError)
  {
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileBytes.failure("written", path) }
      written += count
    }
  }

  /// Makes the rename itself durable. Not every file system allows it, and the file is complete without it.
  private static func syncDirectory(of path: String) {
    let parent = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
