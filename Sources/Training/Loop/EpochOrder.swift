/// The order of the training frames in an epoch: a function of seed and epoch only, so that a restarted run
/// needs no generator state.
enum EpochOrder {
  /// A random permutation of 0 ..< count.
  static func permutation(_ count: Int, seed: UInt64, epoch: Int) -> [Int] {
    var random = RandomStream(seed: seed, name: "epoch \(epoch)")
    var order = Array(0..<count)
    // Fisher–Yates; not `shuffle`, whose algorithm is the standard library's affair
    for i in stride(from: count - 1, to: 0, by: -1) {
      // the bias of the high product is below count/2⁶⁴
      order.swapAt(i, Int(random.next().multipliedFullWidth(by: UInt64(i + 1)).high))
    }
    return order
  }
}
