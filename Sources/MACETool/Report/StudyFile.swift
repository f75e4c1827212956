import Diagnostics
import Glibc

/// One file of a study's folder.
struct StudyFile {
  /// Relative to the folder.
  let path: String
  let bytes: Int
  let hash: String

  var ending: String { path.lastIndex(of: ".").map { path[path.index(after: $0)...].lowercased() } ?? "" }
  /// Without ending.
  var stem: String { path.lastIndex(of: ".").map { String(path[..<$0]) } ?? path }
  /// The folder in it, "" for the uppermost one.
  var folder: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "" }
  var name: String { path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path }

  /// A folder that leads into itself, or is no study's, must end.
  private static let maximumDepth = 8
  private static let maximumFiles = 20_000

  /// All regular files, sorted by path; hidden ones, symbolic links and `excluded` are left out.
  ///
  /// - Throws: `.io` when the folder or a file cannot be read, `.invalidArgument` when there are far too many.
  static func all(in root: String, excluding excluded: String) throws(MACEError) -> [StudyFile] {
    var files: [StudyFile] = []
    try visit(root, "", 0, excluded, &files)
    return files.sorted { $0.path < $1.path }
  }

  private static func visit(
    _ root: String, _ folder: String, _ depth: Int, _ excluded: String, _ files: inout [StudyFile]
  ) throws(MACEError) {
    let place = folder.isEmpty ? root : "\(root)/\(folder)"
    for name in try names(in: place) {
      let relative = folder.isEmpty ? name : "\(folder)/\(name)"
      let full = "\(root)/\(relative)"
      var status = stat()
      guard !name.hasPrefix("."), lstat(full, &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR:
        if depth < maximumDepth { try visit(root, relative, depth + 1, excluded, &files) }
      case S_IFREG where !isSame(status, excluded):
        guard files.count < maximumFiles else {
          throw MACEError(
            .invalidArgument, "\(root): more than \(maximumFiles) files; name the folder of one study")
        }
        let (bytes, hash) = try SHA256.ofFile(full)
        files.append(StudyFile(path: relative, bytes: bytes, hash: hash))
      default:
        break
      }
    }
  }

  private static func isSame(_ status: stat, _ path: String) -> Bool {
    var other = stat()
    return stat(path, &other) == 0 && other.st_dev == status.st_dev && other.st_ino == status.st_ino
  }

  private static func names(in folder: String) throws(MACEError) -> [String] {
    guard let stream = opendir(folder) else {
      throw MACEError(.io, "\(folder): cannot open the folder: \(String(cString: strerror(errno)))")
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      names.append(name)
    }
    return names
  }

  /// The content, up to `limit` bytes; nil when the file is larger.
  func contents(in root: String, limit: Int) throws(MACEError) -> [UInt8]? {
    guard bytes <= limit else { return nil }
    let path = "\(root)/\(path)"
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw MACEError(.io, "\(path): cannot read: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: limit + 1)
    var filled = 0
    while filled < buffer.count {
      let room = buffer.count - filled
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress.map { $0 + filled }, room) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw MACEError(.io, "\(path): cannot read: \(String(cString: strerror(errno)))")
      }
      if count == 0 { break }
      filled += count
    }
    return filled > limit ? nil : Array(buffer[..<filled])
  }
}
