/// What is wrong with a piece of text; the reader adds the file, the frame and the line.
struct ParseFailure: Error {
  let message: String

  init(_ message: String) { self.message = message }

  /// `text` cut to a length that fits a message.
  static func excerpt(_ text: String) -> String {
    text.count <= 40 ? "\"\(text)\"" : "\"\(text.prefix(40))...\""
  }

  static func excerpt(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    excerpt(String(decoding: bytes.prefix(200), as: UTF8.self))
  }
}
