import Checkpoint
import Diagnostics
import Equivariance

extension Architecture {
  /// Interactions and products as `MACE.__init__` of mace-torch chains them.
  func layers(_ harmonics: Irreps) throws(MACEError) -> [Configuration.Layer] {
    let channels = hiddenIrreps.blocks[0].multiplicity
    let embedding = Irreps.scalars(channels)
    let first = target(harmonics.blocks.map(\.irrep), channels)
    var later = first
    if hiddenIrreps.blocks.contains(where: { $0.irrep == Irrep(l: 0, parity: -1) }) {
      later = target(
        (0...maxDegree).flatMap { [Irrep(l: $0, parity: -1), Irrep(l: $0, parity: 1)] }, channels)
    }
    var layers: [Configuration.Layer] = []
    for t in 0..<layerCount {
      // the last layer keeps scalars only
      let output = t == layerCount - 1 ? Irreps([hiddenIrreps.blocks[0]]) : hiddenIrreps
      let node = t == 0 ? embedding : hiddenIrreps
      var edge = t == 0 ? node : edgeIrreps ?? node
      if t == 0, usesEdgeIrrepsFirst, let irreps = edgeIrreps { edge = irreps.scalars }
      layers.append(
        try layer(
          t, t == 0 ? firstInteraction : interaction, node: node, edge: edge,
          target: t == 0 ? first : later, output: output, harmonics: harmonics))
    }
    return layers
  }

  private func target(_ irreps: [Irrep], _ channels: Int) -> Irreps {
    Irreps(irreps.map { .init(multiplicity: channels, irrep: $0) })
  }

  private func layer(
    _ t: Int, _ block: Configuration.InteractionBlock, node: Irreps, edge: Irreps, target: Irreps,
    output: Irreps, harmonics: Irreps
  ) throws(MACEError) -> Configuration.Layer {
    let (message, paths) = convolution(edge, harmonics, target)
    let weights = message.blocks.reduce(0) { $0 + $1.multiplicity }
    guard weights > 0 else {
      throw MACEError(
        .invalidArgument, "hidden_irreps and edge_irreps leave interaction \(t) without any path")
    }
    let isResidual = block != .realAgnostic && block != .realAgnosticDensity
    let (radial, density) = networks(block, scalars: node.scalars.dimension, weights: weights)
    let correlation = correlations.count == 1 ? correlations[0] : correlations[t]
    try checkSize(of: target, output, correlation)
    return Configuration.Layer(
      block: block, nodeIrreps: node, edgeIrreps: edge, messageIrreps: message, paths: paths,
      targetIrreps: target, outputIrreps: output, productIrreps: output, radialNetwork: radial,
      densityNetwork: density, gate: block == .realAgnosticResidualNonLinear ? gate(target) : nil,
      averageNeighbors: averageNeighbors,
      correlations: [Int](repeating: correlation, count: output.blocks.count),
      usesSelfConnection: isResidual, agnosticProduct: agnosticProduct)
  }

  /// The paths of the channel-wise tensor product into the target irreps, sorted by output irrep.
  private func convolution(
    _ edge: Irreps, _ harmonics: Irreps, _ target: Irreps
  ) -> (Irreps, [Configuration.Path]) {
    var found: [(block: Irreps.Block, input: Int, harmonic: Int)] = []
    for (i, a) in edge.blocks.enumerated() {
      for (j, y) in harmonics.blocks.enumerated() {
        for l in abs(a.irrep.l - y.irrep.l)...a.irrep.l + y.irrep.l {
          let irrep = Irrep(l: l, parity: a.irrep.parity * y.irrep.parity)
          guard target.blocks.contains(where: { $0.irrep == irrep }) else { continue }
          found.append((.init(multiplicity: a.multiplicity, irrep: irrep), i, j))
        }
      }
    }
    let sorted = found.enumerated().sorted { a, b in
      let (x, y) = (a.element.block.irrep, b.element.block.irrep)
      return (x.l, x.parity, a.offset) < (y.l, y.parity, b.offset)
    }.map(\.element)
    let paths = sorted.enumerated().map {
      Configuration.Path(input: $1.input, harmonic: $1.harmonic, output: $0)
    }
    return (Irreps(sorted.map(\.block)), paths)
  }

  private func networks(
    _ block: Configuration.InteractionBlock, scalars: Int, weights: Int
  ) -> (radial: Configuration.RadialNetwork, density: Configuration.RadialNetwork?) {
    func network(_ widths: [Int]) -> Configuration.RadialNetwork {
      .init(
        kind: .fullyConnected, widths: widths,
        activation: .normalized(widths.count > 2 ? .silu : .identity), epsilon: 1e-5)
    }
    func layerNorm(_ widths: [Int]) -> Configuration.RadialNetwork {
      .init(
        kind: .layerNorm, widths: widths, activation: .init(.silu, constant: 1), epsilon: 1e-5)
    }
    switch block {
    case .realAgnostic, .realAgnosticResidual: return (network([basisCount] + radialWidths + [weights]), nil)
    case .realAgnosticDensity, .realAgnosticDensityResidual:
      return (network([basisCount] + radialWidths + [weights]), network([basisCount, 1]))
    // mace-torch fixes these widths: 64 scalars of either atom, and radial_MLP is not asked
    case .realAgnosticAttResidual: return (network([basisCount + 2 * 64, 256, 256, 256, weights]), nil)
    case .realAgnosticResidualNonLinear:
      let inputs = basisCount + 2 * scalars
      return (layerNorm([inputs] + radialWidths + [weights]), layerNorm([inputs, 64, 1]))
    }
  }

  /// `GatedEquivariantBlock`: scalars, one gate per further channel, gated features.
  private func gate(_ target: Irreps) -> Configuration.Gate {
    let channels = target.blocks[0].multiplicity
    let gated = target.blocks.dropFirst()
    var blocks: [Configuration.Gate.GatedBlock] = []
    var start = channels * target.blocks.count
    let input = Irreps([.init(multiplicity: start, irrep: Irrep(l: 0, parity: 1))] + gated)
    for (k, block) in gated.enumerated() {
      blocks.append(
        .init(
          start: start, multiplicity: channels, dimension: block.irrep.dimension, firstGate: k * channels))
      start += block.dimension
    }
    return Configuration.Gate(
      irrepsIn: input, irrepsOut: target, scalarStart: 0, scalarCount: channels, gateStart: channels,
      gateCount: channels * gated.count, gated: blocks, scalarActivation: .normalized(.silu),
      gateActivation: .normalized(.sigmoid))
  }

  /// A basis of more than 2²⁷ numbers (1 GB) is refused before it is made.
  private func checkSize(of target: Irreps, _ output: Irreps, _ correlation: Int) throws(MACEError) {
    let features = target.blocks.map(\.irrep)
    for block in output.blocks {
      let count = ContractionBasis.valueCount(of: features, to: block.irrep, order: correlation)
      guard count <= 1 << 27 else {
        throw MACEError(
          .invalidArgument,
          "correlation = \(correlation) with max_ell = \(maxDegree) needs \(count) coupling coefficients for "
            + "\(block.irrep); lower one of them")
      }
    }
  }
}
