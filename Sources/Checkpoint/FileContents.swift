import Diagnostics
import Glibc

/// The bytes of a file in memory, pages of which can be given back once they were used.
package final class FileContents {
  package let bytes: UnsafeRawBufferPointer
  /// Nil for bytes that are not of a file.
  private let descriptor: Int32?

  init(_ bytes: UnsafeRawBufferPointer, descriptor: Int32? = nil) {
    self.bytes = bytes
    self.descriptor = descriptor
  }

  /// Gives the memory of a part of the file back to the system, which then reads as zeros until it is restored.
  /// - Returns: false where that cannot be done.
  func release(_ part: UnsafeRawBufferPointer) -> Bool {
    guard descriptor != nil, let (start, count) = wholePages(part) else { return false }
    return madvise(UnsafeMutableRawPointer(mutating: start), count, MADV_DONTNEED) == 0
  }

  /// Reads a part again that was released.
  func restore(_ part: UnsafeRawBufferPointer, file: String) throws(MACEError) {
    guard let descriptor, let start = part.baseAddress, let base = bytes.baseAddress else { return }
    var filled = 0
    while filled < part.count {
      let count = pread(
        descriptor, UnsafeMutableRawPointer(mutating: start) + filled, part.count - filled,
        off_t(start - base + filled))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileBytes.failure("read", file) }
      guard count > 0 else { throw MACEError(.io, "\(file) became shorter while it was read; try again") }
      filled += count
    }
  }

  /// The pages that lie in `part` as a whole.
  private func wholePages(_ part: UnsafeRawBufferPointer) -> (UnsafeRawPointer, Int)? {
    guard let start = part.baseAddress else { return nil }
    let page = sysconf(Int32(_SC_PAGESIZE))
    let first = start.alignedUp(toMultipleOf: page),
      end = (start + part.count).alignedDown(toMultipleOf: page)
    return end > first ? (first, end - first) : nil
  }
}
