import Glibc
import Synchronization

/// Notices SIGINT and SIGTERM, so that a run can save itself. The same signal a second time ends the process.
enum Interruption {
  private static let received = Atomic<Int32>(0)

  /// Signals that the process was started to ignore stay ignored; those that were blocked for the process that
  /// started this one are let through.
  static func watch() {
    received.store(0, ordering: .relaxed)
    for signal in [SIGINT, SIGTERM] {
      var old = sigaction()
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { Interruption.received.store($0, ordering: .relaxed) }
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESTART) | UInt32(SA_RESETHAND))
      sigaction(signal, &action, &old)
      if isIgnored(old) { sigaction(signal, &old, nil) }
    }
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  private static func isIgnored(_ action: sigaction) -> Bool {
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }

  /// "SIGTERM" once it has come.
  static var name: String? {
    switch received.load(ordering: .relaxed) {
    case SIGINT: "SIGINT"
    case SIGTERM: "SIGTERM"
    default: nil
    }
  }
}
