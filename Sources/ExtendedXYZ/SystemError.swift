import Glibc

/// Text of an errno value.
enum SystemError {
  static func message(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    // The XSI form, which fills the buffer, is what Glibc exports to Swift under this name.
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
