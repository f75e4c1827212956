import Diagnostics

extension Configuration.Layer {
  private static let keys = [
    "block", "node_irreps", "edge_irreps", "message_irreps", "paths", "target_irreps", "output_irreps",
    "product_irreps", "radial_network", "density_network", "gate", "avg_num_neighbors", "correlations",
    "self_connection", "agnostic_product",
  ]

  var json: JSON {
    .object([
      ("block", .text(block.rawValue)), ("node_irreps", .text(nodeIrreps.description)),
      ("edge_irreps", .text(edgeIrreps.description)), ("message_irreps", .text(messageIrreps.description)),
      ("paths", .array(paths.map { .integers([$0.input, $0.harmonic, $0.output]) })),
      ("target_irreps", .text(targetIrreps.description)), ("output_irreps", .text(outputIrreps.description)),
      ("product_irreps", .text(productIrreps.description)), ("radial_network", radialNetwork.json),
      ("density_network", densityNetwork?.json ?? .null), ("gate", gate?.json ?? .null),
      ("avg_num_neighbors", .number(averageNeighbors)), ("correlations", .integers(correlations)),
      ("self_connection", .bool(usesSelfConnection)), ("agnostic_product", .bool(agnosticProduct)),
    ])
  }

  init(json: JSON, path: String) throws(MACEError) {
    let fields = try JSONFields(json, path, keys: Self.keys)
    var paths: [Configuration.Path] = []
    for item in try fields.array("paths") {
      guard case .array(let parts) = item, parts.count == 3, case .integer(let a) = parts[0],
        case .integer(let b) = parts[1], case .integer(let c) = parts[2]
      else {
        throw MACEError(.format, "\(path): a path is not a list of three integers; the file is damaged")
      }
      paths.append(.init(input: a, harmonic: b, output: c))
    }
    var density: Configuration.RadialNetwork?
    if fields.value("density_network") != .null {
      density = try .init(json: fields.value("density_network"), path: "\(path): density_network")
    }
    var gate: Configuration.Gate?
    if fields.value("gate") != .null { gate = try .init(json: fields.value("gate"), path: "\(path): gate") }
    self.init(
      block: try fields.choice("block", Configuration.InteractionBlock.self),
      nodeIrreps: try fields.irreps("node_irreps"), edgeIrreps: try fields.irreps("edge_irreps"),
      messageIrreps: try fields.irreps("message_irreps"), paths: paths,
      targetIrreps: try fields.irreps("target_irreps"), outputIrreps: try fields.irreps("output_irreps"),
      productIrreps: try fields.irreps("product_irreps"),
      radialNetwork: try .init(json: fields.value("radial_network"), path: "\(path): radial_network"),
      densityNetwork: density, gate: gate, averageNeighbors: try fields.number("avg_num_neighbors"),
      correlations: try fields.integers("correlations"),
      usesSelfConnection: try fields.flag("self_connection"),
      agnosticProduct: try fields.flag("agnostic_product"))
  }
}

extension Configuration.Gate {
  private static let keys = [
    "irreps_in", "irreps_out", "scalar_start", "scalar_count", "gate_start", "gate_count", "gated",
    "scalar_activation", "gate_activation",
  ]

  var json: JSON {
    .object([
      ("irreps_in", .text(irrepsIn.description)), ("irreps_out", .text(irrepsOut.description)),
      ("scalar_start", .integer(scalarStart)), ("scalar_count", .integer(scalarCount)),
      ("gate_start", .integer(gateStart)), ("gate_count", .integer(gateCount)),
      (
        "gated",
        .array(gated.map { .integers([$0.start, $0.multiplicity, $0.dimension, $0.firstGate]) })
      ), ("scalar_activation", scalarActivation.json), ("gate_activation", gateActivation.json),
    ])
  }

  init(json: JSON, path: String) throws(MACEError) {
    let fields = try JSONFields(json, path, keys: Self.keys)
    var gated: [GatedBlock] = []
    for item in try fields.array("gated") {
      guard case .array(let parts) = item, parts.count == 4, case .integer(let start) = parts[0],
        case .integer(let multiplicity) = parts[1], case .integer(let dimension) = parts[2],
        case .integer(let first) = parts[3]
      else { throw MACEError(.format, "\(path): a gated block is not a list of four integers; damaged file") }
      gated.append(.init(start: start, multiplicity: multiplicity, dimension: dimension, firstGate: first))
    }
    self.init(
      irrepsIn: try fields.irreps("irreps_in"), irrepsOut: try fields.irreps("irreps_out"),
      scalarStart: try fields.integer("scalar_start"), scalarCount: try fields.integer("scalar_count"),
      gateStart: try fields.integer("gate_start"), gateCount: try fields.integer("gate_count"), gated: gated,
      scalarActivation: try .init(json: fields.value("scalar_activation"), path: path),
      gateActivation: try .init(json: fields.value("gate_activation"), path: path))
  }
}
