import Diagnostics
import Equivariance

extension ModelReader {
  mutating func layers(
    _ root: ModuleView, embedding: Irreps, harmonics: Irreps, basisCount: Int
  ) throws(MACEError) -> [Configuration.Layer] {
    let interactions = try root.children("interactions")
    let products = try root.children("products")
    let count = try root.scalar("num_interactions")
    guard interactions.count == products.count, (1...64).contains(interactions.count),
      Double(interactions.count) == count
    else {
      throw root.damaged(
        "\(interactions.count) interactions and \(products.count) products disagree with "
          + "num_interactions = \(count)"
      )
    }
    var layers: [Configuration.Layer] = []
    var features = embedding
    for (interaction, product) in zip(interactions, products) {
      var context = InteractionContext(node: features, harmonics: harmonics, basisCount: basisCount)
      try readInteraction(interaction, &context)
      let layer = try layer(product, context, index: layers.count)
      layers.append(layer)
      features = layer.outputIrreps
    }
    return layers
  }

  /// What is known of an interaction block while it is read.
  struct InteractionContext {
    let node: Irreps
    let harmonics: Irreps
    let basisCount: Int
    var block = Configuration.InteractionBlock.realAgnosticResidual
    var edge = Irreps([])
    var message = Irreps([])
    var target = Irreps([])
    var paths: [Configuration.Path] = []
    var weightCount = 0
    var averageNeighbors = 1.0
    /// Irreps of the self connection, nil when the block has none.
    var skip: Irreps?
    var radial: Configuration.RadialNetwork?
    var density: Configuration.RadialNetwork?
    var gate: Configuration.Gate?

    init(node: Irreps, harmonics: Irreps, basisCount: Int) {
      self.node = node
      self.harmonics = harmonics
      self.basisCount = basisCount
    }
  }

  private mutating func readInteraction(
    _ module: ModuleView, _ context: inout InteractionContext
  ) throws(MACEError) {
    guard let block = Configuration.InteractionBlock(rawValue: module.kind) else {
      throw module.unsupported("this kind of interaction")
    }
    context.block = block
    try allowInteraction(module, block)
    context.averageNeighbors = try module.number("avg_num_neighbors")
    guard context.averageNeighbors > 0 else {
      throw module.damaged("'avg_num_neighbors' = \(context.averageNeighbors)")
    }
    context.target = try module.irreps("target_irreps")
    try module.require(context.target.isDistinct, "'target_irreps' = \(context.target)")
    try reshape(module, context.target)
    context.edge = try linear(module, "linear_up", from: context.node).output
    try convolution(module, &context)
    switch block {
    case .realAgnostic, .realAgnosticDensity:
      try linear(module, "linear", from: context.message, to: context.target)
      let output = try elementTensorProduct(module, "skip_tp", from: context.target)
      guard output == context.target else { throw module.damaged("'skip_tp' changes the irreps") }
    case .realAgnosticResidual, .realAgnosticDensityResidual:
      try linear(module, "linear", from: context.message, to: context.target)
      context.skip = try elementTensorProduct(module, "skip_tp", from: context.node)
    case .realAgnosticAttResidual:
      try linear(module, "linear", from: context.message, to: context.target)
      context.skip = try linear(module, "skip_linear", from: context.node).output
    case .realAgnosticResidualNonLinear: try nonLinear(module, &context)
    }
    try networks(module, &context)
  }

  private func allowInteraction(
    _ module: ModuleView, _ block: Configuration.InteractionBlock
  ) throws(MACEError) {
    var modules: Set<String> = ["linear_up", "conv_tp", "conv_tp_weights", "reshape"]
    var attributes: Set<String> = [
      "node_attrs_irreps", "node_feats_irreps", "edge_attrs_irreps", "edge_feats_irreps", "target_irreps",
      "hidden_irreps", "avg_num_neighbors", "radial_MLP", "edge_irreps", "cueq_config", "oeq_config",
      "irreps_out",
    ]
    var tensors: Set<String> = []
    switch block {
    case .realAgnostic, .realAgnosticResidual: modules.formUnion(["linear", "skip_tp"])
    case .realAgnosticDensity, .realAgnosticDensityResidual:
      modules.formUnion(["linear", "skip_tp", "density_fn"])
    case .realAgnosticAttResidual:
      modules.formUnion(["linear", "linear_down", "skip_linear"])
      attributes.insert("node_feats_down_irreps")
    case .realAgnosticResidualNonLinear:
      modules.formUnion([
        "source_embedding", "target_embedding", "skip_tp", "equivariant_nonlin", "linear_res", "linear_1",
        "linear_2",
        "density_fn",
      ])
      attributes.formUnion(["irreps_nonlin", "transpose_mul_ir", "transpose_ir_mul"])
      tensors = ["alpha", "beta"]
    }
    try module.allow(attributes: attributes, tensors: tensors, modules: modules)
    for name in ["cueq_config", "oeq_config", "transpose_mul_ir", "transpose_ir_mul"] {
      if let value = module.attribute(name), value != .none {
        throw module.unsupported("'\(name)': an accelerated layout; convert the model back to e3nn first; it")
      }
    }
  }

  private func reshape(_ module: ModuleView, _ target: Irreps) throws(MACEError) {
    let reshape = try module.module("reshape", "reshape_irreps")
    try reshape.allow(attributes: ["irreps", "cueq_config", "dims", "muls"])
    guard try reshape.irreps("irreps") == target else {
      throw reshape.damaged("its irreps are not \(target)")
    }
    if let value = reshape.attribute("cueq_config"), value != .none {
      throw reshape.unsupported("'cueq_config'")
    }
  }

  /// `conv_tp`: the channel-wise tensor product of sender features and harmonics.
  private mutating func convolution(_ parent: ModuleView, _ context: inout InteractionContext)
    throws(MACEError)
  {
    let module = try parent.module("conv_tp", "TensorProduct")
    try module.allow(
      attributes: [
        "irreps_in1", "irreps_in2", "irreps_out", "instructions", "internal_weights", "shared_weights",
        "weight_numel",
      ], tensors: ["weight", "output_mask"])
    try module.require(!(try module.flag("internal_weights", default: false)), "'internal_weights' = True")
    try module.require(!(try module.flag("shared_weights", default: false)), "'shared_weights' = True")
    guard try module.irreps("irreps_in1") == context.edge,
      try module.irreps("irreps_in2") == context.harmonics
    else {
      throw module.damaged("its inputs are not \(context.edge) and \(context.harmonics)")
    }
    context.message = try module.irreps("irreps_out")
    let instructions = try module.list("instructions")
    guard instructions.count == context.message.blocks.count, !instructions.isEmpty else {
      throw module.unsupported(
        "a number of paths other than its \(context.message.blocks.count) output blocks")
    }
    for (k, value) in instructions.enumerated() {
      let path = try tensorPath(value, module)
      guard context.edge.blocks.indices.contains(path.input),
        context.harmonics.blocks.indices.contains(path.second), path.output == k
      else { throw module.damaged("path \(k) refers to irreps that do not exist") }
      let (a, y, b) = (
        context.edge.blocks[path.input], context.harmonics.blocks[path.second], context.message.blocks[k]
      )
      guard path.mode == "uvu", path.shape == [a.multiplicity, 1], b.multiplicity == a.multiplicity,
        abs(path.weight / Double(b.irrep.dimension).squareRoot() - 1) < 1e-6
      else {
        throw module.unsupported("a path of mode '\(path.mode)', shape \(path.shape), weight \(path.weight)")
      }
      guard b.irrep.parity == a.irrep.parity * y.irrep.parity,
        (abs(a.irrep.l - y.irrep.l)...a.irrep.l + y.irrep.l).contains(b.irrep.l)
      else { throw module.damaged("path \(k) couples \(a.irrep) and \(y.irrep) to \(b.irrep)") }
      context.paths.append(.init(input: path.input, harmonic: path.second, output: k))
      context.weightCount = try sum(context.weightCount, a.multiplicity, 1, module)
    }
  }

  private mutating func networks(_ module: ModuleView, _ context: inout InteractionContext) throws(MACEError)
  {
    var inputs = context.basisCount
    if context.block == .realAgnosticAttResidual {
      let down = try linear(module, "linear_down", from: context.node).output
      try module.require(down.maxDegree == 0 && down.blocks.count == 1, "'linear_down' to \(down)")
      inputs += 2 * down.dimension
    }
    if context.block == .realAgnosticResidualNonLinear {
      for name in ["source_embedding", "target_embedding"] {
        let embedding = try linear(module, name, from: elementIrreps).output
        try module.require(
          embedding.maxDegree == 0 && embedding.blocks.count == 1, "'\(name)' into \(embedding)")
        inputs += embedding.dimension
        try module.require(embedding == context.node.scalars, "'\(name)' into \(embedding)")
      }
    }
    context.radial = try network(module, "conv_tp_weights", inputs: inputs, outputs: context.weightCount)
    if try module.hasModule("density_fn") {
      context.density = try network(module, "density_fn", inputs: inputs, outputs: 1)
    }
    let isLayerNorm = context.block == .realAgnosticResidualNonLinear
    for network in [context.radial, context.density] {
      try module.require(
        (network?.kind ?? .layerNorm) == .layerNorm || !isLayerNorm, "an e3nn radial network")
      try module.require((network?.kind ?? .fullyConnected) == .fullyConnected || isLayerNorm, "a RadialMLP")
    }
  }

  private mutating func nonLinear(_ module: ModuleView, _ context: inout InteractionContext) throws(MACEError)
  {
    context.skip = try linear(module, "skip_tp", from: context.node).output
    let gate = try gate(module, target: context.target)
    context.gate = gate
    try linear(module, "linear_res", from: context.edge, to: gate.irrepsIn)
    try linear(module, "linear_1", from: context.message, to: gate.irrepsIn)
    try linear(module, "linear_2", from: gate.irrepsOut, to: context.target)
    try keep("alpha", of: module, shape: [])
    try keep("beta", of: module, shape: [])
  }
}
