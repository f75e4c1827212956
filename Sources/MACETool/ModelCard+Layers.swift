import Checkpoint
import Equivariance

extension ModelCard {
  func layer(_ t: Int) -> [Fact] {
    let layer = configuration.layers[t]
    var facts: [Fact] = [
      Fact(key: "interaction", name: "interaction", value: .text(layer.block.rawValue)),
      irreps("node_irreps", "node features", layer.nodeIrreps),
      irreps("edge_irreps", "features on edges", layer.edgeIrreps),
    ]
    let paths = layer.paths.map { path(layer, $0) }
    facts.append(
      Fact(
        key: "paths", name: "paths", value: JSON.texts(paths),
        text: "\(paths.count): \(paths.joined(separator: "  "))"))
    facts += [
      irreps("message_irreps", "messages", layer.messageIrreps),
      irreps("target_irreps", "atomic basis A", layer.targetIrreps),
      Fact(
        key: "correlation", name: "correlation order", value: JSON.integers(layer.correlations),
        text: zip(layer.correlations, layer.productIrreps.blocks).map { "\($0) for \($1.irrep)" }
          .joined(separator: ", ")),
      irreps("product_irreps", "products B", layer.productIrreps),
      irreps("output_irreps", "output features", layer.outputIrreps),
      Fact(
        key: "radial_MLP", name: "radial MLP", value: network(layer.radialNetwork),
        text: networkText(layer.radialNetwork)),
    ]
    if let density = layer.densityNetwork {
      facts.append(
        Fact(key: "density_MLP", name: "density MLP", value: network(density), text: networkText(density)))
    }
    if let gate = layer.gate {
      facts.append(
        Fact(
          key: "gate", name: "gate of the messages", value: .text("\(gate.irrepsIn) -> \(gate.irrepsOut)"),
          text: "\(gate.irrepsIn) -> \(gate.irrepsOut), scalars \(gate.scalarActivation.function.rawValue), "
            + "gates \(gate.gateActivation.function.rawValue)"))
    }
    facts += [
      Fact(key: "avg_num_neighbors", name: "average neighbours", value: .number(layer.averageNeighbors)),
      Fact(
        key: "self_connection", name: "self-connection", value: .bool(layer.usesSelfConnection),
        text: layer.usesSelfConnection ? "yes" : "no"),
      Fact(
        key: "agnostic_product", name: "contraction weights", value: .bool(layer.agnosticProduct),
        text: layer.agnosticProduct ? "one set for all elements" : "one set per element"),
    ]
    return facts
  }

  func readout(_ readout: Configuration.Readout) -> [Fact] {
    var facts: [Fact] = [
      Fact(key: "readout", name: "block", value: .text(readout.kind.rawValue)),
      irreps("input_irreps", "input", readout.irrepsIn),
    ]
    if readout.kind != .linear {
      facts.append(irreps("MLP_irreps", "hidden, all heads", readout.hiddenIrreps))
      facts.append(
        Fact(key: "gate", name: "gate", value: .text(gateName(readout.activation.function))))
    }
    return facts
  }

  private func irreps(_ key: String, _ name: String, _ irreps: Irreps) -> Fact {
    Fact(key: key, name: name, value: .text("\(irreps)"))
  }

  /// "1o x 2e -> 1o": sender, harmonic, message.
  private func path(_ layer: Configuration.Layer, _ path: Configuration.Path) -> String {
    func irrep(_ irreps: Irreps, _ index: Int) -> String {
      irreps.blocks.indices.contains(index) ? "\(irreps.blocks[index].irrep)" : "?"
    }
    return "\(irrep(layer.edgeIrreps, path.input)) x \(irrep(configuration.harmonics, path.harmonic))"
      + " -> \(irrep(layer.messageIrreps, path.output))"
  }

  private func network(_ network: Configuration.RadialNetwork) -> JSON {
    .object([
      (key: "kind", value: .text(network.kind.rawValue)),
      (key: "widths", value: JSON.integers(network.widths)),
      (key: "activation", value: .text(network.activation.function.rawValue)),
    ])
  }

  private func networkText(_ network: Configuration.RadialNetwork) -> String {
    let widths = network.widths.map(String.init).joined(separator: " - ")
    return "\(widths), \(network.activation.function.rawValue)"
      + (network.kind == .layerNorm ? " with layer norm and biases" : "")
  }

  /// As mace-torch's option `--gate` has it.
  private func gateName(_ function: Configuration.Activation.Function) -> String {
    function == .identity ? "None" : function.rawValue
  }
}
