import Checkpoint
import Diagnostics

/// `mace analyze report`: a study's folder as one HTML page that needs nothing else, neither files nor network.
public struct StudyReport {
  public var folder: String
  public var title: String
  public var output: String
  /// Figures whose path in the folder contains one of these texts are left out.
  public var leftOut: [String]

  private static let maximumPicture = 8 << 20
  /// A larger SVG gives way to its PNG: clouds of points take 60 bytes per point.
  private static let maximumDrawing = 200 << 10
  private static let maximumText = 64 << 10
  private static let maximumRows = 60

  /// - Parameters:
  ///   - title: nil: the name of the folder.
  ///   - output: nil: report.html in the folder.
  public init(folder: String, title: String? = nil, output: String? = nil, leftOut: [String] = []) {
    let trimmed = folder.hasSuffix("/") && folder.count > 1 ? String(folder.dropLast()) : folder
    self.folder = trimmed
    self.title = title ?? trimmed.split(separator: "/").last.map(String.init) ?? "Study"
    self.output = output ?? "\(trimmed)/report.html"
    self.leftOut = leftOut
  }

  public func run(_ console: Console) throws(MACEError) {
    let files = try StudyFile.all(in: folder, excluding: output)
    guard !files.isEmpty else {
      throw MACEError(.invalidArgument, "\(folder): there is no file in the folder to report on")
    }
    let page = try html(files)
    try TextFile.write(page, to: output)
    console.note(
      "mace: wrote \(output) (\(NumberText.bytes(Double(page.utf8.count))), \(files.count) files)\n")
  }

  private func html(_ files: [StudyFile]) throws(MACEError) -> String {
    var folders: [String] = []
    for file in files where !folders.contains(file.folder) { folders.append(file.folder) }
    var sections = ""
    var links = ""
    for (number, name) in folders.enumerated() {
      let content = try section(files.filter { $0.folder == name })
      guard !content.isEmpty else { continue }
      let heading = HTML.escaped(name.isEmpty ? title : name)
      links += "<a href=\"#s\(number)\">\(heading)</a>\n"
      sections += "<section id=\"s\(number)\"><h2>\(heading)</h2>\n\(content)</section>\n"
    }
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(HTML.escaped(title))</title>
      <style>
      \(HTML.style)
      </style></head><body>
      <h1>\(HTML.escaped(title))</h1>
      <p class="quiet">\(files.count) files of \(HTML.escaped(folder)); made by mace analyze report.</p>
      <nav>\(links)<a href="#files">Files</a></nav>
      \(sections)<section id="files"><h2>Files</h2>
      \(fileTable(files))</section>
      </body></html>

      """
  }

  private func fileTable(_ files: [StudyFile]) -> String {
    var out = "<details><summary>\(files.count) files with SHA-256</summary><div class=\"wide\"><table>"
    out += "<thead><tr><th>file</th><th>size</th><th>SHA-256</th></tr></thead><tbody>\n"
    for file in files {
      out +=
        "<tr><td>\(HTML.escaped(file.path))</td><td class=\"n\">\(NumberText.bytes(Double(file.bytes)))</td>"
      out += "<td class=\"hash\">\(file.hash)</td></tr>\n"
    }
    return out + "</tbody></table></div></details>\n"
  }

  /// One folder: figures, what was analysed, tables, then texts.
  private func section(_ files: [StudyFile]) throws(MACEError) -> String {
    var analyses = ""
    var tables = ""
    var pictures = ""
    var texts = ""
    var described: Set<String> = []
    for file in files where file.ending == "json" {
      if let analysis = try analysis(file) {
        analyses += analysis
        described.insert(file.stem)
      } else {
        texts += try text(file)
      }
    }
    let painted = Dictionary(
      files.filter { $0.ending == "png" }.map { ($0.stem, $0.bytes) }, uniquingKeysWith: min)
    // Of two pictures of one name, the drawing, unless it is large and larger than the other.
    let drawn = Set(
      files.filter {
        $0.ending == "svg" && ($0.bytes <= Self.maximumDrawing || $0.bytes <= painted[$0.stem] ?? $0.bytes)
      }.map(\.stem))
    for file in files {
      let isShown = !leftOut.contains { file.path.contains($0) }
      switch file.ending {
      case "svg" where isShown && drawn.contains(file.stem): pictures += try picture(file, "image/svg+xml")
      case "png" where isShown && !drawn.contains(file.stem): pictures += try picture(file, "image/png")
      case "csv" where !described.contains(file.stem): tables += try table(file)
      case "yaml", "yml", "md", "txt", "log", "jsonl", "in": texts += try text(file)
      default: break
      }
    }
    if !pictures.isEmpty { pictures = "<div class=\"figures\">\n\(pictures)</div>\n" }
    return pictures + analyses + tables + texts
  }

  private func picture(_ file: StudyFile, _ type: String) throws(MACEError) -> String {
    guard let bytes = try file.contents(in: folder, limit: Self.maximumPicture) else { return note(file) }
    // As an image: pictures cannot clash with each other, and nothing in them is executed.
    let name = HTML.escaped(file.name)
    return "<figure><img alt=\"\(name)\" src=\"data:\(type);base64,\(HTML.base64(bytes))\">"
      + "<figcaption>\(name)</figcaption></figure>\n"
  }

  private func note(_ file: StudyFile) -> String {
    "<p class=\"quiet\">\(HTML.escaped(file.path)) (\(NumberText.bytes(Double(file.bytes)))) is too large to show "
      + "here.</p>\n"
  }

  private func text(_ file: StudyFile) throws(MACEError) -> String {
    guard let bytes = try file.contents(in: folder, limit: Self.maximumText) else { return note(file) }
    let text = HTML.escaped(String(decoding: bytes, as: UTF8.self))
    return "<details><summary>\(HTML.escaped(file.name))</summary><pre>\(text)</pre></details>\n"
  }

  private func table(_ file: StudyFile) throws(MACEError) -> String {
    guard let bytes = try file.contents(in: folder, limit: 16 * Self.maximumText) else { return note(file) }
    let rows = CSV.rows(String(decoding: bytes, as: UTF8.self))
    guard let header = rows.first, rows.count <= Self.maximumRows else { return note(file) }
    return "<h3>\(HTML.escaped(file.name))</h3>\n" + HTML.table(header: header, rows: Array(rows.dropFirst()))
  }

  /// The JSON file of an analysis: results, settings and inputs; nil for any other.
  private func analysis(_ file: StudyFile) throws(MACEError) -> String? {
    guard let bytes = try file.contents(in: folder, limit: 16 * Self.maximumText),
      case .object(let entries)? = try? JSONParser.parse(bytes, subject: file.path)
    else { return nil }
    func value(_ key: String) -> JSON? { entries.first { $0.key == key }?.value }
    guard case .text(let name)? = value("analysis"), case .array(let results)? = value("results") else {
      return nil
    }
    var out = "<h3>\(HTML.escaped(name))</h3>\n"
    if case .object(let first)? = results.first {
      let rows = results.map { row -> [String] in
        guard case .object(let cells) = row else { return [] }
        return cells.map { $0.value.plain }
      }
      out += HTML.table(header: first.map(\.key), rows: rows)
    }
    out += "<details><summary>Settings and inputs</summary>\n"
    if case .object(let settings)? = value("settings") {
      out += HTML.table(header: ["setting", "value"], rows: settings.map { [$0.key, $0.value.plain] })
    }
    if case .array(let inputs)? = value("inputs") {
      let rows = inputs.map { input -> [String] in
        guard case .object(let fields) = input else { return [] }
        return fields.map { $0.value.plain }
      }
      out += HTML.table(header: ["input", "bytes", "SHA-256"], rows: rows)
    }
    if case .array(let command)? = value("command") {
      out += "<pre>\(HTML.escaped(command.map(\.plain).joined(separator: " ")))</pre>\n"
    }
    return out + "</details>\n"
  }
}

extension JSON {
  /// As a reader wants it: texts without quotes, lists with commas.
  fileprivate var plain: String {
    switch self {
    case .text(let text): text
    case .array(let items): items.map(\.plain).joined(separator: ", ")
    case .null: "–"
    default: encoded
    }
  }
}
