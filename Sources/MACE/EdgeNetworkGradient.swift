/// The gradient of an edge network's parameters, weights in the layout of the network.
final class EdgeNetworkGradient<Weight: PlainScalar> {
  /// Of a LayerNorm layer: bias of the linear map, weight and bias of the normalisation.
  final class Hidden {
    var bias: [Double]
    var gain: [Double]
    var offset: [Double]
    init(width: Int) {
      bias = Array(repeating: 0, count: width)
      gain = bias
      offset = bias
    }
  }

  let weights: Buffer<Weight>
  let hidden: [Hidden]
  var lastBias: [Double]

  init(weights: Int, hiddenWidths: [Int], outputWidth: Int) {
    self.weights = Buffer(weights)
    hidden = hiddenWidths.map { Hidden(width: $0) }
    lastBias = Array(repeating: 0, count: outputWidth)
  }

  func clear() {
    weights.zero(weights.capacity)
    for layer in hidden {
      for k in layer.bias.indices { (layer.bias[k], layer.gain[k], layer.offset[k]) = (0, 0, 0) }
    }
    for k in lastBias.indices { lastBias[k] = 0 }
  }

  func add(_ other: EdgeNetworkGradient) {
    weights.add(other.weights)
    for (mine, theirs) in zip(hidden, other.hidden) {
      for k in mine.bias.indices {
        mine.bias[k] += theirs.bias[k]
        mine.gain[k] += theirs.gain[k]
        mine.offset[k] += theirs.offset[k]
      }
    }
    for k in lastBias.indices { lastBias[k] += other.lastBias[k] }
  }
}

extension Buffer where T: PlainScalar {
  /// Adds the other buffer's numbers.
  func add(_ other: Buffer) {
    for k in 0..<capacity { base[k] += other.base[k] }
  }
}
