import Checkpoint
import Equivariance

/// One trainable tensor of an architecture: its name, its shape and how mace-torch fills it at first.
public struct ParameterSlot: Sendable, Equatable {
  public enum Distribution: Sendable, Equatable {
    /// N(0, deviation²)
    case normal(deviation: Double)
    /// Uniform in −bound ..< bound.
    case uniform(bound: Double)
    case constant(Double)
  }

  /// How the tensor is applied, as far as low-rank adaptations need to know.
  public enum Role: Sendable, Equatable {
    /// e3nn `Linear`: flat weights [in, out] of every pair of equal irreps, normalised by 1/√fan-in.
    case linear(Irreps, Irreps)
    /// A layer of e3nn's `FullyConnectedNet`: [in, out].
    case layer
    /// torch's `Linear`: [out, in].
    case torchLinear
    case other
  }

  public var name: String
  public var shape: [Int]
  public var distribution: Distribution
  public var role: Role

  public var count: Int { shape.reduce(1, *) }

  func initialValues(seed: UInt64) -> [Double] {
    var random = RandomStream(seed: seed, name: name)
    return (0..<count).map { _ in
      switch distribution {
      case .normal(let deviation): deviation * random.normal()
      case .uniform(let bound): bound * (2 * random.uniform() - 1)
      case .constant(let value): value
      }
    }
  }
}

extension MACEModel {
  /// All parameters that mace-torch trains, in the order of its `named_parameters()`, whether or not the model
  /// has them yet. Needs the buffers `U_matrix_*`, from which follow the shapes of contraction weights.
  public var parameterSlots: [ParameterSlot] {
    var list = ParameterSlotList(model: self)
    let configuration = self.configuration
    list.linear(
      "node_embedding.linear", .scalars(configuration.atomicNumbers.count), configuration.layers[0].nodeIrreps
    )
    for (t, layer) in configuration.layers.enumerated() { list.interaction("interactions.\(t).", layer) }
    for (t, layer) in configuration.layers.enumerated() { list.product("products.\(t).", layer) }
    for (k, readout) in configuration.readouts.enumerated() { list.readout("readouts.\(k).", readout) }
    return list.slots
  }

  /// Contraction weights that mace-torch keeps at zero because a coupling does not exist (U = 0).
  ///
  /// It marks `weights.i` by U_(i+1), although those weights belong to U_(ν−1−i); what it trains follows from
  /// the mark.
  package var emptyContractions: Set<String> {
    var names: Set<String> = []
    for (t, layer) in configuration.layers.enumerated() {
      for (k, order) in layer.correlations.enumerated() {
        let prefix = "products.\(t).symmetric_contractions.contractions.\(k)."
        for nu in 1...order {
          guard let basis = tensors["\(prefix)U_matrix_\(nu)"], basis.values.allSatisfy({ $0 == 0 }) else {
            continue
          }
          names.insert(prefix + (nu == order ? "weights_max" : "weights.\(nu - 1)"))
        }
      }
    }
    return names
  }
}

/// Collects slots in mace-torch's order: parameters of a module itself, then its parts as they were registered.
private struct ParameterSlotList {
  let model: MACEModel
  var slots: [ParameterSlot] = []

  private mutating func add(
    _ name: String, _ shape: [Int], _ distribution: ParameterSlot.Distribution = .normal(deviation: 1),
    _ role: ParameterSlot.Role = .other
  ) {
    let slot = ParameterSlot(name: name, shape: shape, distribution: distribution, role: role)
    if slot.count > 0 { slots.append(slot) }
  }

  mutating func linear(_ name: String, _ a: Irreps, _ b: Irreps, bias: Int = 0, bound: Double? = nil) {
    let distribution: ParameterSlot.Distribution =
      if let bound { .uniform(bound: bound) } else { .normal(deviation: 1) }
    add(name + ".weight", [pairCount(a, b)], distribution, .linear(a, b))
    add(name + ".bias", [bias], .constant(0))
  }

  private func pairCount(_ a: Irreps, _ b: Irreps) -> Int {
    var count = 0
    for x in a.blocks {
      for y in b.blocks where x.irrep == y.irrep { count += x.multiplicity * y.multiplicity }
    }
    return count
  }

  private mutating func elementProduct(_ name: String, _ a: Irreps, _ b: Irreps) {
    add(name + ".weight", [pairCount(a, b) * model.configuration.atomicNumbers.count])
  }

  mutating func interaction(_ prefix: String, _ layer: Configuration.Layer) {
    let isNonLinear = layer.block == .realAgnosticResidualNonLinear
    let scalars = layer.nodeIrreps.scalars
    if isNonLinear {
      add(prefix + "alpha", [], .constant(20))
      add(prefix + "beta", [], .constant(0))
      for name in ["source_embedding", "target_embedding"] {
        linear(prefix + name, .scalars(model.configuration.atomicNumbers.count), scalars, bound: 0.001)
      }
    }
    linear(prefix + "linear_up", layer.nodeIrreps, layer.edgeIrreps)
    if layer.block == .realAgnosticAttResidual {
      let down = (layer.radialNetwork.widths[0] - model.configuration.basisCount) / 2
      linear(prefix + "linear_down", layer.nodeIrreps, .scalars(down))
    }
    network(prefix + "conv_tp_weights.", layer.radialNetwork)
    if let gate = layer.gate {
      if layer.usesSelfConnection { linear(prefix + "skip_tp", layer.nodeIrreps, layer.outputIrreps) }
      linear(prefix + "linear_res", layer.edgeIrreps, gate.irrepsIn)
      linear(prefix + "linear_1", layer.messageIrreps, gate.irrepsIn)
      linear(prefix + "linear_2", gate.irrepsOut, layer.targetIrreps)
    } else {
      linear(prefix + "linear", layer.messageIrreps, layer.targetIrreps)
      selfConnection(prefix, layer)
    }
    if let density = layer.densityNetwork { network(prefix + "density_fn.", density) }
  }

  private mutating func selfConnection(_ prefix: String, _ layer: Configuration.Layer) {
    switch layer.block {
    case .realAgnostic, .realAgnosticDensity:
      elementProduct(prefix + "skip_tp", layer.targetIrreps, layer.targetIrreps)
    case .realAgnosticAttResidual:
      if layer.usesSelfConnection { linear(prefix + "skip_linear", layer.nodeIrreps, layer.outputIrreps) }
    case .realAgnosticResidual, .realAgnosticDensityResidual, .realAgnosticResidualNonLinear:
      if layer.usesSelfConnection { elementProduct(prefix + "skip_tp", layer.nodeIrreps, layer.outputIrreps) }
    }
  }

  private mutating func network(_ prefix: String, _ network: Configuration.RadialNetwork) {
    let widths = network.widths
    for k in 0..<widths.count - 1 {
      let (a, b) = (widths[k], widths[k + 1])
      guard network.kind == .layerNorm else {
        add("\(prefix)layer\(k).weight", [a, b], .normal(deviation: 1), .layer)
        continue
      }
      // torch's Linear: Kaiming's uniform distribution with a = √5
      let bound = 1 / Double(a).squareRoot()
      add("\(prefix)net.\(3 * k).weight", [b, a], .uniform(bound: bound), .torchLinear)
      add("\(prefix)net.\(3 * k).bias", [b], .uniform(bound: bound))
      guard k < widths.count - 2 else { continue }
      add("\(prefix)net.\(3 * k + 1).weight", [b], .constant(1))
      add("\(prefix)net.\(3 * k + 1).bias", [b], .constant(0))
    }
  }

  mutating func product(_ prefix: String, _ layer: Configuration.Layer) {
    let elements = layer.agnosticProduct ? 1 : model.configuration.atomicNumbers.count
    let channels = layer.targetIrreps.maxMultiplicity
    for (k, order) in layer.correlations.enumerated() {
      let name = "\(prefix)symmetric_contractions.contractions.\(k)."
      for nu in (1...order).reversed() {
        let paths = model.tensors["\(name)U_matrix_\(nu)"]?.shape.last ?? 0
        add(
          name + (nu == order ? "weights_max" : "weights.\(order - 1 - nu)"), [elements, paths, channels],
          .normal(deviation: 1 / Double(max(paths, 1))))
      }
    }
    linear(prefix + "linear", layer.productIrreps, layer.outputIrreps)
  }

  mutating func readout(_ prefix: String, _ readout: Configuration.Readout) {
    let energies = Irreps.scalars(model.configuration.heads.count)
    guard readout.kind != .linear else {
      linear(prefix + "linear", readout.irrepsIn, energies)
      return
    }
    let isBiased = readout.kind == .nonLinearBias
    let hidden = readout.hiddenIrreps
    linear(prefix + "linear_1", readout.irrepsIn, hidden)
    if isBiased { linear(prefix + "linear_mid", hidden, hidden, bias: hidden.dimension) }
    linear(prefix + "linear_2", hidden, energies, bias: isBiased ? energies.dimension : 0)
  }
}
