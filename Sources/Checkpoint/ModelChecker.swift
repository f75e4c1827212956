import Diagnostics
import Equivariance

/// Checks that a configuration makes sense and that the tensors are exactly those that it needs.
///
/// A model that passes can be evaluated without further checks of shapes and indices.
struct ModelChecker {
  let configuration: Configuration
  let tensors: [String: Tensor]
  let file: String
  private var expected: Set<String> = []

  static func check(_ model: MACEModel, file: String) throws(MACEError) {
    var checker = ModelChecker(model, file: file)
    try checker.checkGlobals()
    try checker.checkRadial()
    var features = Irreps([])
    if let first = model.configuration.layers.first { features = first.nodeIrreps }
    try checker.linear("node_embedding.linear", checker.elementIrreps, features)
    for (t, layer) in model.configuration.layers.enumerated() {
      try checker.require(layer.nodeIrreps.merged == features.merged, "layer \(t) does not take what arrives")
      try checker.checkInteraction(layer, "interactions.\(t)")
      try checker.checkProduct(layer, "products.\(t)")
      features = layer.outputIrreps
    }
    try checker.checkReadouts()
    for name in model.tensors.keys.sorted() where !checker.expected.contains(name) {
      throw MACEError(
        .unsupported, "\(file): the tensor '\(shortened(name))' does not belong to this architecture")
    }
  }

  private init(_ model: MACEModel, file: String) {
    configuration = model.configuration
    tensors = model.tensors
    self.file = file
  }

  private func require(_ condition: Bool, _ what: @autoclosure () -> String) throws(MACEError) {
    if !condition { throw MACEError(.format, "\(file): inconsistent configuration: \(what())") }
  }

  /// - Parameter shape: nil in a position means any length.
  private mutating func tensor(_ name: String, _ shape: [Int?]) throws(MACEError) {
    guard let tensor = tensors[name] else {
      throw MACEError(.format, "\(file): the tensor '\(name)' is missing; the file is damaged")
    }
    let fits =
      tensor.shape.count == shape.count && zip(tensor.shape, shape).allSatisfy { $1 == nil || $0 == $1 }
    try require(fits, "the tensor '\(name)' of shape \(tensor.shape) should have \(shape.map { $0 ?? -1 })")
    expected.insert(name)
  }

  private var elementIrreps: Irreps { .scalars(configuration.atomicNumbers.count) }

  private mutating func linear(_ name: String, _ a: Irreps, _ b: Irreps, bias: Int = 0) throws(MACEError) {
    var count = 0
    for x in a.blocks {
      for y in b.blocks where x.irrep == y.irrep { count += x.multiplicity * y.multiplicity }
    }
    if count > 0 { try tensor(name + ".weight", [count]) }
    if bias > 0 { try tensor(name + ".bias", [bias]) }
  }

  private func finite(_ value: Double, _ name: String) throws(MACEError) {
    try require(value.isFinite, "\(name) = \(value)")
  }

  // MARK: Parts

  private mutating func checkGlobals() throws(MACEError) {
    let c = configuration
    try require(["float64", "float32"].contains(c.dtype), "dtype '\(shortened(c.dtype))'")
    try require(
      !c.atomicNumbers.isEmpty && c.atomicNumbers.allSatisfy { (1...118).contains($0) }
        && Set(c.atomicNumbers).count == c.atomicNumbers.count, "atomic numbers \(c.atomicNumbers.prefix(8))")
    try require(
      !c.heads.isEmpty && c.heads.count <= 4096 && Set(c.heads).count == c.heads.count,
      "heads \(c.heads.prefix(8))")
    try require(c.cutoff.isFinite && c.cutoff > 0, "r_max = \(c.cutoff)")
    try require((1...64).contains(c.layers.count), "\(c.layers.count) layers")
    try require(
      c.layers[0].nodeIrreps == .scalars(c.layers[0].nodeIrreps.dimension), "an embedding that is not scalar")
    try tensor("atomic_energies_fn.atomic_energies", [c.heads.count, c.atomicNumbers.count])
    if c.modelClass == .scaleShiftMACE {
      try tensor("scale_shift.scale", [c.heads.count])
      try tensor("scale_shift.shift", [c.heads.count])
    }
    let parities = c.harmonics.blocks.map(\.irrep.parity)
    try require(
      !parities.isEmpty && c.harmonics.blocks.map(\.irrep.l) == Array(0..<parities.count)
        && c.harmonics.blocks.allSatisfy { $0.multiplicity == 1 }
        && (parities.allSatisfy { $0 == 1 }
          || parities == parities.indices.map { $0.isMultiple(of: 2) ? 1 : -1 }),
      "spherical harmonics \(c.harmonics)")
  }

  private mutating func checkRadial() throws(MACEError) {
    let c = configuration
    try require(
      (1...4096).contains(c.basisCount) && (1...1000).contains(c.cutoffExponent), "the radial basis")
    try finite(c.gaussianCoefficient, "gaussian_coefficient")
    let prefix = "radial_embedding."
    switch c.radialBasis {
    case .bessel:
      try tensor(prefix + "bessel_fn.bessel_weights", [c.basisCount])
      try tensor(prefix + "bessel_fn.prefactor", [])
    case .gaussian: try tensor(prefix + "bessel_fn.gaussian_weights", [c.basisCount])
    case .chebyshev: try tensor(prefix + "bessel_fn.n", [1, c.basisCount])
    }
    var radii: [String] = []
    for name in c.distanceTransform.parameterNames { try tensor(prefix + "distance_transform." + name, []) }
    if c.distanceTransform != .none { radii.append(prefix + "distance_transform.covalent_radii") }
    if c.pairRepulsion {
      try tensor("pair_repulsion_fn.c", [4])
      for name in ["p", "a_exp", "a_prefactor"] { try tensor("pair_repulsion_fn." + name, []) }
      let exponent = tensors["pair_repulsion_fn.p"]?.values.first ?? 0
      try require(
        (1...1000).contains(exponent) && exponent == exponent.rounded(), "pair_repulsion_fn.p = \(exponent)")
      radii.append("pair_repulsion_fn.covalent_radii")
    }
    for name in radii {
      try tensor(name, [nil])
      try require((tensors[name]?.count ?? 0) >= 119, "'\(name)' does not list all elements")
    }
  }

  private mutating func checkInteraction(_ layer: Configuration.Layer, _ prefix: String) throws(MACEError) {
    try require(layer.averageNeighbors.isFinite && layer.averageNeighbors > 0, "\(prefix): avg_num_neighbors")
    try require(layer.targetIrreps.isDistinct, "\(prefix): target irreps \(layer.targetIrreps)")
    let weights = try checkPaths(layer, prefix)
    try linear(prefix + ".linear_up", layer.nodeIrreps, layer.edgeIrreps)
    var inputs = configuration.basisCount
    let isNonLinear = layer.block == .realAgnosticResidualNonLinear
    try require(isNonLinear == (layer.gate != nil), "\(prefix): a gate belongs to the non-linear block only")
    let isDensity =
      layer.block == .realAgnosticDensity || layer.block == .realAgnosticDensityResidual || isNonLinear
    try require(isDensity == (layer.densityNetwork != nil), "\(prefix): its density network")
    if layer.block == .realAgnosticAttResidual {
      let extra = (layer.radialNetwork.widths.first ?? 0) - inputs
      try require(extra > 0 && extra.isMultiple(of: 2), "\(prefix): the radial network's width")
      try linear(prefix + ".linear_down", layer.nodeIrreps, .scalars(extra / 2))
      inputs += extra
    }
    if isNonLinear {
      for name in ["source_embedding", "target_embedding"] {
        try linear("\(prefix).\(name)", elementIrreps, layer.nodeIrreps.scalars)
        inputs += layer.nodeIrreps.scalars.dimension
      }
    }
    let kind: Configuration.RadialNetwork.Kind = isNonLinear ? .layerNorm : .fullyConnected
    try network(layer.radialNetwork, "\(prefix).conv_tp_weights", kind, inputs, weights)
    if let density = layer.densityNetwork { try network(density, "\(prefix).density_fn", kind, inputs, 1) }
    try checkConnections(layer, prefix)
  }

  private func checkPaths(_ layer: Configuration.Layer, _ prefix: String) throws(MACEError) -> Int {
    let (edge, harmonics, message) = (
      layer.edgeIrreps.blocks, configuration.harmonics.blocks, layer.messageIrreps.blocks
    )
    try require(layer.paths.count == message.count && !message.isEmpty, "\(prefix): the number of paths")
    var weights = 0
    for (k, path) in layer.paths.enumerated() {
      try require(
        edge.indices.contains(path.input) && harmonics.indices.contains(path.harmonic) && path.output == k,
        "\(prefix): path \(k) refers to irreps that do not exist")
      let (a, y, b) = (edge[path.input], harmonics[path.harmonic], message[k])
      try require(
        a.multiplicity > 0 && a.multiplicity == b.multiplicity
          && b.irrep.parity == a.irrep.parity * y.irrep.parity
          && (abs(a.irrep.l - y.irrep.l)...a.irrep.l + y.irrep.l).contains(b.irrep.l),
        "\(prefix): path \(k) couples \(a.irrep) and \(y.irrep) to \(b.irrep)")
      weights += a.multiplicity
    }
    return weights
  }

  private mutating func checkConnections(_ layer: Configuration.Layer, _ prefix: String) throws(MACEError) {
    switch layer.block {
    case .realAgnostic, .realAgnosticDensity:
      try linear(prefix + ".linear", layer.messageIrreps, layer.targetIrreps)
      try elementProduct(prefix + ".skip_tp", layer.targetIrreps, layer.targetIrreps)
      try require(!layer.usesSelfConnection, "\(prefix): this block has no self connection")
    case .realAgnosticResidual, .realAgnosticDensityResidual:
      try linear(prefix + ".linear", layer.messageIrreps, layer.targetIrreps)
      if layer.usesSelfConnection {
        try elementProduct(prefix + ".skip_tp", layer.nodeIrreps, layer.outputIrreps)
      }
    case .realAgnosticAttResidual:
      try linear(prefix + ".linear", layer.messageIrreps, layer.targetIrreps)
      if layer.usesSelfConnection {
        try linear(prefix + ".skip_linear", layer.nodeIrreps, layer.outputIrreps)
      }
    case .realAgnosticResidualNonLinear:
      guard let gate = layer.gate else { return }
      try checkGate(gate, layer.targetIrreps, prefix)
      if layer.usesSelfConnection { try linear(prefix + ".skip_tp", layer.nodeIrreps, layer.outputIrreps) }
      try linear(prefix + ".linear_res", layer.edgeIrreps, gate.irrepsIn)
      try linear(prefix + ".linear_1", layer.messageIrreps, gate.irrepsIn)
      try linear(prefix + ".linear_2", gate.irrepsOut, layer.targetIrreps)
      try tensor(prefix + ".alpha", [])
      try tensor(prefix + ".beta", [])
    }
  }

  private mutating func elementProduct(_ name: String, _ a: Irreps, _ b: Irreps) throws(MACEError) {
    let elements = configuration.atomicNumbers.count
    var count = 0
    for x in a.blocks {
      for y in b.blocks where x.irrep == y.irrep { count += x.multiplicity * elements * y.multiplicity }
    }
    if count > 0 { try tensor(name + ".weight", [count]) }
  }

  private func checkGate(_ gate: Configuration.Gate, _ target: Irreps, _ prefix: String) throws(MACEError) {
    let width = gate.irrepsIn.dimension
    func inside(_ start: Int, _ count: Int, _ limit: Int) -> Bool {
      start >= 0 && count >= 0 && start <= limit && count <= limit - start
    }
    var output = gate.scalarCount
    var fits =
      inside(gate.scalarStart, gate.scalarCount, width) && inside(gate.gateStart, gate.gateCount, width)
    for block in gate.gated {
      guard (1...1 << 20).contains(block.multiplicity), (1...25).contains(block.dimension) else {
        fits = false
        break
      }
      fits = fits && inside(block.start, block.multiplicity * block.dimension, width)
      fits = fits && inside(block.firstGate, block.multiplicity, gate.gateCount)
      output += block.multiplicity * block.dimension
    }
    try require(
      fits && output == gate.irrepsOut.dimension && gate.irrepsOut.merged == target.merged,
      "\(prefix): the gate")
    try finite(gate.scalarActivation.constant, "\(prefix): an activation constant")
    try finite(gate.gateActivation.constant, "\(prefix): an activation constant")
  }

  private mutating func network(
    _ network: Configuration.RadialNetwork, _ prefix: String, _ kind: Configuration.RadialNetwork.Kind,
    _ inputs: Int,
    _ outputs: Int
  ) throws(MACEError) {
    let widths = network.widths
    try require(
      network.kind == kind && (2...64).contains(widths.count)
        && widths.allSatisfy { (1...1 << 24).contains($0) }
        && widths[0] == inputs && widths[widths.count - 1] == outputs, "\(prefix): widths \(widths.prefix(8))"
    )
    try finite(network.activation.constant, "\(prefix): its activation constant")
    try finite(network.epsilon, "\(prefix): epsilon")
    for k in 0..<widths.count - 1 {
      if kind == .fullyConnected {
        try tensor("\(prefix).layer\(k).weight", [widths[k], widths[k + 1]])
        continue
      }
      try tensor("\(prefix).net.\(3 * k).weight", [widths[k + 1], widths[k]])
      try tensor("\(prefix).net.\(3 * k).bias", [widths[k + 1]])
      guard k < widths.count - 2 else { continue }
      try tensor("\(prefix).net.\(3 * k + 1).weight", [widths[k + 1]])
      try tensor("\(prefix).net.\(3 * k + 1).bias", [widths[k + 1]])
    }
  }

  private mutating func checkProduct(_ layer: Configuration.Layer, _ prefix: String) throws(MACEError) {
    let channels = layer.targetIrreps.blocks.first?.multiplicity ?? 0
    let blocks = layer.productIrreps.blocks
    try require(
      channels > 0 && (layer.targetIrreps.blocks + blocks).allSatisfy { $0.multiplicity == channels },
      "\(prefix): unequal multiplicities")
    try require(
      !blocks.isEmpty && layer.correlations.count == blocks.count
        && layer.correlations.allSatisfy { (1...8).contains($0) },
      "\(prefix): correlations \(layer.correlations)")
    let elements = layer.agnosticProduct ? 1 : configuration.atomicNumbers.count
    for (k, block) in blocks.enumerated() {
      let name = "\(prefix).symmetric_contractions.contractions.\(k)"
      let order = layer.correlations[k]
      for nu in 1...order {
        let leading: [Int?] = block.irrep.l > 0 ? [block.irrep.dimension] : []
        try tensor(
          "\(name).U_matrix_\(nu)", leading + [Int?](repeating: layer.targetIrreps.rows, count: nu) + [nil])
        let paths = tensors["\(name).U_matrix_\(nu)"]?.shape.last ?? 0
        let weights = nu == order ? "weights_max" : "weights.\(order - 1 - nu)"
        try tensor("\(name).\(weights)", [elements, paths, channels])
      }
    }
    try linear(prefix + ".linear", layer.productIrreps, layer.outputIrreps)
  }

  private mutating func checkReadouts() throws(MACEError) {
    let c = configuration
    try require(c.readouts.count == c.layers.count || c.readouts.count == 1, "\(c.readouts.count) readouts")
    let energies = Irreps.scalars(c.heads.count)
    for (k, readout) in c.readouts.enumerated() {
      let layer = c.layers[c.readouts.count == 1 ? c.layers.count - 1 : k]
      try require(readout.irrepsIn.merged == layer.outputIrreps.merged, "readouts.\(k): its input")
      try finite(readout.activation.constant, "readouts.\(k): its activation constant")
      guard readout.kind != .linear else {
        try linear("readouts.\(k).linear", readout.irrepsIn, energies)
        continue
      }
      let hidden = readout.hiddenIrreps
      try require(
        hidden == .scalars(hidden.dimension) && hidden.dimension > 0
          && hidden.dimension.isMultiple(of: c.heads.count),
        "readouts.\(k): hidden irreps \(hidden)")
      let hasBias = readout.kind == .nonLinearBias
      try linear("readouts.\(k).linear_1", readout.irrepsIn, hidden)
      if hasBias {
        try linear(
          "readouts.\(k).linear_mid", hidden, hidden, bias: biasCount("readouts.\(k).linear_mid", hidden))
      }
      try linear(
        "readouts.\(k).linear_2", hidden, energies,
        bias: hasBias ? biasCount("readouts.\(k).linear_2", energies) : 0)
    }
  }

  /// Biases are optional in the file format; where one is, it has a number for every scalar.
  private func biasCount(_ name: String, _ irreps: Irreps) -> Int {
    tensors[name + ".bias"] == nil ? 0 : irreps.dimension
  }
}

extension Irreps {
  /// `count x 0e`
  package static func scalars(_ count: Int) -> Irreps {
    Irreps([Block(multiplicity: count, irrep: Irrep(l: 0, parity: 1))])
  }
}
