import Diagnostics
import Glibc

/// A stream of bytes that is read once from the beginning to the end.
package protocol ByteSource: AnyObject {
  /// Reads at least one byte unless the stream is at its end (0) or `buffer` is empty.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(MACEError) -> Int
}

package enum ByteSources {
  /// Opens a plain, .gz or .xz file, told apart by its first bytes; "-" is the standard input.
  package static func open(_ path: String) throws(MACEError) -> any ByteSource {
    let file = try FileSource(path)
    let head = try file.peek(6)
    if head.starts(with: [0x1F, 0x8B]) { return try GzipSource(file) }
    if head.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) { return try XZSource(file) }
    return file
  }
}

/// An open file descriptor.
final class FileSource: ByteSource {
  let name: String
  private let descriptor: Int32
  /// Bytes that were looked at but not consumed.
  private var head: [UInt8] = []

  init(_ path: String) throws(MACEError) {
    if path == "-" {
      name = "standard input"
      descriptor = STDIN_FILENO
      return
    }
    name = path
    descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 {
      throw MACEError(.io, "\(path): cannot open the file for reading: \(SystemError.message(errno))")
    }
  }

  deinit {
    if descriptor > STDERR_FILENO { close(descriptor) }
  }

  /// The first bytes, at most `count` of them; they are read again later.
  func peek(_ count: Int) throws(MACEError) -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
    defer { buffer.deallocate() }
    var filled = 0
    while filled < count {
      let result = try readDescriptor(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      if result == 0 { break }
      filled += result
    }
    head = Array(buffer[..<filled])
    return head
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(MACEError) -> Int {
    if head.isEmpty { return try readDescriptor(into: buffer) }
    let count = min(head.count, buffer.count)
    buffer.copyBytes(from: head.prefix(count))
    head.removeFirst(count)
    return count
  }

  private func readDescriptor(into buffer: UnsafeMutableRawBufferPointer) throws(MACEError) -> Int {
    while true {
      let result = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if result >= 0 { return result }
      if errno == EINTR { continue }
      throw MACEError(.io, "\(name): cannot read: \(SystemError.message(errno))")
    }
  }
}
