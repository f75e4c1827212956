extension RandomStream {
  /// A random permutation of 0 ..< count (Fisher–Yates; the standard library's `shuffled` may change).
  mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) {
      // The bias of the high product is below count / 2⁶⁴.
      order.swapAt(i, Int(next().multipliedFullWidth(by: UInt64(i + 1)).high))
    }
    return order
  }
}
