import Equivariance
import KernelInterface

/// An equivariant linear map, e3nn's `o3.Linear`, ready for the kernels, with its transpose:
///
///     y[w, m] = Σ_blocks 1/√(fan-in of y's block) Σ_u W[u, w] x[u, m]
final class LinearMap<Element: FeatureScalar>: @unchecked Sendable {
  private struct Entry {
    var inRow: Int, outRow: Int, dimension: Int
    var inChannels: Int, outChannels: Int
    /// [inChannels][padded outChannels], and the transpose [outChannels][padded inChannels].
    var weight: Int, transposed: Int
  }

  private let input: FeatureLayout
  private let output: FeatureLayout
  private let entries: [Entry]
  private let weights: Buffer<Element>

  /// - Parameters:
  ///   - fanInFactor: multiplies the fan-in under the root (the number of elements, for a fully connected product
  ///     with one-hot elements).
  ///   - weight: (first weight of the pair of blocks, u, w, multiplicity of the output block) → W[u, w], without
  ///     normalisation.
  ///   - blockSize: weights of a pair of blocks with these multiplicities.
  init(
    _ input: FeatureLayout, _ output: FeatureLayout, fanInFactor: Int = 1, scale: Double = 1,
    weight: (_ offset: Int, _ u: Int, _ w: Int, _ outMultiplicity: Int) -> Double,
    blockSize: (_ inMultiplicity: Int, _ outMultiplicity: Int) -> Int = { $0 * $1 }
  ) {
    self.input = input
    self.output = output
    var entries: [Entry] = []
    var packed: [Element] = []
    var offset = 0
    for (a, x) in input.irreps.blocks.enumerated() {
      for (b, y) in output.irreps.blocks.enumerated() where x.irrep == y.irrep {
        let fanIn = input.irreps.blocks.reduce(0) { $0 + ($1.irrep == y.irrep ? $1.multiplicity : 0) }
        let norm = scale / Double(fanIn * fanInFactor).squareRoot()
        for from in input.segments[a] {
          for to in output.segments[b] {
            var entry = Entry(
              inRow: from.row, outRow: to.row, dimension: x.irrep.dimension, inChannels: from.count,
              outChannels: to.count, weight: packed.count, transposed: 0)
            let inPadded = input.channels, outPadded = output.channels
            var forward = [Element](repeating: 0, count: from.count * outPadded)
            var transposed = [Element](repeating: 0, count: to.count * inPadded)
            for u in 0..<from.count {
              for w in 0..<to.count {
                let value = Element(norm * weight(offset, from.first + u, to.first + w, y.multiplicity))
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
      input, output, scale: scale,
      weight: { offset, u, w, outMultiplicity in flat[offset + u * outMultiplicity + w] })
  }

  /// Element z's part of a `FullyConnectedTensorProduct` with one-hot elements; flat weight [u, z, w].
  convenience init(
    _ input: FeatureLayout, _ output: FeatureLayout, flat: [Double], species z: Int, of elements: Int,
    scale: Double = 1
  ) {
    self.init(
      input, output, fanInFactor: elements, scale: scale,
      weight: { offset, u, w, outMultiplicity in flat[offset + (u * elements + z) * outMultiplicity + w] },
      blockSize: { $0 * elements * $1 })
  }

  var bytes: Int { weights.bytes }

  /// y[a] (+)= L x[a] for atoms at the given offsets.
  func apply(
    _ kernels: KernelTable<Element>, _ x: UnsafePointer<Element>, _ xOffsets: UnsafePointer<Int>,
    _ y: UnsafeMutablePointer<Element>, _ yOffsets: UnsafePointer<Int>, atoms: Int, accumulate: Bool,
    _ rows: RowTables
  ) {
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
  func applyTransposed(
    _ kernels: KernelTable<Element>, _ y: UnsafePointer<Element>, _ yOffsets: UnsafePointer<Int>,
    _ x: UnsafeMutablePointer<Element>, _ xOffsets: UnsafePointer<Int>, atoms: Int, accumulate: Bool,
    _ rows: RowTables
  ) {
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

  private func clear(
    _ y: UnsafeMutablePointer<Element>, _ offsets: UnsafePointer<Int>, atoms: Int, width: Int
  ) {
    for a in 0..<atoms { (y + offsets[a]).update(repeating: 0, count: width) }
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
