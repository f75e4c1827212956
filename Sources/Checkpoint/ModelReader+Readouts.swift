import Diagnostics
import Equivariance

extension ModelReader {
  /// The readouts: one per layer, or (`use_last_readout_only`) a single one of the last layer.
  mutating func readouts(
    _ root: ModuleView, layers: [Configuration.Layer]
  ) throws(MACEError) -> [Configuration.Readout] {
    let modules = try root.children("readouts")
    guard modules.count == layers.count || modules.count == 1 else {
      throw root.unsupported("a number of readouts (\(modules.count)) other than one or one per layer")
    }
    var result: [Configuration.Readout] = []
    for (k, module) in modules.enumerated() {
      let features = layers[modules.count == 1 ? layers.count - 1 : k].outputIrreps
      result.append(try readout(module, features))
    }
    return result
  }

  private mutating func readout(_ module: ModuleView, _ features: Irreps) throws(MACEError)
    -> Configuration.Readout
  {
    guard let kind = Configuration.Readout.Kind(rawValue: module.kind) else {
      throw module.unsupported("this kind of readout")
    }
    let energies = Irreps([.init(multiplicity: heads.count, irrep: Irrep(l: 0, parity: 1))])
    if kind == .linear {
      try module.allow(modules: ["linear"])
      try linear(module, "linear", from: features, to: energies)
      return .init(
        kind: kind, irrepsIn: features, hiddenIrreps: Irreps([]), activation: .init(.identity, constant: 1))
    }
    let hasBias = kind == .nonLinearBias
    try module.allow(
      attributes: ["hidden_irreps", "num_heads"],
      modules: Set(["linear_1", "non_linearity", "linear_2"] + (hasBias ? ["linear_mid"] : [])))
    let hidden = try module.irreps("hidden_irreps")
    try module.require(
      hidden.blocks.count == 1 && hidden.blocks[0].irrep == Irrep(l: 0, parity: 1)
        && hidden.dimension > 0 && hidden.dimension.isMultiple(of: heads.count),
      "'hidden_irreps' = \(hidden) for \(heads.count) heads")
    let masked = module.attribute("num_heads") == nil ? 1 : try module.integer("num_heads")
    try module.require(masked == heads.count, "'num_heads' = \(masked) in a model of \(heads.count) heads")
    try linear(module, "linear_1", from: features, to: hidden)
    if hasBias { try linear(module, "linear_mid", from: hidden, to: hidden, bias: true) }
    try linear(module, "linear_2", from: hidden, to: energies, bias: hasBias)
    return .init(
      kind: kind, irrepsIn: features, hiddenIrreps: hidden, activation: try readoutActivation(module, hidden))
  }

  private func readoutActivation(_ parent: ModuleView, _ hidden: Irreps) throws(MACEError)
    -> Configuration.Activation
  {
    let module = try parent.module("non_linearity", "Activation")
    try module.allow(attributes: ["irreps_in", "irreps_out", "paths"], modules: ["acts"])
    guard try module.irreps("irreps_in") == hidden else { throw module.damaged("its input is not \(hidden)") }
    let acts = try module.module("acts", "ModuleList")
    guard try acts.moduleNames() == ["0"] else { throw acts.unsupported("more than one activation") }
    guard try acts.hasModule("0") else { return .init(.identity, constant: 1) }
    return try activation(try acts.module("0", "normalize2mom"))
  }
}
