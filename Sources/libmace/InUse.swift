import Diagnostics
import Synchronization

/// The fact that a call is inside a handle; a second one, from another thread or out of a callback, is refused.
final class InUse: Sendable {
  private let flag = Atomic<Bool>(false)

  /// - Parameter refusal: what a second call is told.
  func hold<Value>(
    orFail refusal: StaticString, _ body: () throws(MACEError) -> Value
  ) throws(MACEError) -> Value {
    guard !flag.exchange(true, ordering: .acquiring) else {
      throw MACEError(.invalidArgument, "\(refusal)")
    }
    defer { flag.store(false, ordering: .releasing) }
    return try body()
  }
}
