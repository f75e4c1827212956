import Equivariance

/// The architecture of a model: every attribute of a mace-torch model that changes its mathematics.
///
/// Parameters (weights) are kept apart, in `MACEModel.tensors`, under mace-torch's `state_dict` names.
public struct Configuration: Sendable, Equatable {
  public enum ModelClass: String, Sendable {
    case mace = "MACE"
    case scaleShiftMACE = "ScaleShiftMACE"
  }
  public enum RadialBasis: String, Sendable { case bessel, gaussian, chebyshev }
  public enum DistanceTransform: String, Sendable {
    case none = "None"
    case agnesi = "Agnesi"
    case soft = "Soft"
    /// `SoftTransform` of mace-torch before 0.3.10, another formula under the same name.
    case earlySoft = "Soft (before 0.3.10)"
  }
  /// A scalar non-linearity as mace-torch applies it: `constant · f(x)` (`normalize2mom`; constant 1 when
  /// mace-torch does not scale).
  public struct Activation: Sendable, Equatable {
    public enum Function: String, Sendable { case identity, silu, tanh, abs, sigmoid }
    public var function: Function
    public var constant: Double
    public init(_ function: Function, constant: Double) {
      self.function = function
      self.constant = constant
    }
  }

  /// The network that maps an edge's scalar features to path weights or to its density.
  public struct RadialNetwork: Sendable, Equatable {
    public enum Kind: String, Sendable {
      /// e3nn `FullyConnectedNet`: h ← constant·f(h W / √fan_in), no bias, last layer linear.
      /// Tensors `<prefix>.layer<k>.weight` [in, out].
      case fullyConnected
      /// mace-torch `RadialMLP`: (Linear with bias → LayerNorm → SiLU)… Linear.
      /// Tensors `<prefix>.net.<3k>.weight` [out, in] and `.bias`, `<prefix>.net.<3k+1>.weight` and `.bias` (LayerNorm).
      case layerNorm
    }
    public var kind: Kind
    /// Widths from input to output, for example [10, 64, 64, 64, 1280].
    public var widths: [Int]
    /// Of the hidden layers (fullyConnected); SiLU with constant 1 for `layerNorm`.
    public var activation: Activation
    /// LayerNorm's ε (1e-5); unused for `fullyConnected`.
    public var epsilon: Double
    public init(kind: Kind, widths: [Int], activation: Activation, epsilon: Double) {
      self.kind = kind
      self.widths = widths
      self.activation = activation
      self.epsilon = epsilon
    }
  }

  /// One path of the channel-wise ('uvu') tensor product: blocks of sender features, harmonics and output.
  public struct Path: Sendable, Equatable {
    public var input: Int, harmonic: Int, output: Int
    public init(input: Int, harmonic: Int, output: Int) {
      self.input = input
      self.harmonic = harmonic
      self.output = output
    }
  }

  public enum InteractionBlock: String, Sendable, CaseIterable {
    case realAgnostic = "RealAgnosticInteractionBlock"
    case realAgnosticResidual = "RealAgnosticResidualInteractionBlock"
    case realAgnosticDensity = "RealAgnosticDensityInteractionBlock"
    case realAgnosticDensityResidual = "RealAgnosticDensityResidualInteractionBlock"
    case realAgnosticAttResidual = "RealAgnosticAttResidualInteractionBlock"
    case realAgnosticResidualNonLinear = "RealAgnosticResidualNonLinearInteractionBlock"
  }

  /// Gate of the non-linear interaction block: scalars | gates | gated blocks (l > 0), `GatedEquivariantBlock`.
  public struct Gate: Sendable, Equatable {
    /// `_irreps_in` of the gate, in the (simplified) order in which the features are stored.
    public var irrepsIn: Irreps
    public var irrepsOut: Irreps
    public var scalarStart: Int, scalarCount: Int, gateStart: Int, gateCount: Int
    /// start (flat feature offset), multiplicity, degree dimension 2l+1, first gate: one per gated block
    public var gated: [GatedBlock]
    public var scalarActivation: Activation
    public var gateActivation: Activation
    public struct GatedBlock: Sendable, Equatable {
      public var start: Int, multiplicity: Int, dimension: Int, firstGate: Int
      public init(start: Int, multiplicity: Int, dimension: Int, firstGate: Int) {
        self.start = start
        self.multiplicity = multiplicity
        self.dimension = dimension
        self.firstGate = firstGate
      }
    }
    public init(
      irrepsIn: Irreps, irrepsOut: Irreps, scalarStart: Int, scalarCount: Int, gateStart: Int, gateCount: Int,
      gated: [GatedBlock], scalarActivation: Activation, gateActivation: Activation
    ) {
      self.irrepsIn = irrepsIn
      self.irrepsOut = irrepsOut
      self.scalarStart = scalarStart
      self.scalarCount = scalarCount
      self.gateStart = gateStart
      self.gateCount = gateCount
      self.gated = gated
      self.scalarActivation = scalarActivation
      self.gateActivation = gateActivation
    }
  }

  /// One interaction + product, `interactions.<t>` and `products.<t>`.
  public struct Layer: Sendable, Equatable {
    public var block: InteractionBlock
    /// Input features h_t (`linear_up.irreps_in`).
    public var nodeIrreps: Irreps
    /// Features that travel along edges (`conv_tp.irreps_in1` = `linear_up.irreps_out`).
    public var edgeIrreps: Irreps
    /// `conv_tp.irreps_out`, one block per path, sorted as mace-torch sorts them.
    public var messageIrreps: Irreps
    public var paths: [Path]
    /// `target_irreps`: input of the product basis, one block per (l, p), equal multiplicities.
    public var targetIrreps: Irreps
    /// Output features h_{t+1} (`products.<t>.linear.irreps_out`).
    public var outputIrreps: Irreps
    /// `products.<t>.symmetric_contractions.irreps_out`.
    public var productIrreps: Irreps
    public var radialNetwork: RadialNetwork
    public var densityNetwork: RadialNetwork?
    public var gate: Gate?
    public var averageNeighbors: Double
    /// Correlation order of each output irrep's contraction (`contractions.<k>`).
    public var correlations: [Int]
    /// sc is added to the product's output.
    public var usesSelfConnection: Bool
    /// One set of contraction weights for all elements.
    public var agnosticProduct: Bool
    public init(
      block: InteractionBlock, nodeIrreps: Irreps, edgeIrreps: Irreps, messageIrreps: Irreps, paths: [Path],
      targetIrreps: Irreps, outputIrreps: Irreps, productIrreps: Irreps, radialNetwork: RadialNetwork,
      densityNetwork: RadialNetwork?, gate: Gate?, averageNeighbors: Double, correlations: [Int],
      usesSelfConnection: Bool, agnosticProduct: Bool
    ) {
      self.block = block
      self.nodeIrreps = nodeIrreps
      self.edgeIrreps = edgeIrreps
      self.messageIrreps = messageIrreps
      self.paths = paths
      self.targetIrreps = targetIrreps
      self.outputIrreps = outputIrreps
      self.productIrreps = productIrreps
      self.radialNetwork = radialNetwork
      self.densityNetwork = densityNetwork
      self.gate = gate
      self.averageNeighbors = averageNeighbors
      self.correlations = correlations
      self.usesSelfConnection = usesSelfConnection
      self.agnosticProduct = agnosticProduct
    }
  }

  /// `readouts.<k>`.
  public struct Readout: Sendable, Equatable {
    public enum Kind: String, Sendable {
      case linear = "LinearReadoutBlock"
      case nonLinear = "NonLinearReadoutBlock"
      case nonLinearBias = "NonLinearBiasReadoutBlock"
    }
    public var kind: Kind
    public var irrepsIn: Irreps
    /// All heads' hidden scalars, head-major (unused for `linear`).
    public var hiddenIrreps: Irreps
    public var activation: Activation
    public init(kind: Kind, irrepsIn: Irreps, hiddenIrreps: Irreps, activation: Activation) {
      self.kind = kind
      self.irrepsIn = irrepsIn
      self.hiddenIrreps = hiddenIrreps
      self.activation = activation
    }
  }

  public var modelClass: ModelClass
  /// Precision of the parameters in the file: "float64" or "float32".
  public var dtype: String
  public var atomicNumbers: [Int]
  public var heads: [String]
  /// Cutoff r_max, Å.
  public var cutoff: Double
  public var radialBasis: RadialBasis
  public var basisCount: Int
  /// `coeff` of the Gaussian basis, −0.5 / spacing².
  public var gaussianCoefficient: Double
  public var distanceTransform: DistanceTransform
  /// Exponent p of the polynomial cutoff.
  public var cutoffExponent: Int
  /// The cutoff multiplies the radial basis (true) or the path weights and edge densities (false).
  public var appliesCutoffToBasis: Bool
  /// ZBL pair repulsion; its constants are the tensors `pair_repulsion_fn.*`.
  public var pairRepulsion: Bool
  /// `1x0e+1x1o+…` (`use_so3`: all even).
  public var harmonics: Irreps
  public var layers: [Layer]
  public var readouts: [Readout]
  /// Wigner 3j constants are rounded to float32, as in a checkpoint created in float32 (TorchScript constants).
  public var roundsCouplingsToFloat32: Bool

  public init(
    modelClass: ModelClass, dtype: String, atomicNumbers: [Int], heads: [String], cutoff: Double,
    radialBasis: RadialBasis, basisCount: Int, gaussianCoefficient: Double,
    distanceTransform: DistanceTransform, cutoffExponent: Int, appliesCutoffToBasis: Bool,
    pairRepulsion: Bool,
    harmonics: Irreps, layers: [Layer], readouts: [Readout], roundsCouplingsToFloat32: Bool
  ) {
    self.modelClass = modelClass
    self.dtype = dtype
    self.atomicNumbers = atomicNumbers
    self.heads = heads
    self.cutoff = cutoff
    self.radialBasis = radialBasis
    self.basisCount = basisCount
    self.gaussianCoefficient = gaussianCoefficient
    self.distanceTransform = distanceTransform
    self.cutoffExponent = cutoffExponent
    self.appliesCutoffToBasis = appliesCutoffToBasis
    self.pairRepulsion = pairRepulsion
    self.harmonics = harmonics
    self.layers = layers
    self.readouts = readouts
    self.roundsCouplingsToFloat32 = roundsCouplingsToFloat32
  }
}

extension Configuration.DistanceTransform {
  /// Its scalar tensors, `radial_embedding.distance_transform.<name>`.
  public var parameterNames: [String] {
    switch self {
    case .none: []
    case .agnesi: ["a", "q", "p"]
    case .soft: ["alpha"]
    case .earlySoft: ["a", "b"]
    }
  }
}
