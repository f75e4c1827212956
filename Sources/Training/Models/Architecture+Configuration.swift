import Checkpoint
import Diagnostics
import Equivariance

extension Architecture {
  /// The configuration that a mace-torch checkpoint of the same options is read as.
  /// - Throws: `.invalidArgument` or `.unsupported`, naming the option.
  public func configuration() throws(MACEError) -> Configuration {
    try check()
    let harmonics = Irreps(
      (0...maxDegree).map {
        .init(multiplicity: 1, irrep: Irrep(l: $0, parity: useSO3 || $0.isMultiple(of: 2) ? 1 : -1))
      })
    let layers = try layers(harmonics)
    return Configuration(
      modelClass: modelClass, dtype: dtype, atomicNumbers: atomicNumbers, heads: heads.map(\.name),
      cutoff: cutoff, radialBasis: radialBasis, basisCount: basisCount,
      gaussianCoefficient: radialBasis == .gaussian ? gaussianCoefficient : 0,
      distanceTransform: distanceTransform, cutoffExponent: cutoffExponent,
      appliesCutoffToBasis: appliesCutoffToBasis, pairRepulsion: pairRepulsion, harmonics: harmonics,
      layers: layers, readouts: readouts(layers), roundsCouplingsToFloat32: dtype == "float32")
  }

  private var gaussianCoefficient: Double {
    let spacing = cutoff / Double(basisCount - 1)
    return -0.5 / (spacing * spacing)
  }

  private func readouts(_ layers: [Configuration.Layer]) -> [Configuration.Readout] {
    let linear = layers.map {
      Configuration.Readout(
        kind: .linear, irrepsIn: $0.outputIrreps, hiddenIrreps: Irreps([]),
        activation: .init(.identity, constant: 1))
    }
    guard let last = layers.last, layers.count > 1, readout != .linear else { return linear }
    let final = Configuration.Readout(
      kind: readout, irrepsIn: last.outputIrreps,
      hiddenIrreps: .scalars(heads.count * readoutIrreps.dimension), activation: .normalized(gate))
    return usesLastReadoutOnly ? [final] : linear.dropLast() + [final]
  }

  private func check() throws(MACEError) {
    func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(MACEError) {
      if !condition { throw MACEError(.invalidArgument, message()) }
    }
    try checkElements()
    try require(cutoff.isFinite && cutoff > 0, "r_max = \(cutoff): it must be positive (Å)")
    let least = radialBasis == .gaussian ? 2 : 1
    try require(
      (least...4096).contains(basisCount), "num_radial_basis = \(basisCount): use \(least) to 4096")
    try require((1...1000).contains(cutoffExponent), "num_cutoff_basis = \(cutoffExponent): use 1 to 1000")
    try require((1...11).contains(maxDegree), "max_ell = \(maxDegree): use 1 to 11")
    try require((1...64).contains(layerCount), "num_interactions = \(layerCount): use 1 to 64")
    try require(
      averageNeighbors.isFinite && averageNeighbors > 0,
      "avg_num_neighbors = \(averageNeighbors): it must be positive")
    try require(
      radialWidths.allSatisfy { (1...1 << 16).contains($0) }, "radial_MLP = \(radialWidths): no such network")
    try require(
      (correlations.count == 1 || correlations.count == layerCount)
        && correlations.allSatisfy { (1...8).contains($0) },
      "correlation = \(correlations): give one number from 1 to 8, or one for each of \(layerCount) layers")
    let scalar = Irrep(l: 0, parity: 1)
    try require(
      readoutIrreps.blocks.map(\.irrep) == [scalar] && (1...1 << 16).contains(readoutIrreps.dimension),
      "MLP_irreps = \(readoutIrreps): only scalars such as 16x0e are possible")
    try require(
      !usesLastReadoutOnly || layerCount > 1,
      "use_last_readout_only: a model of one interaction would have no readout")
    try require(
      usesLastReadoutOnly == false || readout != .linear, "use_last_readout_only needs a non-linear readout")
    try require(gate != .sigmoid, "gate: use silu, tanh, abs or None")
    if distanceTransform == .earlySoft {
      throw MACEError(.unsupported, "distance_transform: use None, Agnesi or Soft for new models")
    }
    try checkIrreps()
  }

  private func checkElements() throws(MACEError) {
    guard !atomicNumbers.isEmpty, atomicNumbers.allSatisfy({ (1...118).contains($0) }),
      Set(atomicNumbers).count == atomicNumbers.count
    else {
      throw MACEError(
        .invalidArgument, "atomic_numbers = \(atomicNumbers): give every element once, from 1 to 118")
    }
    let names = heads.map(\.name)
    guard (1...4096).contains(heads.count), Set(names).count == names.count else {
      throw MACEError(.invalidArgument, "heads = \(names): give at least one, and every name once")
    }
    for head in heads {
      try head.checkEnergies(of: atomicNumbers)
      guard head.scale.isFinite, head.shift.isFinite else {
        throw MACEError(
          .invalidArgument, "head '\(head.name)': its scale or shift is \(head.scale), \(head.shift)")
      }
    }
  }

  private func checkIrreps() throws(MACEError) {
    let blocks = hiddenIrreps.blocks
    guard let first = blocks.first, first.irrep == Irrep(l: 0, parity: 1), first.multiplicity > 0,
      blocks.allSatisfy({ $0.multiplicity == first.multiplicity && $0.irrep.l <= 11 }),
      Set(blocks.map(\.irrep)).count == blocks.count, first.multiplicity <= 1 << 16
    else {
      throw MACEError(
        .invalidArgument,
        "hidden_irreps = \(hiddenIrreps): all must have the same number of channels, scalars (0e) first; "
          + "num_channels and max_L make them")
    }
    if let edge = edgeIrreps {
      guard !edge.blocks.isEmpty, Set(edge.blocks.map(\.irrep)).count == edge.blocks.count,
        edge.blocks.allSatisfy({
          (1...1 << 16).contains($0.multiplicity) && hiddenIrreps.blocks.map(\.irrep).contains($0.irrep)
        })
      else {
        throw MACEError(
          .invalidArgument,
          "edge_irreps = \(edge): each must be one of hidden_irreps = \(hiddenIrreps), with any number of "
            + "channels")
      }
    }
    let isGated = [firstInteraction, interaction].contains(.realAgnosticResidualNonLinear)
    guard !isGated || !blocks.contains(where: { $0.irrep == Irrep(l: 0, parity: -1) }) else {
      throw MACEError(
        .unsupported, "hidden_irreps = \(hiddenIrreps): non-linear interactions have no odd scalars (0o)")
    }
  }
}

extension Architecture.Head {
  /// - Throws: `.invalidArgument` naming the elements without (finite) energy.
  func checkEnergies(of elements: [Int]) throws(MACEError) {
    let missing = elements.filter { !(atomicEnergies[$0]?.isFinite ?? false) }
    guard missing.isEmpty else { throw missingEnergies(missing, head: name) }
  }
}

extension Configuration.Activation {
  /// A function scaled to ⟨f(z)²⟩ = 1 for normally distributed z. The constants are those that e3nn's
  /// `normalize2mom` finds from its 10⁶ samples, not the integrals, since models carry them.
  static func normalized(_ function: Function) -> Self {
    switch function {
    case .identity: .init(function, constant: 1)
    case .silu: .init(function, constant: 1.6791767923989418)
    case .tanh: .init(function, constant: 1.5937334472592695)
    case .sigmoid: .init(function, constant: 1.8467055342154763)
    case .abs: .init(function, constant: 1.001110600838467)
    }
  }
}
