import Checkpoint
import Diagnostics
import Glibc

/// A figure: a gnuplot script with its data beside it, and the pictures that gnuplot makes of them.
public struct Figure: Sendable {
  /// Path without ending: `<base>.gnuplot`, `.dat`, `.svg` and `.png` belong to the figure.
  public var base: String
  /// What the script does between the beginning and the end of a multiplot, with the data file as `data`.
  package var panels: String
  var title: String
  /// Blocks, addressed by gnuplot's `index`.
  package var data: String
  /// Pixels of the PNG.
  var size: (width: Int, height: Int)
  package var layout: (rows: Int, columns: Int)

  package init(
    base: String, panels: String, title: String, data: String, size: (width: Int, height: Int),
    layout: (rows: Int, columns: Int)
  ) {
    self.base = base
    self.panels = panels
    self.title = title
    self.data = data
    self.size = size
    self.layout = layout
  }

  /// What became of the pictures; script and data are there in any case.
  public enum Outcome: Sendable, Equatable {
    /// Paths of the pictures.
    case drawn([String])
    /// Why there are none, for a warning.
    case notDrawn(String)
  }

  /// Writes script and data and runs gnuplot.
  /// - Throws: `.io` when they cannot be written.
  public func draw() throws(MACEError) -> Outcome {
    try Directory.make(for: base)
    try Self.write(data, to: base + ".dat")
    try Self.write(script, to: base + ".gnuplot")
    let slash = base.lastIndex(of: "/")
    let directory = slash.map { $0 == base.startIndex ? "/" : String(base[..<$0]) } ?? "."
    return switch Gnuplot.run(script: name + ".gnuplot", in: directory) {
    case nil: .drawn([base + ".svg", base + ".png"])
    case let reason?: .notDrawn("no pictures from \(base).gnuplot: \(reason)")
    }
  }

  private var name: String { base.split(separator: "/").last.map(String.init) ?? base }

  /// Run it in its own directory: `gnuplot <name>.gnuplot`.
  package var script: String {
    let (width, height) = size
    return """
      # Makes \(name).svg and \(name).png: gnuplot \(name).gnuplot
      data = \(Gnuplot.quoted(name + ".dat"))
      set encoding utf8
      set datafile missing "nan"
      do for [kind in "svg png"] {
        if (kind eq "svg") {
          set terminal svg size \(width),\(height) font "Sans,13" background "white"
        } else {
          set terminal pngcairo size \(width),\(height) font "Sans,10"
        }
        set output \(Gnuplot.quoted(name + ".")) . kind
        set multiplot layout \(layout.rows),\(layout.columns) title \(Gnuplot.quoted(title)) noenhanced
        set key noenhanced
      \(panels)
        unset multiplot
        unset output
        reset
      }

      """
  }

  private static func write(_ text: String, to path: String) throws(MACEError) {
    let bytes = Array(text.utf8)
    try AtomicFile.write(to: path) { (put: (UnsafeRawBufferPointer) throws(MACEError) -> Void) throws(MACEError) in
      let failure: MACEError? = bytes.withUnsafeBytes { buffer in
        do throws(MACEError) {
          try put(buffer)
          return nil
        } catch {
          return error
        }
      }
      if let failure { throw failure }
    }
  }
}

/// The program gnuplot.
enum Gnuplot {
  /// Colours that people with defective colour vision can tell apart (Okabe and Ito).
  static let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]

  /// A string of gnuplot; control characters become blanks.
  static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { out += "\\" }
      out.unicodeScalars.append(scalar.value < 0x20 ? " " : scalar)
    }
    return out + "\""
  }

  /// Runs a script; nil is success, else why not.
  static func run(script: String, in directory: String) -> String? {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return String(cString: strerror(errno)) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
    var process = pid_t()
    let code = withStrings(["gnuplot", "-e", "cd \(quoted(directory))", script]) { arguments in
      withStrings(environment) { posix_spawnp(&process, "gnuplot", &actions, nil, arguments, $0) }
    }
    close(ends[1])
    if code == ENOENT { return "gnuplot is not installed (Debian: apt-get install gnuplot-nox)" }
    guard code == 0 else { return "gnuplot cannot be run: \(String(cString: strerror(code)))" }
    let output = readAll(ends[0])
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 { guard errno == EINTR else { return "gnuplot was lost" } }
    guard status != 0 else { return nil }
    let lines = output.split(separator: "\n").filter { $0.contains(where: \.isLetter) }
    return "gnuplot failed: \(lines.last.map(String.init) ?? "status \(status)")"
  }

  /// The variables that gnuplot and its fonts need, with numbers in the C locale.
  private static var environment: [String] {
    let names = ["PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "GDFONTPATH"]
    return names.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } } + ["LC_ALL=C.UTF-8"]
  }

  private static func withStrings<R>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
  ) -> R {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }

  private static func readAll(_ descriptor: Int32) -> String {
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return String(decoding: text, as: UTF8.self) }
      text += buffer[..<count]
    }
  }
}
