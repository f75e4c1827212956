import Diagnostics
import Glibc

/// Cuts a byte stream into lines without copying them one by one.
package final class LineReader {
  /// The number of the line returned last, counted from 1.
  package private(set) var lineNumber = 0

  private let source: any ByteSource
  private let name: String
  private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity = 1 << 18
  private var start = 0
  private var end = 0
  private var sourceEnded = false

  /// A longer line is no XYZ file; the buffer must not follow whatever a file contains.
  private static let maximumLineLength = 1 << 26

  package init(_ source: any ByteSource, name: String) {
    self.source = source
    self.name = name
    buffer = .allocate(capacity: capacity)
  }

  deinit { buffer.deallocate() }

  /// The next line without its line end (LF or CR LF); nil at the end. Valid until the next call.
  package func next() throws(MACEError) -> UnsafeBufferPointer<UInt8>? {
    var scanned = start
    while true {
      if let found = memchr(buffer + scanned, 10, end - scanned) {
        let newline = buffer.distance(to: found.assumingMemoryBound(to: UInt8.self))
        return take(upTo: newline, next: newline + 1)
      }
      if sourceEnded { return start < end ? take(upTo: end, next: end) : nil }
      let pending = end - start
      try fill()
      scanned = start + pending
    }
  }

  private func take(upTo lineEnd: Int, next: Int) -> UnsafeBufferPointer<UInt8> {
    lineNumber += 1
    var count = lineEnd - start
    if count > 0, buffer[start + count - 1] == 13 { count -= 1 }
    let line = UnsafeBufferPointer(start: buffer + start, count: count)
    start = next
    return line
  }

  /// Reads more bytes behind those that are pending, moving or growing the buffer as needed.
  private func fill() throws(MACEError) {
    let pending = end - start
    if start > 0 {
      memmove(buffer, buffer + start, pending)
      start = 0
      end = pending
    }
    if end == capacity {
      guard capacity < Self.maximumLineLength else {
        throw MACEError(
          .format,
          "\(name), line \(lineNumber + 1): the line is longer than 64 MiB; this is no text file of atoms")
      }
      let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * capacity)
      memcpy(larger, buffer, end)
      buffer.deallocate()
      buffer = larger
      capacity *= 2
    }
    let room = UnsafeMutableRawBufferPointer(start: buffer + end, count: capacity - end)
    let count = try source.read(into: room)
    if count == 0 { sourceEnded = true }
    end += count
  }
}
