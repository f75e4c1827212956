import Checkpoint
import Diagnostics
import Glibc

/// The log of a run, in mace-torch's format: `2026-11-22 17:45:20.676 INFO: Initial: head: Default, …`, in a
/// file that grows from run to run and on the standard output.
public final class TrainingLog {
  public let level: LogLevel
  private let file: AppendingFile?
  private let output: (String) throws(MACEError) -> Void
  /// Local time; tests set it.
  private let now: () -> timespec

  /// - Parameters:
  ///   - path: nil keeps no file.
  ///   - output: shows a line to the user.
  /// - Throws: `.io` when the file cannot be opened.
  public init(
    path: String?, level: LogLevel = .info, output: @escaping (String) throws(MACEError) -> Void
  ) throws(MACEError) {
    self.level = level
    file = try path.map { (path) throws(MACEError) in try AppendingFile(path) }
    self.output = output
    now = {
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      return time
    }
  }

  /// Writes one message; its further lines, as those of tables, have no time.
  public func write(_ message: String, _ level: LogLevel = .info) throws(MACEError) {
    guard level >= self.level else { return }
    let line = Self.line(message, level, at: now())
    try output(line)
    try file?.append(line)
  }

  public func warn(_ message: String) throws(MACEError) { try write(message, .warning) }

  package static func line(_ message: String, _ level: LogLevel, at time: timespec) -> String {
    var seconds = time.tv_sec
    var local = tm()
    localtime_r(&seconds, &local)
    func two(_ n: Int32) -> String { n < 10 ? "0\(n)" : "\(n)" }
    let thousandths = String(1000 + time.tv_nsec / 1_000_000).dropFirst()
    return "\(1900 + local.tm_year)-\(two(local.tm_mon + 1))-\(two(local.tm_mday)) "
      + "\(two(local.tm_hour)):\(two(local.tm_min)):\(two(local.tm_sec)).\(thousandths) "
      + "\(level.rawValue): \(message)\n"
  }
}
