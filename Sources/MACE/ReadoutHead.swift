import Checkpoint
import Diagnostics
import Equivariance
import Glibc

/// One readout of one head, in float64: scalars of a layer's features → energy of the atom, with the slope.
///
///     linear          e = w · h
///     nonLinear       e = w₂ · act(W₁ᵀ h)
///     nonLinearBias   e = w₂ · act(W_midᵀ act(W₁ᵀ h) + b_mid) + b₂
///
/// mace-torch masks the hidden scalars of the other heads; here they are left out.
struct ReadoutHead: Sendable {
  /// Which layer's output is read.
  let layer: Int
  private let prefix: String
  private let head: Int
  private let heads: Int
  private let kind: Configuration.Readout.Kind
  private let activation: Configuration.Activation
  private let rows: [Int]
  private let channels: Int
  private let hidden: Int
  /// [scalar input][hidden], [hidden][hidden], [hidden]
  let first: [Double]
  let middle: [Double]
  let middleBias: [Double]
  let last: [Double]
  let lastBias: Double

  init(_ model: MACEModel, readout k: Int, head: Int) throws(MACEError) {
    let c = model.configuration
    let readout = c.readouts[k]
    layer = c.readouts.count == 1 ? c.layers.count - 1 : k
    guard c.layers.indices.contains(layer) else {
      throw MACEError(.format, "readouts.\(k) has no layer to read")
    }
    kind = readout.kind
    activation = readout.activation
    let output = c.layers[layer].outputIrreps
    let layout = FeatureLayout(output)
    let scalar = Irrep(l: 0, parity: 1)
    let blocks = output.blocks.indices.filter { output.blocks[$0].irrep == scalar }
    let inputs = blocks.reduce(0) { $0 + output.blocks[$1].multiplicity }
    channels = output.maxMultiplicity
    rows = blocks.map { layout.firstRow(ofBlock: $0) }
    guard rows.count == 1, inputs == channels else {
      throw MACEError(.unsupported, "readouts.\(k) reads \(output); one block of scalars was expected")
    }
    let heads = c.heads.count, prefix = "readouts.\(k)."
    (self.prefix, self.head, self.heads) = (prefix, head, heads)
    func column(_ w: [Double], _ rows: Int, _ columns: Int, _ range: Range<Int>) -> [Double] {
      (0..<rows).flatMap { r in range.map { w[r * columns + $0] } }
    }
    if kind == .linear {
      hidden = 0
      let w = try model.values(prefix + "linear.weight", count: inputs * heads)
      let norm = 1 / Double(inputs).squareRoot()
      first = column(w, inputs, heads, head..<(head + 1)).map { $0 * norm }
      middle = []
      middleBias = []
      last = []
      lastBias = 0
      return
    }
    let total = readout.hiddenIrreps.dimension
    guard total % heads == 0, total == readout.hiddenIrreps.rows * readout.hiddenIrreps.maxMultiplicity,
      readout.hiddenIrreps.blocks.allSatisfy({ $0.irrep == scalar })
    else {
      throw MACEError(.unsupported, "readouts.\(k): hidden irreps \(readout.hiddenIrreps) for \(heads) heads")
    }
    let mine = head * (total / heads)..<(head + 1) * (total / heads)
    hidden = mine.count
    let w1 = try model.values(prefix + "linear_1.weight", count: inputs * total)
    let norm1 = 1 / Double(inputs).squareRoot(), norm2 = 1 / Double(total).squareRoot()
    first = column(w1, inputs, total, mine).map { $0 * norm1 }
    let w2 = try model.values(prefix + "linear_2.weight", count: total * heads)
    last = mine.map { w2[$0 * heads + head] * norm2 }
    if kind == .nonLinearBias {
      let w = try model.values(prefix + "linear_mid.weight", count: total * total)
      middle = mine.flatMap { r in mine.map { w[r * total + $0] * norm2 } }
      let b = try model.values(prefix + "linear_mid.bias", count: total)
      middleBias = mine.map { b[$0] }
      lastBias = try model.values(prefix + "linear_2.bias", count: heads)[head]
    } else {
      middle = []
      middleBias = []
      lastBias = 0
    }
  }

  /// Adds the gradient of this head's parameters to that of the tensors.
  func pull(_ gradient: ReadoutGradient, to sums: inout [String: [Double]]) {
    let norm1 = 1 / Double(channels).squareRoot(), total = hidden * heads
    guard kind != .linear else {
      sums.withTensor(prefix + "linear.weight") {
        for u in 0..<channels { $0[u * heads + head] += norm1 * gradient.first[u] }
      }
      return
    }
    let mine = head * hidden, norm2 = 1 / Double(total).squareRoot()
    sums.withTensor(prefix + "linear_1.weight") {
      for u in 0..<channels {
        for w in 0..<hidden { $0[u * total + mine + w] += norm1 * gradient.first[u * hidden + w] }
      }
    }
    sums.withTensor(prefix + "linear_2.weight") {
      for w in 0..<hidden { $0[(mine + w) * heads + head] += norm2 * gradient.last[w] }
    }
    guard kind == .nonLinearBias else { return }
    sums.withTensor(prefix + "linear_mid.weight") {
      for u in 0..<hidden {
        for w in 0..<hidden { $0[(mine + u) * total + mine + w] += norm2 * gradient.middle[u * hidden + w] }
      }
    }
    sums.withTensor(prefix + "linear_mid.bias") {
      for w in 0..<hidden { $0[mine + w] += gradient.middleBias[w] }
    }
    sums.withTensor(prefix + "linear_2.bias") { $0[head] += gradient.lastBias }
  }

  /// Numbers of scratch that `evaluate` needs.
  var scratchCount: Int { 6 * hidden + 1 }

  /// Energy of the features `[row][channel]` of one atom; adds seed · de/dh to `adjoint` (same layout).
  func evaluate<Element: FeatureScalar>(
    _ h: UnsafePointer<Element>, seed: Element.Wide, adjoint: UnsafeMutablePointer<Element>, stride: Int,
    scratch: UnsafeMutablePointer<Element.Wide>, gradient: ReadoutGradient? = nil
  ) -> Element.Wide {
    typealias Wide = Element.Wide
    let x = h + rows[0] * stride, g = adjoint + rows[0] * stride
    return first.withUnsafeBufferPointer { first in
      if kind == .linear {
        var e = Wide(constant: lastBias)
        for u in 0..<channels {
          e += x[u].wide.scaled(by: first[u])
          g[u] += Element(wide: seed.scaled(by: first[u]))
          gradient?.first[u] += (seed * x[u].wide).tangent
        }
        return e
      }
      let z1 = scratch, a1 = z1 + hidden, s1 = a1 + hidden
      let a2 = s1 + hidden, s2 = a2 + hidden, back = s2 + hidden
      z1.update(repeating: .zero, count: hidden)
      for u in 0..<channels {
        let v = x[u].wide
        for w in 0..<hidden { z1[w] += v.scaled(by: first[u * hidden + w]) }
      }
      for w in 0..<hidden { (a1[w], s1[w]) = activation.evaluate(z1[w]) }
      var e = Wide(constant: lastBias)
      if kind == .nonLinear {
        for w in 0..<hidden {
          e += a1[w].scaled(by: last[w])
          back[w] = s1[w].scaled(by: last[w])
          gradient?.last[w] += (seed * a1[w]).tangent
        }
      } else {
        for w in 0..<hidden {
          var z = Wide(constant: middleBias[w])
          for u in 0..<hidden { z += a1[u].scaled(by: middle[u * hidden + w]) }
          (a2[w], s2[w]) = activation.evaluate(z)
          e += a2[w].scaled(by: last[w])
          if let gradient {
            let g = seed * s2[w].scaled(by: last[w])
            gradient.last[w] += (seed * a2[w]).tangent
            gradient.middleBias[w] += g.tangent
            for u in 0..<hidden { gradient.middle[u * hidden + w] += (g * a1[u]).tangent }
          }
        }
        gradient?.lastBias += seed.tangent
        for u in 0..<hidden {
          var d = Wide.zero
          for w in 0..<hidden { d += s2[w].scaled(by: middle[u * hidden + w] * last[w]) }
          back[u] = d * s1[u]
        }
      }
      for u in 0..<channels {
        var d = Wide.zero
        for w in 0..<hidden { d += back[w].scaled(by: first[u * hidden + w]) }
        g[u] += Element(wide: seed * d)
        if let gradient {
          let v = seed * x[u].wide
          for w in 0..<hidden { gradient.first[u * hidden + w] += (v * back[w]).tangent }
        }
      }
      return e
    }
  }
}

extension Configuration.Activation {
  /// constant · f(x) and its slope.
  func evaluate<Wide: WideScalar>(_ x: Wide) -> (value: Wide, slope: Wide) {
    let one = Wide(constant: 1)
    let value: Wide, slope: Wide
    switch function {
    case .identity: (value, slope) = (x, one)
    case .silu:
      let s = one / (one + x.scaled(by: -1).exponential())
      (value, slope) = (x * s, s * (one + x * (one - s)))
    case .tanh:
      let t = x.hyperbolicTangent()
      (value, slope) = (t, one - t * t)
    case .abs:
      let sign: Double = x.value > 0 ? 1 : x.value < 0 ? -1 : 0
      (value, slope) = (x.scaled(by: sign), Wide(constant: sign))
    case .sigmoid:
      let s = one / (one + x.scaled(by: -1).exponential())
      (value, slope) = (s, s * (one - s))
    }
    return (value.scaled(by: constant), slope.scaled(by: constant))
  }
}
