import Checkpoint
import Diagnostics
import Equivariance

/// What the options of `mace_run_train` say about a new model; the defaults are mace-torch's.
///
/// `use_reduced_cg` has no counterpart: it needs cuequivariance, without which mace-torch ignores it, so models
/// built here have the full basis (`ContractionBasis`), too.
public struct Architecture: Sendable, Equatable {
  /// One readout head: a level of theory with its isolated-atom energies and scaling.
  public struct Head: Sendable, Equatable {
    public var name: String
    /// E0 in eV by atomic number.
    public var atomicEnergies: [Int: Double]
    /// Interaction energies per atom are scale · e + shift (eV); unused by the class MACE.
    public var scale: Double
    public var shift: Double

    public init(
      _ name: String = "Default", atomicEnergies: [Int: Double], scale: Double = 1, shift: Double = 0
    ) {
      self.name = name
      self.atomicEnergies = atomicEnergies
      self.scale = scale
      self.shift = shift
    }
  }

  public var modelClass = Configuration.ModelClass.scaleShiftMACE
  /// "float64" or "float32" (`default_dtype`).
  public var dtype = "float64"
  /// In the order in which the model will number its elements; mace-torch sorts them.
  public var atomicNumbers: [Int]
  public var heads: [Head]
  /// `r_max`, Å.
  public var cutoff = 5.0
  public var radialBasis = Configuration.RadialBasis.bessel
  /// `num_radial_basis`
  public var basisCount = 8
  /// `num_cutoff_basis`: the exponent p of the polynomial cutoff, and of that of the pair repulsion.
  public var cutoffExponent = 5
  public var distanceTransform = Configuration.DistanceTransform.none
  public var pairRepulsion = false
  /// `apply_cutoff`
  public var appliesCutoffToBasis = true
  /// `max_ell`
  public var maxDegree = 3
  /// All spherical harmonics are even (`use_so3`).
  public var useSO3 = false
  /// `num_interactions`
  public var layerCount = 2
  /// `interaction`, of all layers but the first.
  public var interaction = Configuration.InteractionBlock.realAgnosticResidual
  /// `interaction_first`
  public var firstInteraction = Configuration.InteractionBlock.realAgnosticResidual
  public var averageNeighbors = 1.0
  /// `hidden_irreps`; see `hiddenIrreps(channels:maxL:)`.
  public var hiddenIrreps = Architecture.hiddenIrreps(channels: 128, maxL: 1)
  /// `edge_irreps`: features that travel along edges, from the second layer on; nil is all.
  public var edgeIrreps: Irreps?
  /// `use_edge_irreps_first`: the first layer sends as many scalars as `edgeIrreps` has.
  public var usesEdgeIrrepsFirst = false
  /// `radial_MLP`; RealAgnosticAttResidualInteractionBlock has widths of its own.
  public var radialWidths = [64, 64, 64]
  /// `correlation`: one number for all layers, or one each.
  public var correlations = [3]
  public var agnosticProduct = false
  public var usesLastReadoutOnly = false
  /// Kind of the last readout.
  public var readout = Configuration.Readout.Kind.nonLinear
  /// `MLP_irreps`: hidden scalars of the last readout, of each head.
  public var readoutIrreps = Irreps([.init(multiplicity: 16, irrep: Irrep(l: 0, parity: 1))])
  /// `gate`, the last readout's activation: silu, tanh, abs or identity ("None").
  public var gate = Configuration.Activation.Function.silu

  public init(atomicNumbers: [Int], heads: [Head]) {
    self.atomicNumbers = atomicNumbers
    self.heads = heads
  }

  /// `num_channels` and `max_L`: channels × (0e + 1o + … ).
  public static func hiddenIrreps(channels: Int, maxL: Int) -> Irreps {
    Irreps(
      (0...max(maxL, 0)).map {
        .init(multiplicity: channels, irrep: Irrep(l: $0, parity: $0.isMultiple(of: 2) ? 1 : -1))
      })
  }

  /// What `--model` of `mace_run_train` does. "MACE" (its default) builds the class ScaleShiftMACE as well, but
  /// without shift, and with a first interaction that has no self connection, so that isolated atoms have
  /// their E0.
  /// - Throws: `.unsupported` for another name than MACE or ScaleShiftMACE.
  public mutating func apply(model name: String) throws(MACEError) {
    switch name {
    case "ScaleShiftMACE": return
    case "MACE":
      for k in heads.indices { heads[k].shift = 0 }
      if firstInteraction != .realAgnosticDensity { firstInteraction = .realAgnostic }
    default:
      throw MACEError(.unsupported, "model: '\(name)' cannot be trained; use MACE or ScaleShiftMACE")
    }
  }

  /// The model with random weights.
  ///
  /// Weights have the distributions of mace-torch and e3nn (`ParameterSlot.Distribution`), from one stream of
  /// random numbers per tensor name (`RandomStream`), so that a seed gives the same model on every machine.
  /// - Throws: `.invalidArgument` or `.unsupported`, naming the option; `.memory` beyond 2²⁸ parameters.
  public func model(seed: UInt64) throws(MACEError) -> MACEModel {
    var model = MACEModel(configuration: try configuration(), tensors: [:])
    model.configuration.dtype = "float64"
    model.tensors = try fixedTensors(model.configuration)
    let unused = model.emptyContractions
    let slots = model.parameterSlots
    let count = slots.reduce(0) { $0 + $1.count }
    guard count <= 1 << 28 else {
      throw MACEError(
        .memory, "the model would have \(count) parameters; lower num_channels, max_L or radial_MLP")
    }
    for slot in slots {
      let values =
        unused.contains(slot.name)
        ? [Double](repeating: 0, count: slot.count) : slot.initialValues(seed: seed)
      model.tensors[slot.name] = Tensor(
        element: .float64, shape: slot.shape, values: values, isParameter: true)
    }
    model = try model.converted(to: dtype)
    try model.validate()
    return model
  }
}
