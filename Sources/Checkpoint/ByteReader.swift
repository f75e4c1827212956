import Diagnostics

/// A cursor over little-endian bytes that refuses to leave them.
///
/// The memory must outlive the reader; every use is inside the closure that owns the bytes of a file.
struct ByteReader {
  let bytes: UnsafeRawBufferPointer
  private(set) var position: Int
  /// What is being read, for messages.
  let subject: String

  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0, subject: String) {
    self.bytes = bytes
    self.position = position
    self.subject = subject
  }

  var remaining: Int { bytes.count - position }

  /// The next `count` bytes, without copying them.
  mutating func take(_ count: Int) throws(MACEError) -> UnsafeRawBufferPointer {
    guard count >= 0, position >= 0, position <= bytes.count, count <= bytes.count - position else {
      throw MACEError(
        .format,
        "\(subject): \(count) bytes are expected at offset \(position), but only "
          + "\(max(0, remaining)) are left; the file is truncated or damaged")
    }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  mutating func uint8() throws(MACEError) -> UInt8 {
    guard position >= 0, position < bytes.count else {
      throw MACEError(.format, "\(subject): the data ends unexpectedly; the file is truncated or damaged")
    }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func uint16() throws(MACEError) -> UInt16 {
    UInt16(littleEndian: try take(2).loadUnaligned(as: UInt16.self))
  }

  mutating func uint32() throws(MACEError) -> UInt32 {
    UInt32(littleEndian: try take(4).loadUnaligned(as: UInt32.self))
  }

  mutating func uint64() throws(MACEError) -> UInt64 {
    UInt64(littleEndian: try take(8).loadUnaligned(as: UInt64.self))
  }

  /// An unsigned 64-bit length or offset as `Int`.
  mutating func size64() throws(MACEError) -> Int {
    let value = try uint64()
    guard let size = Int(exactly: value) else {
      throw MACEError(.format, "\(subject): the length \(value) is impossible; the file is damaged")
    }
    return size
  }

  /// The bytes up to the next line feed, which is consumed; a trailing carriage return is dropped.
  mutating func line() throws(MACEError) -> UnsafeRawBufferPointer {
    guard position <= bytes.count, let end = bytes[position...].firstIndex(of: 0x0a) else {
      throw MACEError(.format, "\(subject): a line does not end; the file is truncated or damaged")
    }
    let text = try take(end - position)
    position += 1
    if text.last == 0x0d { return UnsafeRawBufferPointer(rebasing: text.dropLast()) }
    return text
  }
}
