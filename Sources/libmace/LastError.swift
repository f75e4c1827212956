import CMace
import Diagnostics
import Glibc

/// The message of the last failed call of each thread, owned by the thread.
enum LastError {
  /// nil when the process has used up its keys: messages are then lost, statuses are not.
  private static let key: pthread_key_t? = {
    var key = pthread_key_t()
    return pthread_key_create(&key, { free($0) }) == 0 ? key : nil
  }()

  private static let none: StaticString = ""

  static func set(_ message: String) {
    guard let key else { return }
    let line = String(message.map { $0.isNewline ? " " : $0 })
    let copy = strdup(line)
    let old = pthread_getspecific(key)
    guard pthread_setspecific(key, copy) == 0 else {
      free(copy)
      return
    }
    free(old)
  }

  static var message: UnsafePointer<CChar> {
    if let key, let current = pthread_getspecific(key) {
      return UnsafePointer(current.assumingMemoryBound(to: CChar.self))
    }
    return none.cString
  }
}

/// Runs the body of an exported function, turns what it throws into a status and keeps the message.
func status(_ body: () throws(MACEError) -> Void) -> mace_status {
  do {
    try body()
    return MACE_OK
  } catch {
    LastError.set(error.message)
    return mace_status(rawValue: UInt32(error.kind.rawValue))
  }
}

/// The same for functions that return a fact: `failure` is the value that says "see mace_last_error()".
func fact<Value>(or failure: Value, _ body: () throws(MACEError) -> Value) -> Value {
  do {
    return try body()
  } catch {
    LastError.set(error.message)
    return failure
  }
}

/// `pointer`, or an error that names the argument.
func required<Pointer>(_ pointer: Pointer?, _ name: StaticString) throws(MACEError) -> Pointer {
  guard let pointer else {
    throw MACEError(.invalidArgument, "\(name) is NULL; it must point to something")
  }
  return pointer
}

extension StaticString {
  /// The characters as C sees them, valid for ever.
  var cString: UnsafePointer<CChar> { UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self) }
}
