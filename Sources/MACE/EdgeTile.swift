import Glibc

/// Up to `capacity` edges of a block of receivers with their geometry, consecutive edges of a receiver
/// together. Up to `networkCapacity` of them take their path weights from the network, the others from tables.
final class EdgeTile<Wide: WideScalar> {
  static var networkCapacity: Int { 36 }

  let capacity: Int
  /// Room for edges where they are innermost, to whole vectors; no power of two, so that rows do not share a place
  /// in the caches.
  let stride: Int
  var count = 0
  /// Edges without a table.
  var exactCount = 0
  let exact = Buffer<Int32>(networkCapacity)
  /// Index of the edge's radial table; −1: it has none.
  let table: Buffer<Int32>
  /// Receiver as an index into the block, and as a node; neighbour node.
  let receiver: Buffer<Int>
  let atom: Buffer<Int>
  let neighbor: Buffer<Int>
  /// From the neighbour (sender) to the receiver, Å, and its length.
  let vector: Buffer<SIMD3<Double>>
  let distance: Buffer<Double>
  /// The displacement of `vector` that tangents are taken along, and that of its length.
  let displacement: Buffer<SIMD3<Double>>
  let stretch: Buffer<Double>
  /// Cutoff factor of the path weights and its slope.
  let factor: Buffer<Wide>
  let factorSlope: Buffer<Double>
  /// ∂e/∂r through the path weights and the density.
  let radial: Buffer<Double>
  /// Basis functions of one edge, and slopes of those of the exact edges.
  let basis: Buffer<Double>
  let slopes: Buffer<Double>
  /// Unit vectors [x, y, z][stride] and Y [lm][stride].
  let directions: Buffer<Wide>
  let harmonics: Buffer<Wide>

  init(capacity: Int, basisCount: Int, harmonicCount: Int) {
    self.capacity = capacity
    stride = paddedToVectors(capacity) + 8
    table = Buffer(capacity)
    receiver = Buffer(capacity)
    atom = Buffer(capacity)
    neighbor = Buffer(capacity)
    vector = Buffer(capacity)
    distance = Buffer(capacity)
    displacement = Buffer(Wide.isDual ? capacity : 0)
    stretch = Buffer(Wide.isDual ? capacity : 0)
    factor = Buffer(stride)
    factorSlope = Buffer(capacity)
    radial = Buffer(capacity)
    basis = Buffer(basisCount)
    slopes = Buffer(Self.networkCapacity * basisCount)
    directions = Buffer(3 * stride)
    harmonics = Buffer(stride * harmonicCount)
  }

  func clear() {
    count = 0
    exactCount = 0
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
