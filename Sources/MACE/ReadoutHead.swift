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
  private let kind: Configuration.Readout.Kind
  private let activation: Configuration.Activation
  private let rows: [Int]
  private let channels: Int
  private let hidden: Int
  /// [scalar input][hidden], [hidden][hidden], [hidden]
  private let first: [Double]
  private let middle: [Double]
  private let middleBias: [Double]
  private let last: [Double]
  private let lastBias: Double

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
    let heads = c.heads.count
    let prefix = "readouts.\(k)."
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

  /// Numbers of scratch that `evaluate` needs.
  var scratchCount: Int { 6 * hidden + 1 }

  /// Energy of the features `[row][channel]` of one atom; adds de/dh to `adjoint` (same layout).
  func evaluate<Element: FeatureScalar>(
    _ h: UnsafePointer<Element>, adjoint: UnsafeMutablePointer<Element>, stride: Int,
    scratch: UnsafeMutablePointer<Double>
  ) -> Double {
    let x = h + rows[0] * stride, g = adjoint + rows[0] * stride
    return first.withUnsafeBufferPointer { first in
      if kind == .linear {
        var e = lastBias
        for u in 0..<channels {
          e += first[u] * Double(x[u])
          g[u] += Element(first[u])
        }
        return e
      }
      let z1 = scratch, a1 = z1 + hidden, s1 = a1 + hidden
      let a2 = s1 + hidden, s2 = a2 + hidden, back = s2 + hidden
      z1.update(repeating: 0, count: hidden)
      for u in 0..<channels {
        let v = Double(x[u])
        for w in 0..<hidden { z1[w] += first[u * hidden + w] * v }
      }
      for w in 0..<hidden { (a1[w], s1[w]) = activation.evaluate(z1[w]) }
      var e = lastBias
      if kind == .nonLinear {
        for w in 0..<hidden {
          e += last[w] * a1[w]
          back[w] = last[w] * s1[w]
        }
      } else {
        for w in 0..<hidden {
          var z = middleBias[w]
          for u in 0..<hidden { z += middle[u * hidden + w] * a1[u] }
          (a2[w], s2[w]) = activation.evaluate(z)
          e += last[w] * a2[w]
        }
        for u in 0..<hidden {
          var d = 0.0
          for w in 0..<hidden { d += middle[u * hidden + w] * last[w] * s2[w] }
          back[u] = d * s1[u]
        }
      }
      for u in 0..<channels {
        var d = 0.0
        for w in 0..<hidden { d += first[u * hidden + w] * back[w] }
        g[u] += Element(d)
      }
      return e
    }
  }
}

extension Configuration.Activation {
  /// constant · f(x) and its slope.
  func evaluate(_ x: Double) -> (value: Double, slope: Double) {
    switch function {
    case .identity: return (constant * x, constant)
    case .silu:
      let s = 1 / (1 + exp(-x))
      return (constant * x * s, constant * s * (1 + x * (1 - s)))
    case .tanh:
      let t = Glibc.tanh(x)
      return (constant * t, constant * (1 - t * t))
    case .abs: return (constant * Swift.abs(x), x > 0 ? constant : x < 0 ? -constant : 0)
    case .sigmoid:
      let s = 1 / (1 + exp(-x))
      return (constant * s, constant * s * (1 - s))
    }
  }
}
