import Checkpoint
import Diagnostics
import Kernels

/// A model compiled for evaluation: immutable, to be shared by any number of calculators in any threads.
public final class Potential: Sendable {
  enum Compiled: Sendable {
    case float64(CompiledModel<Double>)
    case float32(CompiledModel<Float>)
  }

  public let model: MACEModel
  public let precision: Precision
  /// The instruction set the kernels run on.
  public let instructionSet: InstructionSet
  /// How calculators evaluate the radial networks.
  public let radial: RadialEvaluation
  let compiled: Compiled

  /// - Parameters:
  ///   - radial: `.tabulated`, unless the environment variable `MACE_RADIAL` names another.
  ///   - instructionSet: the best this CPU has, unless the environment variable `MACE_ISA` names another.
  /// - Throws: `.format` or `.unsupported` when the parameters do not fit the architecture, `.invalidArgument` when
  ///   one of these variables has another value.
  public init(
    _ model: MACEModel, precision: Precision = .float64, radial: RadialEvaluation = .preferred,
    instructionSet: InstructionSet = .preferred
  ) throws(MACEError) {
    try EnvironmentVariables.check()
    try model.validate()
    self.model = model
    self.precision = precision
    self.radial = radial
    self.instructionSet = instructionSet
    switch precision {
    case .float64: compiled = .float64(try CompiledModel(model, instructionSet))
    case .float32: compiled = .float32(try CompiledModel(model, instructionSet))
    }
  }

  /// Trainable numbers.
  public var parameterCount: Int { model.parameterCount }
  /// r_max, Å.
  public var cutoff: Double { model.configuration.cutoff }
  public var layerCount: Int { model.configuration.layers.count }
  /// Distance within which an atom can change another's energy, Å.
  public var receptiveField: Double { model.configuration.receptiveRadius }
  /// Elements in the model's order; an element's index there is its species.
  public var atomicNumbers: [Int] { model.configuration.atomicNumbers }
  public var heads: [String] { model.configuration.heads }

  public func species(ofAtomicNumber z: Int) -> Int? { atomicNumbers.firstIndex(of: z) }

  /// Numbers per atom of the full descriptor, Σ_layers dim(irreps).
  public var descriptorWidth: Int {
    model.configuration.layers.reduce(0) { $0 + $1.outputIrreps.dimension }
  }

  /// Columns of the full descriptor that do not change under rotation: the first block of scalars of each layer.
  public var invariantDescriptorColumns: [Int] {
    var columns: [Int] = []
    var offset = 0
    for layer in model.configuration.layers {
      if let first = layer.outputIrreps.blocks.first, first.irrep.l == 0 {
        columns += offset..<(offset + first.multiplicity)
      }
      offset += layer.outputIrreps.dimension
    }
    return columns
  }

  public var invariantDescriptorWidth: Int { invariantDescriptorColumns.count }
}
