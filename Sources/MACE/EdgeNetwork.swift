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
final class EdgeNetwork<Weight: PlainScalar>: @unchecked Sendable {
  struct Slice {
    var first: Int, count: Int
    /// [hidden][padded count] and transposed [count][padded hidden]
    var weight: Int, transposed: Int
  }
  private struct Hidden {
    var inner: Int, innerPadded: Int, outer: Int, outerPadded: Int
    var weight: Int, transposed: Int
    /// LayerNorm: bias of the linear layer, weight and bias of the normalisation, [outer] each.
    var bias: [Weight], gain: [Weight], offset: [Weight]
  }

  let inputWidth: Int
  let inputPadded: Int
  let slices: [Slice]
  /// Padded channels of a slice.
  let sliceChannels: Int
  /// Padded numbers of the output, all slices.
  var outputWidth: Int { slices.count * sliceChannels }
  /// Of functions that the outputs are combinations of.
  var rank: Int { lastInner + (lastBias.isEmpty ? 0 : 1) }
  private let hidden: [Hidden]
  private let lastInner: Int
  private let lastPadded: Int
  private let lastBias: [Weight]
  private let constant: Double
  private let epsilon: Double
  private let isNormalised: Bool
  private let weights: Buffer<Weight>
  private let prefix: String
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
    self.prefix = prefix
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
    var packed: [Weight] = []
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
        layer.bias = try model.values("\(prefix).net.\(3 * k).bias", count: outer).map { Weight($0) }
        layer.gain = try model.values("\(prefix).net.\(3 * k + 1).weight", count: outer).map { Weight($0) }
        layer.offset = try model.values("\(prefix).net.\(3 * k + 1).bias", count: outer).map { Weight($0) }
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
      ? try model.values("\(prefix).net.\(3 * (widths.count - 2)).bias", count: outer).map { Weight($0) }
      : []
    self.hidden = hidden
    self.slices = slices
    tapeWidth = tape
    weights = Buffer(packed)
  }

  /// Of one edge, on padded widths.
  var multiplyAdds: Int {
    hidden.reduce(lastInner * outputWidth) { $0 + $1.inner * $1.outerPadded }
  }

  func makeGradient() -> EdgeNetworkGradient<Weight> {
    EdgeNetworkGradient(
      weights: weights.capacity, hiddenWidths: isNormalised ? hidden.map(\.outer) : [],
      outputWidth: lastBias.count)
  }

  /// Adds a gradient of the kernels' parameters to that of the tensors.
  func pull(_ gradient: EdgeNetworkGradient<Weight>, to sums: inout [String: [Double]]) {
    let matrices: [(inner: Int, outer: Int, columns: Range<Int>, padded: Int, first: Int, layer: Int)] =
      hidden.enumerated().map { ($1.inner, $1.outer, 0..<$1.outer, $1.outerPadded, $1.weight, $0) }
      + slices.map {
        let outer = slices.last.map { $0.first + $0.count } ?? 0
        return (lastInner, outer, $0.first..<($0.first + $0.count), sliceChannels, $0.weight, hidden.count)
      }
    for m in matrices {
      let norm = isNormalised ? 1 : 1 / Double(m.inner).squareRoot()
      sums.withTensor(
        isNormalised ? "\(prefix).net.\(3 * m.layer).weight" : "\(prefix).layer\(m.layer).weight"
      ) {
        for i in 0..<m.inner {
          for (k, o) in m.columns.enumerated() {
            let g = norm * Double(gradient.weights.base[m.first + i * m.padded + k])
            $0[isNormalised ? o * m.inner + i : i * m.outer + o] += g
          }
        }
      }
    }
    guard isNormalised else { return }
    for (k, layer) in gradient.hidden.enumerated() {
      sums.add(layer.bias, to: "\(prefix).net.\(3 * k).bias")
      sums.add(layer.gain, to: "\(prefix).net.\(3 * k + 1).weight")
      sums.add(layer.offset, to: "\(prefix).net.\(3 * k + 1).bias")
    }
    sums.add(gradient.lastBias, to: "\(prefix).net.\(3 * hidden.count).bias")
  }

  /// Scratch of one thread for tiles of up to `tile` edges.
  final class Tape<Element: FeatureScalar> where Element.Weight == Weight {
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
  func forward<Element: FeatureScalar>(
    _ kernels: KernelTable<Element>, edges: Int, input: UnsafePointer<Element>,
    output: UnsafeMutablePointer<Element>, sliceStride: Int, _ tape: Tape<Element>
  ) where Element.Weight == Weight {
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
            y[e * sliceChannels + c] = Element(weight: c < slice.count ? lastBias[slice.first + c] : 0)
          }
        }
      }
      kernels.linear(
        count, tape.rows.x.base, tape.rows.y.base, lastInner, sliceChannels, x, weights.base + slice.weight,
        y, isNormalised)
    }
  }

  /// From ∂E/∂output to ∂E/∂input `[edge][inputPadded]`, after `forward` of the same tile; adds to the
  /// gradient of the parameters, if there is one.
  func backward<Element: FeatureScalar>(
    _ kernels: KernelTable<Element>, edges: Int, input: UnsafePointer<Element>,
    outputAdjoint: UnsafePointer<Element>, sliceStride: Int, inputAdjoint: UnsafeMutablePointer<Element>,
    gradient: EdgeNetworkGradient<Weight>?, _ tape: Tape<Element>
  ) where Element.Weight == Weight {
    var g = hidden.isEmpty ? inputAdjoint : tape.adjoint.base
    var other = tape.adjointNext.base
    var end = tapeWidth * edges
    let count = table(tape.rows, edges, sliceChannels, lastPadded)
    for (p, slice) in slices.enumerated() {
      kernels.linear(
        count, tape.rows.x.base, tape.rows.y.base, slice.count, lastPadded, outputAdjoint + p * sliceStride,
        weights.base + slice.transposed, g, p > 0)
    }
    if let gradient {
      let x = activations(before: hidden.count, end: end, edges, input, tape)
      addLastGradient(kernels, edges, x, outputAdjoint, sliceStride, gradient, tape.rows)
    }
    for k in stride(from: hidden.count - 1, through: 0, by: -1) {
      let layer = hidden[k]
      let n = layer.outerPadded
      end -= n * edges * (isNormalised ? 4 : 2)
      let start = tape.values.base + end
      let slope = start + n * edges
      for i in 0..<(n * edges) { g[i] *= slope[i] }
      if isNormalised {
        normaliseAdjoint(
          layer, edges, g, normalised: start + 2 * n * edges, inverse: start + 3 * n * edges,
          gradient?.hidden[k])
      }
      if let gradient {
        let x = activations(before: k, end: end, edges, input, tape)
        let count = table(tape.rows, edges, k == 0 ? inputPadded : layer.innerPadded, n)
        kernels.linearGradient(
          count, tape.rows.x.base, tape.rows.y.base, layer.inner, n, x, g,
          gradient.weights.base + layer.weight)
      }
      let target = k == 0 ? inputAdjoint : other
      let count = table(tape.rows, edges, n, layer.innerPadded)
      kernels.linear(
        count, tape.rows.x.base, tape.rows.y.base, layer.outer, layer.innerPadded, g,
        weights.base + layer.transposed, target, false)
      (g, other) = (target, g)
    }
  }

  /// What hidden layer k (or the last layer) read: the output of the layer before, which ends its part of the tape.
  private func activations<Element: FeatureScalar>(
    before k: Int, end: Int, _ edges: Int, _ input: UnsafePointer<Element>, _ tape: Tape<Element>
  ) -> UnsafePointer<Element> where Element.Weight == Weight {
    guard k > 0 else { return input }
    let part = hidden[k - 1].outerPadded * edges * (isNormalised ? 4 : 2)
    return UnsafePointer(tape.values.base + (end - part))
  }

  private func addLastGradient<Element: FeatureScalar>(
    _ kernels: KernelTable<Element>, _ edges: Int, _ x: UnsafePointer<Element>,
    _ outputAdjoint: UnsafePointer<Element>, _ sliceStride: Int, _ gradient: EdgeNetworkGradient<Weight>,
    _ rows: RowTables
  ) where Element.Weight == Weight {
    let count = table(rows, edges, hidden.isEmpty ? inputPadded : lastPadded, sliceChannels)
    for (p, slice) in slices.enumerated() {
      let g = outputAdjoint + p * sliceStride
      kernels.linearGradient(
        count, rows.x.base, rows.y.base, lastInner, sliceChannels, x, g, gradient.weights.base + slice.weight)
      guard isNormalised else { continue }
      for e in 0..<edges {
        for c in 0..<slice.count {
          gradient.lastBias[slice.first + c] += g[e * sliceChannels + c].wide.gradient
        }
      }
    }
  }

  /// y ← gain · (y + b − mean)/σ + offset over the layer's width; keeps x̂ and 1/σ.
  private func normalise<Element: FeatureScalar>(
    _ layer: Hidden, _ edges: Int, _ y: UnsafeMutablePointer<Element>,
    normalised: UnsafeMutablePointer<Element>, inverse: UnsafeMutablePointer<Element>
  ) where Element.Weight == Weight {
    typealias Wide = Element.Wide
    let n = layer.outer
    for e in 0..<edges {
      let row = y + e * layer.outerPadded, hat = normalised + e * layer.outerPadded
      var mean = Wide.zero, square = Wide.zero
      for i in 0..<n {
        row[i] += Element(weight: layer.bias[i])
        mean += row[i].wide
      }
      mean = mean.scaled(by: 1 / Double(n))
      for i in 0..<n {
        let d = row[i].wide - mean
        square += d * d
      }
      let variance = square.scaled(by: 1 / Double(n)) + Wide(constant: epsilon)
      let scale = Wide(constant: 1) / variance.root()
      inverse[e] = Element(wide: scale)
      for i in 0..<n {
        hat[i] = Element(wide: (row[i].wide - mean) * scale)
        row[i] = Element(weight: layer.gain[i]) * hat[i] + Element(weight: layer.offset[i])
      }
    }
  }

  private func normaliseAdjoint<Element: FeatureScalar>(
    _ layer: Hidden, _ edges: Int, _ g: UnsafeMutablePointer<Element>, normalised: UnsafePointer<Element>,
    inverse: UnsafePointer<Element>, _ gradient: EdgeNetworkGradient<Weight>.Hidden?
  ) where Element.Weight == Weight {
    typealias Wide = Element.Wide
    let n = layer.outer
    for e in 0..<edges {
      let row = g + e * layer.outerPadded, hat = normalised + e * layer.outerPadded
      var mean = Wide.zero, projection = Wide.zero
      for i in 0..<n {
        if let gradient {
          gradient.gain[i] += (row[i].wide * hat[i].wide).gradient
          gradient.offset[i] += row[i].wide.gradient
        }
        row[i] *= Element(weight: layer.gain[i])
        mean += row[i].wide
        projection += row[i].wide * hat[i].wide
      }
      mean = mean.scaled(by: 1 / Double(n))
      projection = projection.scaled(by: 1 / Double(n))
      let scale = inverse[e].wide
      for i in 0..<n {
        row[i] = Element(wide: scale * (row[i].wide - mean - hat[i].wide * projection))
        if let gradient { gradient.bias[i] += row[i].wide.gradient }
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
  ) -> [Weight] {
    var p = [Weight](repeating: 0, count: inner * padded)
    for i in 0..<inner {
      for (k, o) in columns.enumerated() { p[i * padded + k] = Weight(w[i * outer + o]) }
    }
    return p
  }

  private static func transposed(
    _ w: [Double], _ inner: Int, _ outer: Int, columns: Range<Int>, to padded: Int
  ) -> [Weight] {
    var p = [Weight](repeating: 0, count: columns.count * padded)
    for (k, o) in columns.enumerated() {
      for i in 0..<inner { p[k * padded + i] = Weight(w[i * outer + o]) }
    }
    return p
  }
}
