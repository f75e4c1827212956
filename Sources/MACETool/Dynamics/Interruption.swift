import Glibc
import Synchronization

/// Notices SIGINT and SIGTERM, so that a run can save itself. The same signal a second time ends the process.
enum Interruption {
  private static let received = Atomic<Int32>(0)

  static func watch() {
    received.store(0, ordering: .relaxed)
    for signal in [SIGINT, SIGTERM] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { Interruption.received.store($0, ordering: .relaxed) }
      action.sa_flags = Int32(bitPattern: UInt32(bitPattern: Int32(SA_RESTART)) | UInt32(SA_RESETHAND))
      sigaction(signal, &action, nil)
    }
  }

  static func unwatch() {
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
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
