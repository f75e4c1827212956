import Diagnostics

extension ModelReader {
  /// A scalar function by its Python name.
  func function(_ name: String?, _ module: ModuleView) throws(MACEError) -> Configuration.Activation.Function
  {
    switch name {
    case nil: return .identity
    case "torch.nn.functional.silu"?: return .silu
    case "torch.tanh"?, "torch.nn.functional.tanh"?: return .tanh
    case "torch.abs"?, "torch.absolute"?: return .abs
    case "torch.nn.functional.sigmoid"?, "torch.sigmoid"?: return .sigmoid
    case let name?: throw module.unsupported("the activation \(shortened(name))")
    }
  }

  /// e3nn's `normalize2mom`: `cst · f(x)`, or `f(x)` when it found the constant to be one.
  func activation(_ module: ModuleView) throws(MACEError) -> Configuration.Activation {
    try module.allow(attributes: ["_is_id", "f", "cst"])
    let function = try function(try module.function(try module.value("f")), module)
    guard function != .identity else { throw module.damaged("an activation without function") }
    let constant = try module.flag("_is_id", default: false) ? 1 : module.number("cst")
    return Configuration.Activation(function, constant: constant)
  }

  /// The radial or density network of an interaction block.
  mutating func network(
    _ parent: ModuleView, _ name: String, inputs: Int, outputs: Int
  ) throws(MACEError) -> Configuration.RadialNetwork {
    let module = try parent.module(name, "FullyConnectedNet", "RadialMLP")
    let widths = try module.integers("hs")
    guard widths.count >= 2, widths.count <= 64, widths.allSatisfy({ (1...1 << 24).contains($0) }) else {
      throw module.damaged("'hs' = \(widths)")
    }
    guard widths.first == inputs, widths.last == outputs else {
      throw module.damaged(
        "it maps \(widths[0]) to \(widths[widths.count - 1]) numbers, not \(inputs) to \(outputs)")
    }
    if module.kind == "RadialMLP" { return try layerNormNetwork(module, widths) }
    return try fullyConnected(module, widths)
  }

  private mutating func fullyConnected(
    _ module: ModuleView, _ widths: [Int]
  ) throws(MACEError) -> Configuration.RadialNetwork {
    let names = (0..<widths.count - 1).map { "layer\($0)" }
    try module.allow(attributes: ["hs"], modules: Set(names))
    var shared: Configuration.Activation?
    for (k, name) in names.enumerated() {
      let layer = try module.module(name, "_Layer")
      try layer.allow(
        attributes: ["act", "h_in", "h_out", "var_in", "var_out"], tensors: ["weight"], modules: ["act"])
      for variance in ["var_in", "var_out"] {
        try layer.require(try layer.number(variance) == 1, "'\(variance)' other than 1")
      }
      guard try layer.integer("h_in") == widths[k], try layer.integer("h_out") == widths[k + 1] else {
        throw layer.damaged("its widths differ from 'hs' = \(widths)")
      }
      try keep("weight", of: layer, shape: [widths[k], widths[k + 1]])
      if let value = layer.attribute("act"), value != .none {
        throw layer.unsupported("'act' = \(layer.describe(value))")
      }
      let isLast = k == names.count - 1
      guard try layer.hasModule("act") != isLast else {
        throw layer.unsupported(
          isLast ? "an activation of the last layer" : "a hidden layer without activation")
      }
      if isLast { break }
      let act = try activation(try layer.module("act", "normalize2mom"))
      try layer.require(shared == nil || shared == act, "different activations in one network")
      shared = act
    }
    return Configuration.RadialNetwork(
      kind: .fullyConnected, widths: widths, activation: shared ?? .init(.identity, constant: 1),
      epsilon: 1e-5)
  }

  private mutating func layerNormNetwork(
    _ module: ModuleView, _ widths: [Int]
  ) throws(MACEError) -> Configuration.RadialNetwork {
    try module.allow(attributes: ["hs"], modules: ["net"])
    let parts = try module.children("net", "Sequential")
    guard parts.count == 3 * (widths.count - 1) - 2 else {
      throw module.unsupported("a network of \(parts.count) parts")
    }
    var epsilon: Double?
    for (i, part) in parts.enumerated() {
      let layer = i / 3
      switch (i % 3, part.className) {
      case (0, "torch.nn.modules.linear.Linear"):
        try part.allow(attributes: ["in_features", "out_features"], tensors: ["weight", "bias"])
        try keep("weight", of: part, shape: [widths[layer + 1], widths[layer]])
        try keep("bias", of: part, shape: [widths[layer + 1]])
      case (1, "torch.nn.modules.normalization.LayerNorm"):
        try part.allow(
          attributes: ["normalized_shape", "eps", "elementwise_affine"], tensors: ["weight", "bias"])
        guard try part.integers("normalized_shape") == [widths[layer + 1]] else {
          throw part.damaged("'normalized_shape' is not [\(widths[layer + 1])]")
        }
        try part.require(try part.flag("elementwise_affine", default: true), "'elementwise_affine' = False")
        let eps = try part.number("eps")
        try part.require(epsilon == nil || epsilon == eps, "different 'eps' in one network")
        epsilon = eps
        try keep("weight", of: part, shape: [widths[layer + 1]])
        try keep("bias", of: part, shape: [widths[layer + 1]])
      case (2, "torch.nn.modules.activation.SiLU"): try part.allow(attributes: ["inplace"])
      default: throw part.unsupported("a part of this kind in a radial network")
      }
    }
    return Configuration.RadialNetwork(
      kind: .layerNorm, widths: widths, activation: .init(.silu, constant: 1), epsilon: epsilon ?? 1e-5)
  }
}
