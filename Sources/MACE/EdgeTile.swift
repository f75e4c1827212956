import Glibc

/// Up to `capacity` edges of a block of receivers with their geometry, consecutive edges of a receiver
/// together.
final class EdgeTile<Wide: WideScalar> {
  static var capacity: Int { 36 }

  var count = 0
  /// Receiver as an index into the block, and as a node; neighbour node.
  let receiver = Buffer<Int>(capacity)
  let atom = Buffer<Int>(capacity)
  let neighbor = Buffer<Int>(capacity)
  /// From the neighbour (sender) to the receiver, Å, and its length.
  let vector = Buffer<SIMD3<Double>>(capacity)
  let distance = Buffer<Double>(capacity)
  /// The displacement of `vector` that tangents are taken along.
  let displacement = Buffer<SIMD3<Double>>(Wide.isDual ? capacity : 0)
  /// Cutoff factor of the path weights and its slope.
  let factor = Buffer<Wide>(capacity)
  let factorSlope = Buffer<Double>(capacity)
  let basis: Buffer<Double>
  let slopes: Buffer<Double>
  let harmonics: Buffer<Wide>

  init(basisCount: Int, harmonicCount: Int) {
    basis = Buffer(Self.capacity * basisCount)
    slopes = Buffer(Self.capacity * basisCount)
    harmonics = Buffer(Self.capacity * harmonicCount)
  }

  /// Runs of edges with the same receiver.
  func forEachRun(_ body: (_ receiver: Int, _ first: Int, _ count: Int) -> Void) {
    var first = 0
    while first < count {
      let b = receiver.base[first]
      var end = first + 1
      while end < count && receiver.base[end] == b { end += 1 }
      body(b, first, end - first)
      first = end
    }
  }
}
