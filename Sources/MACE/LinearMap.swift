import Equivariance
import KernelInterface

/// An equivariant linear map, e3nn's `o3.Linear`, ready for the kernels, with its transpose:
///
///     y[w, m] = Σ_blocks 1/√(fan-in of y's block) Σ_u W[u, w] x[u, m]
final class LinearMap<Weight: PlainScalar>: @unchecked Sendable {
  private struct Entry {
    var inRow: Int, outRow: Int, dimension: Int
    /// Channels of the two blocks.
    var inFirst: Int, inChannels: Int, outFirst: Int, outChannels: Int
    var norm: Double
    /// First weight of the pair of blocks in the flat weights.
    var offset: Int, outMultiplicity: Int
    /// [inChannels][padded outChannels], and the transpose [outChannels][padded inChannels].
    var weight: Int, transposed: Int
  }

  private let input: FeatureLayout
  private let output: FeatureLayout
  private let entries: [Entry]
  private let weights: Buffer<Weight>
  private let index: @Sendable (Int, Int, Int, Int) -> Int

  /// - Parameters:
  ///   - flat: the weights as mace-torch stores them.
  ///   - norm: fan-in of an output block → what its weights are multiplied by.
  ///   - index: (first weight of the pair of blocks, u, w, multiplicity of the output block) → where W[u, w] is in
  ///     `flat`.
  ///   - blockSize: weights of a pair of blocks with these multiplicities.
  private init(
    _ input: FeatureLayout, _ output: FeatureLayout, flat: [Double], norm: (_ fanIn: Int) -> Double,
    index: @escaping @Sendable (_ offset: Int, _ u: Int, _ w: Int, _ outMultiplicity: Int) -> Int,
    blockSize: (_ inMultiplicity: Int, _ outMultiplicity: Int) -> Int
  ) {
    self.input = input
    self.output = output
    self.index = index
    var entries: [Entry] = []
    var packed: [Weight] = []
    packed.reserveCapacity(Self.packedCount(input, output))
    var offset = 0
    for (a, x) in input.irreps.blocks.enumerated() {
      for (b, y) in output.irreps.blocks.enumerated() where x.irrep == y.irrep {
        let fanIn = input.irreps.blocks.reduce(0) { $0 + ($1.irrep == y.irrep ? $1.multiplicity : 0) }
        for from in input.segments[a] {
          for to in output.segments[b] {
            var entry = Entry(
              inRow: from.row, outRow: to.row, dimension: x.irrep.dimension, inFirst: from.first,
              inChannels: from.count, outFirst: to.first, outChannels: to.count,
              norm: norm(fanIn), offset: offset,
              outMultiplicity: y.multiplicity, weight: packed.count, transposed: 0)
            let inPadded = input.channels, outPadded = output.channels
            var forward = [Weight](repeating: 0, count: from.count * outPadded)
            var transposed = [Weight](repeating: 0, count: to.count * inPadded)
            for u in 0..<from.count {
              for w in 0..<to.count {
                let value = Weight(
                  entry.norm * flat[index(offset, from.first + u, to.first + w, y.multiplicity)])
                forward[u * outPadded + w] = value
                transposed[w * inPadded + u] = value
              }
            }
            packed += forward
            entry.transposed = packed.count
            packed += transposed
            entries.append(entry)
          }
        }
        offset += blockSize(x.multiplicity, y.multiplicity)
      }
    }
    self.entries = entries
    weights = Buffer(packed)
  }

  /// A plain `o3.Linear` with its flat weight.
  convenience init(_ input: FeatureLayout, _ output: FeatureLayout, flat: [Double], scale: Double = 1) {
    self.init(
      input, output, flat: flat, norm: { scale / Double($0).squareRoot() },
      index: { offset, u, w, outMultiplicity in offset + u * outMultiplicity + w }, blockSize: { $0 * $1 })
  }

  /// One whose flat weights are what they are.
  convenience init(_ input: FeatureLayout, _ output: FeatureLayout, unscaled flat: [Double]) {
    self.init(
      input, output, flat: flat, norm: { _ in 1 },
      index: { offset, u, w, outMultiplicity in offset + u * outMultiplicity + w }, blockSize: { $0 * $1 })
  }

  /// Element z's part of a `FullyConnectedTensorProduct` with one-hot elements; flat weight [u, z, w].
  convenience init(
    _ input: FeatureLayout, _ output: FeatureLayout, flat: [Double], species z: Int, of elements: Int
  ) {
    self.init(
      input, output, flat: flat, norm: { 1 / Double($0 * elements).squareRoot() },
      index: { offset, u, w, outMultiplicity in offset + (u * elements + z) * outMultiplicity + w },
      blockSize: { $0 * elements * $1 })
  }

  /// Numbers of the kernels' weights, there and back.
  static func packedCount(_ input: FeatureLayout, _ output: FeatureLayout) -> Int {
    var count = 0
    for (a, x) in input.irreps.blocks.enumerated() {
      for (b, y) in output.irreps.blocks.enumerated() where x.irrep == y.irrep {
        for from in input.segments[a] {
          for to in output.segments[b] { count += from.count * output.channels + to.count * input.channels }
        }
      }
    }
    return count
  }

  var packedCount: Int { Self.packedCount(input, output) }

  /// Of one atom, on padded channels.
  var multiplyAdds: Int { entries.reduce(0) { $0 + $1.dimension * $1.inChannels } * output.channels }

  var bytes: Int { weights.bytes }

  /// y[a] (+)= L x[a] for atoms at the given offsets.
  func apply<Element: FeatureScalar>(
    _ kernels: KernelTable<Element>, _ x: UnsafePointer<Element>, _ xOffsets: UnsafePointer<Int>,
    _ y: UnsafeMutablePointer<Element>, _ yOffsets: UnsafePointer<Int>, atoms: Int, accumulate: Bool,
    _ rows: RowTables
  ) where Element.Weight == Weight {
    if !accumulate { clear(y, yOffsets, atoms: atoms, width: output.width) }
    for entry in entries {
      let count = rows.fill(
        atoms: atoms, dimension: entry.dimension, xOffsets, entry.inRow, input.channels, yOffsets,
        entry.outRow,
        output.channels)
      kernels.linear(
        count, rows.x.base, rows.y.base, entry.inChannels, output.channels, x, weights.base + entry.weight, y,
        true)
    }
  }

  /// x[a] (+)= Lᵀ y[a]
  func applyTransposed<Element: FeatureScalar>(
    _ kernels: KernelTable<Element>, _ y: UnsafePointer<Element>, _ yOffsets: UnsafePointer<Int>,
    _ x: UnsafeMutablePointer<Element>, _ xOffsets: UnsafePointer<Int>, atoms: Int, accumulate: Bool,
    _ rows: RowTables
  ) where Element.Weight == Weight {
    if !accumulate { clear(x, xOffsets, atoms: atoms, width: input.width) }
    for entry in entries {
      let count = rows.fill(
        atoms: atoms, dimension: entry.dimension, yOffsets, entry.outRow, output.channels, xOffsets,
        entry.inRow,
        input.channels)
      kernels.linear(
        count, rows.x.base, rows.y.base, entry.outChannels, input.channels, y,
        weights.base + entry.transposed, x,
        true)
    }
  }

  /// Adds Σ_atoms x ⊗ g, the tangent of it, to the gradient of the weights as the kernels store them.
  func addGradient<Element: FeatureScalar>(
    _ kernels: KernelTable<Element>, _ x: UnsafePointer<Element>, _ xOffsets: UnsafePointer<Int>,
    _ g: UnsafePointer<Element>, _ gOffsets: UnsafePointer<Int>, atoms: Int,
    _ gradient: UnsafeMutablePointer<Weight>, _ rows: RowTables
  ) where Element.Weight == Weight {
    for entry in entries {
      let count = rows.fill(
        atoms: atoms, dimension: entry.dimension, xOffsets, entry.inRow, input.channels, gOffsets,
        entry.outRow, output.channels)
      kernels.linearGradient(
        count, rows.x.base, rows.y.base, entry.inChannels, output.channels, x, g, gradient + entry.weight)
    }
  }

  /// Adds a gradient of the kernels' weights to that of the flat weights.
  func pull(_ gradient: Buffer<Weight>, to flat: UnsafeMutablePointer<Double>) {
    for entry in entries {
      for u in 0..<entry.inChannels {
        for w in 0..<entry.outChannels {
          let k = index(entry.offset, entry.inFirst + u, entry.outFirst + w, entry.outMultiplicity)
          flat[k] += entry.norm * Double(gradient.base[entry.weight + u * output.channels + w])
        }
      }
    }
  }

  private func clear<Element: FeatureScalar>(
    _ y: UnsafeMutablePointer<Element>, _ offsets: UnsafePointer<Int>, atoms: Int, width: Int
  ) {
    for a in 0..<atoms { clearRow(y + offsets[a], width) }
  }
}

/// Offsets of the rows that one call of the linear kernel reads and writes.
final class RowTables {
  let x = Buffer<Int>()
  let y = Buffer<Int>()

  /// Rows `(atom, m)`; returns their number.
  func fill(
    atoms: Int, dimension: Int, _ xOffsets: UnsafePointer<Int>, _ xRow: Int, _ xChannels: Int,
    _ yOffsets: UnsafePointer<Int>, _ yRow: Int, _ yChannels: Int
  ) -> Int {
    x.reserve(atoms * dimension)
    y.reserve(atoms * dimension)
    var r = 0
    for a in 0..<atoms {
      for m in 0..<dimension {
        x.base[r] = xOffsets[a] + (xRow + m) * xChannels
        y.base[r] = yOffsets[a] + (yRow + m) * yChannels
        r += 1
      }
    }
    return r
  }
}

/// Sets `count` numbers to zero.
@inline(__always)
func clearRow<T>(_ p: UnsafeMutablePointer<T>, _ count: Int) {
  UnsafeMutableRawPointer(p).initializeMemory(
    as: UInt8.self, repeating: 0, count: count * MemoryLayout<T>.stride)
}
