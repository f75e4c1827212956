import Checkpoint
import Diagnostics
import Glibc

/// A text file to whose end lines are written, one system call each, so that a killed run leaves whole lines.
final class AppendingFile {
  private let path: String
  private let descriptor: Int32

  /// Makes the directory, too.
  /// - Throws: `.io`
  init(_ path: String) throws(MACEError) {
    self.path = path
    try Directory.make(for: path)
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileBytes.failure("written", path) }
  }

  deinit { close(descriptor) }

  func append(_ text: String) throws(MACEError) {
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileBytes.failure("written", path) }
      written += count
    }
  }
}

/// Making directories.
public enum Directory {
  /// Makes the directory that `path` lies in, and those above it.
  public static func make(for path: String) throws(MACEError) {
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
    try make(String(path[..<slash]))
  }

  /// Makes a directory and those above it, where they are missing.
  /// - Throws: `.io`
  public static func make(_ path: String) throws(MACEError) {
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw MACEError(.io, "\(path) is not a directory; remove it or choose another work_dir")
      }
      return
    }
    try make(for: path)
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw FileBytes.failure("made", path) }
  }
}
