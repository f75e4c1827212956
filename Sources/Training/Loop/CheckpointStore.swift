import Diagnostics
import Glibc

/// The checkpoint files of a run: `<directory>/<tag>_epoch-<n>.safetensors`, with `_swa` before the ending in
/// stage two. n is the last epoch that was trained.
///
/// Each new file replaces the one before it, except the last of stage one and what the options keep.
public struct CheckpointStore: Sendable {
  public let directory: String
  public let tag: String
  /// Keeps each checkpoint with a new lowest validation loss (`keep_checkpoints`).
  public var keepsBest = false
  /// Keeps all (`save_all_checkpoints`).
  public var keepsAll = false
  /// The newest file, and whether it stays when the next is written.
  var newest: (path: String, isStageTwo: Bool, stays: Bool)?

  public init(directory: String, tag: String) {
    self.directory = directory
    self.tag = tag
  }

  func path(epoch: Int, isStageTwo: Bool) -> String {
    "\(directory)/\(tag)_epoch-\(epoch)\(isStageTwo ? "_swa" : "").safetensors"
  }

  /// The file of the latest epoch, if there is one.
  /// - Throws: `.io` when the directory exists but cannot be read.
  public func latest() throws(MACEError) -> String? {
    guard let listing = opendir(directory) else {
      if errno == ENOENT { return nil }
      throw MACEError(.io, "\(directory) cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { closedir(listing) }
    var found: (epoch: Int, isStageTwo: Bool)?
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let (epoch, isStageTwo) = parse(name) else { continue }
      if found.map({ $0.epoch < epoch || ($0.epoch == epoch && isStageTwo) }) ?? true {
        found = (epoch, isStageTwo)
      }
    }
    return found.map { path(epoch: $0.epoch, isStageTwo: $0.isStageTwo) }
  }

  private func parse(_ name: String) -> (epoch: Int, isStageTwo: Bool)? {
    let (start, end) = ("\(tag)_epoch-", ".safetensors")
    guard name.hasPrefix(start), name.hasSuffix(end), name.utf8.count > start.utf8.count + end.utf8.count
    else { return nil }
    let middle = name.dropFirst(start.count).dropLast(end.count)
    let isStageTwo = middle.hasSuffix("_swa")
    let digits = isStageTwo ? middle.dropLast(4) : middle
    guard let epoch = Int(digits), String(epoch) == digits else { return nil }
    return (epoch, isStageTwo)
  }

  /// Makes the directory and those above it.
  func makeDirectory() throws(MACEError) {
    var path = ""
    for part in directory.split(separator: "/", omittingEmptySubsequences: false) {
      path += part.isEmpty && path.isEmpty ? "/" : (path.isEmpty || path == "/" ? "" : "/") + part
      guard mkdir(path, 0o777) != 0, errno != EEXIST, errno != EISDIR else { continue }
      throw MACEError(.io, "\(path) cannot be made: \(String(cString: strerror(errno)))")
    }
  }

  /// After a file was written: removes the one before it, unless it stays.
  mutating func replace(by path: String, isStageTwo: Bool, isBest: Bool) {
    if let newest, !newest.stays, newest.isStageTwo == isStageTwo, newest.path != path { unlink(newest.path) }
    newest = (path, isStageTwo, keepsAll || (keepsBest && isBest))
  }
}
