/// Numbers at a stable, cache-line aligned address; grows, never shrinks.
final class Buffer<T> {
  private(set) var base: UnsafeMutablePointer<T>
  private(set) var capacity: Int

  /// `count` elements, all bits zero.
  init(_ count: Int = 0) {
    capacity = max(count, 1)
    base = Self.allocate(capacity)
  }

  convenience init(_ values: [T]) {
    self.init(values.count)
    base.update(from: values, count: values.count)
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  /// Makes room for `count` elements; the contents are lost when it has to grow.
  func reserve(_ count: Int) {
    guard count > capacity else { return }
    UnsafeMutableRawPointer(base).deallocate()
    capacity = count
    base = Self.allocate(count)
  }

  /// Sets all bits of the first `count` elements to zero.
  func zero(_ count: Int) {
    UnsafeMutableRawPointer(base).initializeMemory(
      as: UInt8.self, repeating: 0, count: count * MemoryLayout<T>.stride)
  }

  var bytes: Int { capacity * MemoryLayout<T>.stride }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<T> {
    let bytes = count * MemoryLayout<T>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    return raw.assumingMemoryBound(to: T.self)
  }
}
