import Glibc

/// What the operating system says about this process and machine.
public enum ProcessFacts {
  /// Threads to use when nothing is said: OMP_NUM_THREADS if it is a number, otherwise the CPUs this process
  /// may run on.
  public static var defaultThreads: Int {
    if let text = getenv("OMP_NUM_THREADS"), let count = Int(String(cString: text)),
      (1...4096).contains(count)
    {
      return count
    }
    return availableProcessors
  }

  /// The CPUs this process may run on.
  public static var availableProcessors: Int {
    if let mask = status("Cpus_allowed:") {
      let count = mask.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
      if count > 0 { return count }
    }
    return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// The largest amount of physical memory this process has had, bytes.
  ///
  /// Linux's VmHWM; `getrusage`, the fallback, counts what the process was before exec, too.
  public static var peakResidentBytes: Int {
    if let kilobytes = status("VmHWM:").flatMap({ Int($0) }) { return kilobytes * 1024 }
    var usage = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return usage.ru_maxrss * 1024
  }

  /// The first word after `name` in /proc/self/status; nil where there is no such file.
  private static func status(_ name: String) -> String? {
    guard let text = text(of: "/proc/self/status") else { return nil }
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
    return line.dropFirst(name.count).split(whereSeparator: { $0 == " " || $0 == "\t" }).first.map(
      String.init)
  }

  /// Seconds of a clock that never jumps.
  public static var monotonicSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  private static func text(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
