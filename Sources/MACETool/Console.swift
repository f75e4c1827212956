import Diagnostics
import Glibc

/// Where a command prints: results to the standard output, notes and progress to the standard error.
public struct Console: Sendable {
  /// Receives results. Throws when they cannot be written (a closed pipe, a full disk).
  public var output: @Sendable (String) throws(MACEError) -> Void
  /// Receives notes, warnings and progress.
  public var note: @Sendable (String) -> Void
  /// Somebody watches: progress may be shown.
  public var isInteractive: Bool

  public init(
    output: @escaping @Sendable (String) throws(MACEError) -> Void,
    note: @escaping @Sendable (String) -> Void, isInteractive: Bool
  ) {
    self.output = output
    self.note = note
    self.isInteractive = isInteractive
  }

  /// The console of the process.
  public static let standard = Console(
    output: { (text: String) throws(MACEError) in
      let code = put(text, STDOUT_FILENO)
      guard code == 0 else {
        throw MACEError(.io, "standard output: cannot write: \(String(cString: strerror(code)))")
      }
    },
    note: { _ = put($0, STDERR_FILENO) },
    isInteractive: isatty(STDERR_FILENO) == 1)

  /// One line "mace: warning: …".
  public func warn(_ text: String) { note("mace: warning: \(text)\n") }

  /// Writes all of the text; the errno value, 0 for success.
  private static func put(_ text: String, _ descriptor: Int32) -> Int32 {
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return errno == 0 ? EIO : errno }
      written += count
    }
    return 0
  }
}
