import Checkpoint
import Diagnostics

/// What `Figure.write` left on the disk.
public struct FigureFiles: Sendable, Equatable {
  public let data: String
  public let script: String
  /// nil when it could not be drawn.
  public let svg: String?
  /// nil when it could not be drawn.
  public let png: String?
  /// Why there are no pictures, and what to do.
  public let warning: String?
}

extension FigureFiles {
  /// Writes data and script of a figure and draws it.
  /// - Parameter script: from the name of the files, without folder and ending.
  /// - Throws: `.invalidArgument` for a name that gnuplot cannot take, `.io` when a file cannot be written.
  static func write(_ path: String, data: String, script: (String) -> String) throws(MACEError) -> FigureFiles
  {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    guard !name.isEmpty, !name.contains(where: { "'\"\\".contains($0) || $0.isNewline }) else {
      throw MACEError(.invalidArgument, "\(path): a figure's name must not have quotes or backslashes")
    }
    try write(data, to: path + ".dat")
    try write(script(name), to: path + ".gp")
    return Gnuplot.draw(name, in: folder, path: path)
  }

  private static func write(_ text: String, to path: String) throws(MACEError) {
    let bytes = Array(text.utf8)
    try AtomicFile.write(to: path) { (put) throws(MACEError) in
      let result: Result<Void, MACEError> = bytes.withUnsafeBytes { buffer in
        do throws(MACEError) { return .success(try put(buffer)) } catch { return .failure(error) }
      }
      try result.get()
    }
  }
}
