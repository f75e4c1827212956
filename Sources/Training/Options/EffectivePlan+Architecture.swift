import Diagnostics
import Equivariance

extension EffectivePlan {
  /// The options of the architecture; elements and heads are still to come.
  static func architecture(_ options: TrainingOptions) throws(MACEError) -> Architecture {
    var a = Architecture(atomicNumbers: [], heads: [])
    a.dtype = options.text("default_dtype")
    a.cutoff = options.real("r_max")
    a.radialBasis = .init(rawValue: options.text("radial_type")) ?? .bessel
    a.basisCount = options.integer("num_radial_basis")
    a.cutoffExponent = options.integer("num_cutoff_basis")
    a.distanceTransform = .init(rawValue: options.text("distance_transform")) ?? .none
    a.pairRepulsion = options.flag("pair_repulsion")
    a.appliesCutoffToBasis = options.flag("apply_cutoff")
    a.maxDegree = options.integer("max_ell")
    a.useSO3 = options.flag("use_so3")
    a.layerCount = options.integer("num_interactions")
    a.interaction = .init(rawValue: options.text("interaction")) ?? .realAgnosticResidual
    a.firstInteraction = .init(rawValue: options.text("interaction_first")) ?? .realAgnosticResidual
    a.hiddenIrreps = try hiddenIrreps(options)
    if options.isGiven("edge_irreps") { a.edgeIrreps = try irreps("edge_irreps", options) }
    a.usesEdgeIrrepsFirst = options.flag("use_edge_irreps_first")
    a.radialWidths = try radialNetwork(options)
    a.correlations = [options.integer("correlation")]
    a.agnosticProduct = options.flag("use_agnostic_product")
    a.usesLastReadoutOnly = options.flag("use_last_readout_only")
    a.readoutIrreps = try irreps("MLP_irreps", options)
    a.gate = .init(rawValue: options.text("gate")) ?? .identity
    try a.apply(model: options.text("model"))
    return a
  }

  private static func irreps(_ name: String, _ options: TrainingOptions) throws(MACEError) -> Irreps {
    guard let irreps = Irreps(options.text(name)), !irreps.blocks.isEmpty,
      irreps.blocks.allSatisfy({ (1...1 << 16).contains($0.multiplicity) && $0.irrep.l <= 12 })
    else {
      throw MACEError(
        .invalidArgument,
        "\(options.written(name)): '\(options.text(name))' is not irreps such as '128x0e + 128x1o'")
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
        "\(options.written("hidden_irreps")) \(given) contradicts num_channels and max_L (\(built)); give one of them"
      )
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
