import Checkpoint
import Diagnostics
import KernelInterface

/// The network from an edge's scalar features to its path weights or its density, for tiles of edges.
///
///     fullyConnected   x ← c·silu(x W/√fan_in) …, last layer linear          (e3nn `FullyConnectedNet`)
///     layerNorm        x ← silu(LayerNorm(x Wᵀ + b)) …, last layer affine    (mace-torch `RadialMLP`)
///
/// Activations of a tile are `[edge][padded width]`; the output is cut into slices (one per path), each
/// `[edge][padded channels]`.
final class EdgeNetwork<Element: FeatureScalar>: @unchecked Sendable {
  struct Slice {
    var first: Int, count: Int
    /// [hidden][padded count] and transposed [count][padded hidden]
    var weight: Int, transposed: Int
  }
  private struct Hidden {
    var inner: Int, innerPadded: Int, outer: Int, outerPadded: Int
    var weight: Int, transposed: Int
    /// LayerNorm: bias of the linear layer, weight and bias of the normalisation, [outer] each.
    var bias: [Element], gain: [Element], offset: [Element]
  }

  let inputWidth: Int
  let inputPadded: Int
  let slices: [Slice]
  /// Padded channels of a slice.
  let sliceChannels: Int
  private let hidden: [Hidden]
  private let lastInner: Int
  private let lastPadded: Int
  private let lastBias: [Element]
  private let constant: Double
  private let epsilon: Double
  private let isNormalised: Bool
  private let weights: Buffer<Element>
  /// Numbers per edge that the hidden layers keep for the way back.
  let tapeWidth: Int

  /// - Parameter slices: consecutive channel counts that the output is cut into.
  init(
    _ model: MACEModel, prefix: String, _ network: Configuration.RadialNetwork, slices counts: [Int],
    channels: Int
  ) throws(MACEError) {
    let widths = network.widths
    guard widths.count >= 2, widths.last == counts.reduce(0, +) else {
      throw MACEError(
        .format, "\(prefix): widths \(widths) do not end in \(counts.reduce(0, +)) path weights")
    }
    isNormalised = network.kind == .layerNorm
    if !isNormalised && widths.count > 2 && network.activation.function != .silu {
      throw MACEError(
        .unsupported,
        "\(prefix): activation \(network.activation.function.rawValue); only silu is known there")
    }
    constant = isNormalised ? 1 : network.activation.constant
    epsilon = network.epsilon
    inputWidth = widths[0]
    inputPadded = paddedToVectors(widths[0])
    sliceChannels = channels
    var packed: [Element] = []
    var hidden: [Hidden] = []
    var tape = 0
    for k in 0..<(widths.count - 2) {
      let (inner, outer) = (widths[k], widths[k + 1])
      let w = try Self.matrix(model, prefix, network.kind, layer: k, inner, outer)
      let (innerPadded, outerPadded) = (paddedToVectors(inner), paddedToVectors(outer))
      var layer = Hidden(
        inner: inner, innerPadded: innerPadded, outer: outer, outerPadded: outerPadded, weight: packed.count,
        transposed: 0, bias: [], gain: [], offset: [])
      packed += Self.padded(w, inner, outer, columns: 0..<outer, to: outerPadded)
      layer.transposed = packed.count
      packed += Self.transposed(w, inner, outer, columns: 0..<outer, to: innerPadded)
      if isNormalised {
        layer.bias = try model.values("\(prefix).net.\(3 * k).bias", count: outer).map { Element($0) }
        layer.gain = try model.values("\(prefix).net.\(3 * k + 1).weight", count: outer).map { Element($0) }
        layer.offset = try model.values("\(prefix).net.\(3 * k + 1).bias", count: outer).map { Element($0) }
      }
      hidden.append(layer)
      // the next input, the slope of the activation; LayerNorm: x̂ and 1/σ too
      tape += outerPadded * (isNormalised ? 4 : 2)
    }
    let (inner, outer) = (widths[widths.count - 2], widths[widths.count - 1])
    let w = try Self.matrix(model, prefix, network.kind, layer: widths.count - 2, inner, outer)
    lastInner = inner
    lastPadded = paddedToVectors(inner)
    var slices: [Slice] = []
    var first = 0
    for count in counts {
      var slice = Slice(first: first, count: count, weight: packed.count, transposed: 0)
      packed += Self.padded(w, inner, outer, columns: first..<(first + count), to: channels)
      slice.transposed = packed.count
      packed += Self.transposed(w, inner, outer, columns: first..<(first + count), to: lastPadded)
      slices.append(slice)
      first += count
    }
    lastBias =
      isNormalised
      ? try model.values("\(prefix).net.\(3 * (widths.count - 2)).bias", count: outer).map { Element($0) }
      : []
    self.hidden = hidden
    self.slices = slices
    tapeWidth = tape
    weights = Buffer(packed)
  }

  /// Scratch of one thread for tiles of up to `tile` edges.
  final class Tape {
    let values: Buffer<Element>
    let adjoint: Buffer<Element>
    let adjointNext: Buffer<Element>
    let rows = RowTables()
    init(_ network: EdgeNetwork, tile: Int) {
      let widest = max(network.inputPadded, network.lastPadded, network.hidden.map(\.outerPadded).max() ?? 0)
      values = Buffer(max(network.tapeWidth * tile, 1))
      adjoint = Buffer(widest * tile)
      adjointNext = Buffer(widest * tile)
    }
    var bytes: Int { values.bytes + adjoint.bytes + adjointNext.bytes }
  }

  /// output[slice][edge][channel] of inputs `[edge][inputPadded]`; `sliceStride` between slices.
  func forward(
    _ kernels: KernelTable<Element>, edges: Int, input: UnsafePointer<Element>,
    output: UnsafeMutablePointer<Element>, sliceStride: Int, _ tape: Tape
  ) {
    var x = input
    var xPadded = inputPadded
    var next = tape.values.base
    for layer in hidden {
      let n = layer.outerPadded
      let y = next, slope = next + n * edges
      let count = table(tape.rows, edges, xPadded, n)
      kernels.linear(
        count, tape.rows.x.base, tape.rows.y.base, layer.inner, n, x, weights.base + layer.weight, y, false)
      if isNormalised {
        normalise(layer, edges, y, normalised: next + 2 * n * edges, inverse: next + 3 * n * edges)
      }
      kernels.silu(n * edges, constant, y, y, slope)
      x = UnsafePointer(y)
      xPadded = n
      next += n * edges * (isNormalised ? 4 : 2)
    }
    let count = table(tape.rows, edges, xPadded, sliceChannels)
    for (p, slice) in slices.enumerated() {
      let y = output + p * sliceStride
      if isNormalised {
        for e in 0..<edges {
          for c in 0..<sliceChannels {
            y[e * sliceChannels + c] = c < slice.count ? lastBias[slice.first + c] : 0
          }
        }
      }
      kernels.linear(
        count, tape.rows.x.base, tape.rows.y.base, lastInner, sliceChannels, x, weights.base + slice.weight,
        y,
        isNormalised)
    }
  }

  /// From ∂E/∂output to ∂E/∂input `[edge][inputPadded]`, after `forward` of the same tile.
  func backward(
    _ kernels: KernelTable<Element>, edges: Int, outputAdjoint: UnsafePointer<Element>, sliceStride: Int,
    inputAdjoint: UnsafeMutablePointer<Element>, _ tape: Tape
  ) {
    var g = hidden.isEmpty ? inputAdjoint : tape.adjoint.base
    var other = tape.adjointNext.base
    let count = table(tape.rows, edges, sliceChannels, lastPadded)
    for (p, slice) in slices.enumerated() {
      kernels.linear(
        count, tape.rows.x.base, tape.rows.y.base, slice.count, lastPadded, outputAdjoint + p * sliceStride,
        weights.base + slice.transposed, g, p > 0)
    }
    var end = tapeWidth * edges
    for k in stride(from: hidden.count - 1, through: 0, by: -1) {
      let layer = hidden[k]
      let n = layer.outerPadded
      end -= n * edges * (isNormalised ? 4 : 2)
      let start = tape.values.base + end
      let slope = start + n * edges
      for i in 0..<(n * edges) { g[i] *= slope[i] }
      if isNormalised {
        normaliseAdjoint(layer, edges, g, normalised: start + 2 * n * edges, inverse: start + 3 * n * edges)
      }
      let target = k == 0 ? inputAdjoint : other
      let count = table(tape.rows, edges, n, layer.innerPadded)
      kernels.linear(
        count, tape.rows.x.base, tape.rows.y.base, layer.outer, layer.innerPadded, g,
        weights.base + layer.transposed, target, false)
      (g, other) = (target, g)
    }
  }

  /// y ← gain · (y + b − mean)/σ + offset over the layer's width; keeps x̂ and 1/σ.
  private func normalise(
    _ layer: Hidden, _ edges: Int, _ y: UnsafeMutablePointer<Element>,
    normalised: UnsafeMutablePointer<Element>, inverse: UnsafeMutablePointer<Element>
  ) {
    let n = layer.outer
    for e in 0..<edges {
      let row = y + e * layer.outerPadded, hat = normalised + e * layer.outerPadded
      var mean = 0.0, square = 0.0
      for i in 0..<n {
        row[i] += layer.bias[i]
        mean += Double(row[i])
      }
      mean /= Double(n)
      for i in 0..<n { square += (Double(row[i]) - mean) * (Double(row[i]) - mean) }
      let scale = 1 / (square / Double(n) + epsilon).squareRoot()
      inverse[e] = Element(scale)
      for i in 0..<n {
        hat[i] = Element((Double(row[i]) - mean) * scale)
        row[i] = layer.gain[i] * hat[i] + layer.offset[i]
      }
    }
  }

  private func normaliseAdjoint(
    _ layer: Hidden, _ edges: Int, _ g: UnsafeMutablePointer<Element>, normalised: UnsafePointer<Element>,
    inverse: UnsafePointer<Element>
  ) {
    let n = layer.outer
    for e in 0..<edges {
      let row = g + e * layer.outerPadded, hat = normalised + e * layer.outerPadded
      var mean = 0.0, projection = 0.0
      for i in 0..<n {
        let d = Double(row[i] * layer.gain[i])
        mean += d
        projection += d * Double(hat[i])
      }
      mean /= Double(n)
      projection /= Double(n)
      for i in 0..<n {
        row[i] = Element(
          Double(inverse[e]) * (Double(row[i] * layer.gain[i]) - mean - Double(hat[i]) * projection))
      }
    }
  }

  /// Row tables for `edges` rows with the given strides; returns their number.
  private func table(_ rows: RowTables, _ edges: Int, _ xStride: Int, _ yStride: Int) -> Int {
    rows.x.reserve(edges)
    rows.y.reserve(edges)
    for e in 0..<edges {
      rows.x.base[e] = e * xStride
      rows.y.base[e] = e * yStride
    }
    return edges
  }

  /// Layer k's matrix as [in][out], normalisation multiplied in.
  private static func matrix(
    _ model: MACEModel, _ prefix: String, _ kind: Configuration.RadialNetwork.Kind, layer k: Int,
    _ inner: Int,
    _ outer: Int
  ) throws(MACEError) -> [Double] {
    switch kind {
    case .fullyConnected:
      let w = try model.values("\(prefix).layer\(k).weight", count: inner * outer)
      return w.map { $0 / Double(inner).squareRoot() }
    case .layerNorm:
      let w = try model.values("\(prefix).net.\(3 * k).weight", count: inner * outer)
      var t = [Double](repeating: 0, count: inner * outer)
      for o in 0..<outer { for i in 0..<inner { t[i * outer + o] = w[o * inner + i] } }
      return t
    }
  }

  private static func padded(
    _ w: [Double], _ inner: Int, _ outer: Int, columns: Range<Int>, to padded: Int
  ) -> [Element] {
    var p = [Element](repeating: 0, count: inner * padded)
    for i in 0..<inner {
      for (k, o) in columns.enumerated() { p[i * padded + k] = Element(w[i * outer + o]) }
    }
    return p
  }

  private static func transposed(
    _ w: [Double], _ inner: Int, _ outer: Int, columns: Range<Int>, to padded: Int
  ) -> [Element] {
    var p = [Element](repeating: 0, count: columns.count * padded)
    for (k, o) in columns.enumerated() {
      for i in 0..<inner { p[k * padded + i] = Element(w[i * outer + o]) }
    }
    return p
  }
}
