/// The words of a line, separated by blanks, tabs and other control characters.
package struct WordScanner {
  package let line: UnsafeBufferPointer<UInt8>
  private var index = 0

  package init(_ line: UnsafeBufferPointer<UInt8>) { self.line = line }

  /// The next word; nil at the end of the line.
  @inline(__always)
  package mutating func next() -> UnsafeBufferPointer<UInt8>? {
    let count = line.count
    while index < count, line[index] <= 0x20 { index += 1 }
    guard index < count else { return nil }
    let start = index
    while index < count, line[index] > 0x20 { index += 1 }
    return UnsafeBufferPointer(rebasing: line[start..<index])
  }
}
