import Diagnostics
import Glibc

/// A file that appears under its name only when it is complete.
///
/// A regular file is written beside its place and renamed; "-", pipes and devices are written directly.
public struct OutputFile {
  /// As the user wrote it.
  public let path: String
  /// Where to write: keeps the ending .gz or .xz of `path`.
  public let writingPath: String
  private let finalPath: String

  /// - Parameter inputs: files that must not be overwritten.
  /// - Throws: `.invalidArgument` when `path` is one of the inputs or a directory.
  public init(_ path: String, inputs: [String]) throws(MACEError) {
    self.path = path
    guard path != "-" else {
      (writingPath, finalPath) = (path, path)
      return
    }
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists {
      for input in inputs where input != "-" {
        var other = stat()
        if stat(input, &other) == 0, other.st_dev == status.st_dev, other.st_ino == status.st_ino {
          throw MACEError(
            .invalidArgument, "\(path): the output is the input file \(input); give the output another name")
        }
      }
      if status.st_mode & S_IFMT == S_IFDIR {
        throw MACEError(.invalidArgument, "\(path): the output is a directory; name a file in it")
      }
      if status.st_mode & S_IFMT != S_IFREG {
        (writingPath, finalPath) = (path, path)
        return
      }
    }
    // A symbolic link stays; what it points to is replaced.
    finalPath = exists ? Self.resolved(path) : path
    let ending = [".gz", ".xz"].first { path.hasSuffix($0) } ?? ""
    writingPath = "\(finalPath).\(getpid()).partial\(ending)"
  }

  /// Gives the closed file its name.
  /// - Throws: `.io`, after removing what was written.
  public func commit() throws(MACEError) {
    guard writingPath != finalPath else { return }
    guard Self.synchronize(writingPath) == 0, rename(writingPath, finalPath) == 0 else {
      let reason = String(cString: strerror(errno))
      discard()
      throw MACEError(.io, "\(path): cannot finish writing: \(reason)")
    }
  }

  /// Removes what was written.
  public func discard() {
    if writingPath != finalPath { unlink(writingPath) }
  }

  /// Puts the user's name for the file into a message.
  func renaming(_ error: MACEError) -> MACEError {
    guard writingPath != path, error.message.hasPrefix(writingPath) else { return error }
    return MACEError(error.kind, path + error.message.dropFirst(writingPath.count))
  }

  static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0
  }

  /// A file that can be read more than once.
  static func isRegular(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private static func synchronize(_ path: String) -> Int32 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return -1 }
    defer { close(descriptor) }
    return fsync(descriptor)
  }

  private static func resolved(_ path: String) -> String {
    guard let text = realpath(path, nil) else { return path }
    defer { free(text) }
    return String(cString: text)
  }
}
