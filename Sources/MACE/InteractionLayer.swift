import Checkpoint
import Diagnostics
import Equivariance
import KernelInterface

/// One interaction and product block, compiled: everything that does not depend on a species.
final class InteractionLayer<Weight: PlainScalar>: @unchecked Sendable {
  let configuration: Configuration.Layer
  let index: Int
  /// Input h_t, sender features (what travels along edges), message M, A, gate input, product basis B, output.
  let node: FeatureLayout
  let sender: FeatureLayout
  let message: FeatureLayout
  let target: FeatureLayout
  let gated: FeatureLayout?
  let product: FeatureLayout
  let output: FeatureLayout

  let up: LinearMap<Weight>
  /// M → A (or the gate's input), 1/avg_num_neighbors multiplied in where the block divides by it.
  let messageLinear: LinearMap<Weight>
  /// Name of its weights, and what was multiplied in.
  let messageWeights: String
  let messageScale: Double
  /// sc of the blocks whose self connection does not depend on the species.
  let skip: LinearMap<Weight>?
  /// NonLinear block: residual into the gate, and the linear map behind the gate.
  let residual: LinearMap<Weight>?
  let gateLinear: LinearMap<Weight>?
  /// Att block: scalars that both ends of an edge bring to the radial network.
  let down: LinearMap<Weight>?
  let downLayout: FeatureLayout?
  let productLinear: LinearMap<Weight>

  let convolution: ConvolutionPlan
  let contraction: ContractionPlan
  let radialNetwork: EdgeNetwork<Weight>
  let densityNetwork: EdgeNetwork<Weight>?
  /// NonLinear block: message / (ρ β + α); density blocks: / (ρ + 1).
  let alpha: Double
  let beta: Double
  /// Scalars that each end of an edge adds to the network's input.
  let endpointWidth: Int

  var usesDensity: Bool { densityNetwork != nil }
  /// What `messageLinear` makes of M: A, or the gate's input.
  var messageOutput: FeatureLayout { gated ?? target }
  /// Width of a node's sender row: sender features, then the Att block's scalars.
  var senderWidth: Int { sender.width + (downLayout?.width ?? 0) }

  /// - Parameter other: the same layer with other parameters, whose plans are used again.
  init(_ model: MACEModel, layer t: Int, like other: InteractionLayer? = nil) throws(MACEError) {
    let layer = model.configuration.layers[t]
    let prefix = "interactions.\(t)."
    configuration = layer
    index = t
    node = FeatureLayout(layer.nodeIrreps)
    sender = FeatureLayout(layer.edgeIrreps)
    message = FeatureLayout(layer.messageIrreps)
    target = FeatureLayout(layer.targetIrreps)
    product = FeatureLayout(layer.productIrreps)
    output = FeatureLayout(layer.outputIrreps)
    up = LinearMap(node, sender, flat: try model.values(prefix + "linear_up.weight"))
    var width = 0
    var scale = 1.0
    switch layer.block {
    case .realAgnostic, .realAgnosticResidual, .realAgnosticAttResidual: scale = 1 / layer.averageNeighbors
    default: break
    }
    messageScale = scale
    messageWeights =
      prefix + (layer.block == .realAgnosticResidualNonLinear ? "linear_1.weight" : "linear.weight")
    if layer.block == .realAgnosticResidualNonLinear {
      guard let gate = layer.gate else { throw MACEError(.format, "\(prefix)equivariant_nonlin is missing") }
      let layout = try Self.gateLayout(gate, target: target)
      gated = layout
      messageLinear = LinearMap(message, layout, flat: try model.values(messageWeights))
      residual = LinearMap(sender, layout, flat: try model.values(prefix + "linear_res.weight"))
      gateLinear = LinearMap(target, target, flat: try model.values(prefix + "linear_2.weight"))
      skip = LinearMap(node, output, flat: try model.values(prefix + "skip_tp.weight"))
      alpha = try model.scalar(prefix + "alpha")
      beta = try model.scalar(prefix + "beta")
      width =
        try model.tensor(prefix + "source_embedding.weight").count / model.configuration.atomicNumbers.count
    } else {
      gated = nil
      residual = nil
      gateLinear = nil
      alpha = 1
      beta = 1
      messageLinear = LinearMap(message, target, flat: try model.values(messageWeights), scale: scale)
      skip =
        layer.block == .realAgnosticAttResidual
        ? LinearMap(node, output, flat: try model.values(prefix + "skip_linear.weight")) : nil
    }
    if layer.block == .realAgnosticAttResidual {
      let scalars = layer.nodeIrreps.blocks.reduce(0) {
        $0 + ($1.irrep == Irrep(l: 0, parity: 1) ? $1.multiplicity : 0)
      }
      let w = try model.values(prefix + "linear_down.weight")
      width = w.count / max(scalars, 1)
      let layout = FeatureLayout(Irreps([.init(multiplicity: width, irrep: Irrep(l: 0, parity: 1))]))
      downLayout = layout
      down = LinearMap(node, layout, flat: w)
    } else {
      down = nil
      downLayout = nil
    }
    endpointWidth = width
    convolution =
      if let other { other.convolution } else {
        try ConvolutionPlan(
          layer, harmonics: model.configuration.harmonics,
          roundsToFloat32: model.configuration.roundsCouplingsToFloat32)
      }
    let pathChannels = layer.paths.map { layer.edgeIrreps.blocks[$0.input].multiplicity }
    radialNetwork = try EdgeNetwork(
      model, prefix: prefix + "conv_tp_weights", layer.radialNetwork, slices: pathChannels,
      channels: sender.channels)
    densityNetwork = try layer.densityNetwork.map { (network) throws(MACEError) in
      try EdgeNetwork(
        model, prefix: prefix + "density_fn", network, slices: [1], channels: channelAlignment)
    }
    contraction = if let other { other.contraction } else { try ContractionPlan(model, layer: t) }
    productLinear = LinearMap(
      product, output, flat: try model.values("products.\(t).linear.weight"))
    guard message.channels == sender.channels else {
      throw MACEError(.format, "\(prefix)conv_tp: \(layer.edgeIrreps) and \(layer.messageIrreps) do not fit")
    }
    guard Set((layer.targetIrreps.blocks + layer.productIrreps.blocks).map(\.multiplicity)).count == 1 else {
      throw MACEError(
        .unsupported,
        "products.\(t): \(layer.targetIrreps) → \(layer.productIrreps); one number of channels was expected")
    }
  }

  /// Rows of the gate's input: scalars, one row of gates per gated block, then the gated blocks.
  private static func gateLayout(
    _ gate: Configuration.Gate, target: FeatureLayout
  ) throws(MACEError) -> FeatureLayout {
    var row = 0
    // flat channel ranges that become rows of their own, in the flat numbering of the gate's input
    var cuts: [(range: Range<Int>, row: Int)] = []
    cuts.append((gate.scalarStart..<(gate.scalarStart + gate.scalarCount), row))
    row += 1
    for block in gate.gated {
      let first = gate.gateStart + block.firstGate
      cuts.append((first..<(first + block.multiplicity), row))
      row += 1
    }
    var segments: [[FeatureLayout.Segment]] = []
    var offset = 0
    for block in gate.irrepsIn.blocks {
      if block.irrep.l == 0 {
        let range = offset..<(offset + block.multiplicity)
        let inside = cuts.filter {
          range.contains($0.range.lowerBound) && $0.range.upperBound <= range.upperBound
        }
        guard inside.reduce(0, { $0 + $1.range.count }) == block.multiplicity else {
          throw MACEError(.unsupported, "gate of irreps \(gate.irrepsIn): scalars and gates overlap blocks")
        }
        segments.append(
          inside.map { .init(first: $0.range.lowerBound - offset, count: $0.range.count, row: $0.row) })
      } else {
        segments.append([.init(first: 0, count: block.multiplicity, row: row)])
        row += block.irrep.dimension
      }
      offset += block.dimension
    }
    let layout = FeatureLayout(gate.irrepsIn, segments: segments, rows: row)
    guard layout.channels == target.channels, gate.scalarCount <= target.channels else {
      throw MACEError(.unsupported, "gate of irreps \(gate.irrepsIn): unequal multiplicities")
    }
    return layout
  }
}
