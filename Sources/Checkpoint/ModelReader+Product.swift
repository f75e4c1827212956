import Diagnostics
import Equivariance

extension ModelReader {
  /// Completes a layer with its product basis.
  mutating func layer(
    _ module: ModuleView, _ context: InteractionContext, index: Int
  ) throws(MACEError) -> Configuration.Layer {
    guard module.kind == "EquivariantProductBasisBlock", let radial = context.radial else {
      throw module.unsupported("this kind of product")
    }
    try module.allow(
      attributes: ["use_sc", "use_agnostic_product", "cueq_config", "oeq_config"],
      modules: ["symmetric_contractions", "linear"])
    for name in ["cueq_config", "oeq_config"] {
      if let value = module.attribute(name), value != .none { throw module.unsupported("'\(name)'") }
    }
    let agnostic = try module.flag("use_agnostic_product", default: false)
    let usesSkip = try module.flag("use_sc", default: true) && context.skip != nil
    let product = try contractions(module, target: context.target, elements: agnostic ? 1 : elements)
    let output = try linear(module, "linear", from: product.irreps).output
    if usesSkip, let skip = context.skip, skip.merged != output.merged {
      throw module.damaged("the self connection is \(skip), but the product gives \(output)")
    }
    if !usesSkip && context.skip != nil {
      for name in ["skip_tp", "skip_linear"] { tensors["interactions.\(index).\(name).weight"] = nil }
    }
    return Configuration.Layer(
      block: context.block, nodeIrreps: context.node, edgeIrreps: context.edge,
      messageIrreps: context.message,
      paths: context.paths, targetIrreps: context.target, outputIrreps: output, productIrreps: product.irreps,
      radialNetwork: radial, densityNetwork: context.density, gate: context.gate,
      averageNeighbors: context.averageNeighbors, correlations: product.correlations,
      usesSelfConnection: usesSkip,
      agnosticProduct: agnostic)
  }

  private mutating func contractions(
    _ parent: ModuleView, target: Irreps, elements: Int
  ) throws(MACEError) -> (irreps: Irreps, correlations: [Int]) {
    let module = try parent.module("symmetric_contractions", "SymmetricContraction")
    try module.allow(
      attributes: ["irreps_in", "irreps_out", "internal_weights", "shared_weights"], modules: ["contractions"]
    )
    try module.require(try module.flag("internal_weights", default: true), "'internal_weights' = False")
    guard try module.irreps("irreps_in") == target else { throw module.damaged("its input is not \(target)") }
    let channels = target.blocks.first?.multiplicity ?? 0
    try module.require(
      channels > 0 && target.blocks.allSatisfy { $0.multiplicity == channels },
      "unequal multiplicities in \(target)")
    let irreps = try module.irreps("irreps_out")
    let parts = try module.children("contractions")
    guard parts.count == irreps.blocks.count else { throw module.damaged("contractions are missing") }
    var correlations: [Int] = []
    for (part, block) in zip(parts, irreps.blocks) {
      guard block.multiplicity == channels else { throw module.unsupported("'irreps_out' = \(irreps)") }
      correlations.append(
        try contraction(part, target: target, channels: channels, degree: block.irrep.l, elements: elements))
    }
    return (irreps, correlations)
  }

  /// One `Contraction`: `U_matrix_ν` [(2L+1,) d, …, d, paths], `weights_max` and `weights.i` [elements,
  /// paths, channels].
  ///
  /// The flags `weights_*_zeroed` only tell that the constructor found no coupling and stored zeros;
  /// mace-torch evaluates the stored numbers all the same, and so do we.
  private mutating func contraction(
    _ module: ModuleView, target: Irreps, channels: Int, degree: Int, elements: Int
  ) throws(MACEError) -> Int {
    guard module.kind == "Contraction" else { throw module.unsupported("this kind of contraction") }
    let order = try module.integer("correlation")
    guard (1...8).contains(order) else { throw module.unsupported("'correlation' = \(order)") }
    var names: Set<String> = ["weights_max", "weights_max_zeroed"]
    for k in 0...order { names.formUnion(["U_matrix_\(k)", "weights_\(k)_zeroed"]) }
    try module.allow(
      attributes: ["num_features", "coupling_irreps", "correlation"], tensors: names,
      modules: ["graph_opt_main", "contractions_weighting", "contractions_features", "weights"])
    guard try module.integer("num_features") == channels,
      try module.irreps("coupling_irreps").blocks
        == target.blocks.map({ .init(multiplicity: 1, irrep: $0.irrep) })
    else { throw module.damaged("its features are not \(target)") }
    let list = try module.module("weights", "ParameterList")
    try list.allow(attributes: ["_size"], tensors: Set((0..<order - 1).map { "\($0)" }))
    for nu in 1...order {
      let name = "U_matrix_\(nu)"
      try keep(name, of: module)
      let shape = tensors[module.pathTo(name)]?.shape ?? []
      let expected = (degree > 0 ? [2 * degree + 1] : []) + [Int](repeating: target.rows, count: nu)
      guard let paths = shape.last, paths > 0, Array(shape.dropLast()) == expected else {
        throw module.damaged("'\(name)' has shape \(shape) instead of \(expected) and paths")
      }
      if nu == order {
        try keep("weights_max", of: module, shape: [elements, paths, channels])
      } else {
        try keep("\(order - 1 - nu)", of: list, shape: [elements, paths, channels])
      }
    }
    return order
  }
}
