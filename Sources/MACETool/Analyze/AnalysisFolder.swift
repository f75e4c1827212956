import Checkpoint
import Diagnostics
import Glibc
import Plotting

/// The folder that an analysis writes: figures, tables (CSV) and one JSON file with settings, inputs and results.
struct AnalysisFolder {
  let path: String
  private let console: Console
  private(set) var files: [String] = []
  private var hasWarned = false

  /// - Throws: `.io` when the folder cannot be made.
  init(_ path: String, console: Console) throws(MACEError) {
    self.path = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
    self.console = console
    var built = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      built += part + "/"
      guard mkdir(built, 0o777) == 0 || errno == EEXIST || errno == EISDIR else {
        throw MACEError(.io, "\(path): cannot create the folder: \(String(cString: strerror(errno)))")
      }
    }
  }

  /// Letters, digits, '-', '_' and '.'; anything else becomes '_'.
  static func fileName(_ text: String) -> String {
    String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-.".contains($0)) ? $0 : "_" })
  }

  mutating func write(_ figure: Figure, as name: String) throws(MACEError) {
    let written = try figure.write(to: "\(path)/\(Self.fileName(name))")
    files += [written.svg, written.png, written.data, written.script].compactMap { $0 }
    if let warning = written.warning, !hasWarned {
      hasWarned = true
      console.warn(warning)
    }
  }

  mutating func write(_ table: ResultTable, as name: String) throws(MACEError) {
    try put(table.csv, to: "\(path)/\(Self.fileName(name)).csv")
  }

  mutating func write(_ json: JSON, as name: String) throws(MACEError) {
    try put(json.encoded + "\n", to: "\(path)/\(Self.fileName(name)).json")
  }

  private mutating func put(_ text: String, to path: String) throws(MACEError) {
    try TextFile.write(text, to: path)
    files.append(path)
  }

  /// Writes settings, inputs with their hashes, and results; prints the table and where everything is.
  mutating func conclude(
    _ name: String, settings: [(key: String, value: JSON)], inputs: [String], table: ResultTable
  ) throws(MACEError) {
    try write(table, as: name)
    var sources: [JSON] = []
    for input in inputs {
      // What comes through a pipe can be read once only.
      guard OutputFile.isRegular(input) else { continue }
      let (bytes, hash) = try SHA256.ofFile(input)
      sources.append(.object([("path", .text(input)), ("bytes", .integer(bytes)), ("sha256", .text(hash))]))
    }
    try write(
      .object([
        ("analysis", .text(name)), ("command", .texts(CommandLine.arguments)),
        ("settings", .object(settings)),
        ("inputs", .array(sources)), ("results", table.json),
      ]), as: name)
    try console.output(table.text)
    console.note("mace: wrote \(files.count) files to \(path)/\n")
  }
}
