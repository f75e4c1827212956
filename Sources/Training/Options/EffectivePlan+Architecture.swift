import Diagnostics
import Equivariance

extension EffectivePlan {
  static func architecture(_ options: TrainingOptions) throws(MACEError) -> Architecture {
    let model = options.text("model")
    var first = options.text("interaction_first")
    // The class MACE has no self connection in its first block.
    if model == "MACE", !["RealAgnosticInteractionBlock", "RealAgnosticDensityInteractionBlock"].contains(first) {
      first = "RealAgnosticInteractionBlock"
    }
    var edges: Irreps?
    if options.isGiven("edge_irreps") { edges = try irreps("edge_irreps", options) }
    let readout = try irreps("MLP_irreps", options)
    return Architecture(
      model: model, cutoff: options.real("r_max"), layers: options.integer("num_interactions"),
      hiddenIrreps: try hiddenIrreps(options), edgeIrreps: edges,
      usesEdgeIrrepsFirst: options.flag("use_edge_irreps_first"), correlation: options.integer("correlation"),
      harmonicsDegree: options.integer("max_ell"), radialType: options.text("radial_type"),
      radialBasisCount: options.integer("num_radial_basis"), cutoffExponent: options.integer("num_cutoff_basis"),
      radialNetwork: try radialNetwork(options), readoutIrreps: readout, gate: options.text("gate"),
      interaction: options.text("interaction"), firstInteraction: first,
      pairRepulsion: options.flag("pair_repulsion"), distanceTransform: options.text("distance_transform"),
      appliesCutoffToBasis: options.flag("apply_cutoff"),
      usesSO3: options.flag("use_so3"), usesAgnosticProduct: options.flag("use_agnostic_product"),
      usesLastReadoutOnly: options.flag("use_last_readout_only"),
      scaling: Scaling(rawValue: options.text("scaling")) ?? .rmsForces)
  }

  private static func irreps(_ name: String, _ options: TrainingOptions) throws(MACEError) -> Irreps {
    guard let irreps = Irreps(options.text(name)), !irreps.blocks.isEmpty,
      irreps.blocks.allSatisfy({ (1...1 << 16).contains($0.multiplicity) && $0.irrep.l <= 12 })
    else {
      throw MACEError(
        .invalidArgument, "\(options.written(name)): '\(options.text(name))' is not irreps such as '128x0e + 128x1o'")
    }
    return irreps
  }

  /// hidden_irreps, or num_channels copies of degrees 0…max_L with the parity of the harmonics.
  static func hiddenIrreps(_ options: TrainingOptions) throws(MACEError) -> Irreps {
    let channels = options.optionalInteger("num_channels")
    let degree = options.optionalInteger("max_L")
    let built = Irreps(
      (0...min(degree ?? 1, 12)).map {
        Irreps.Block(multiplicity: channels ?? 128, irrep: Irrep(l: $0, parity: $0 % 2 == 0 ? 1 : -1))
      })
    guard (degree ?? 1) <= 12, (channels ?? 128) <= 1 << 16 else {
      throw MACEError(.invalidArgument, "max_L is limited to 12 and num_channels to 65536")
    }
    guard options.isGiven("hidden_irreps") else { return built }
    let given = try irreps("hidden_irreps", options)
    guard Set(given.blocks.map(\.multiplicity)).count == 1 else {
      throw MACEError(
        .invalidArgument,
        "\(options.written("hidden_irreps")): all irreps must have the same number of channels; use --num_channels "
          + "and --max_L")
    }
    let agrees =
      (channels == nil || channels == given.maxMultiplicity) && (degree == nil || degree == given.maxDegree)
    guard agrees else {
      throw MACEError(
        .invalidArgument,
        "\(options.written("hidden_irreps")) \(given) contradicts num_channels and max_L (\(built)); give one of them")
    }
    return given
  }

  private static func radialNetwork(_ options: TrainingOptions) throws(MACEError) -> [Int] {
    guard case .list(let items) = options.value("radial_MLP") else { return [] }
    var widths: [Int] = []
    for item in items {
      guard case .integer(let width) = item, (1...1 << 16).contains(width) else {
        throw MACEError(
          .invalidArgument, "\(options.written("radial_MLP")): '\(item)' is not the width of a layer")
      }
      widths.append(width)
    }
    guard (1...16).contains(widths.count) else {
      throw MACEError(.invalidArgument, "\(options.written("radial_MLP")) must have 1 to 16 widths")
    }
    return widths
  }
}
