import Atomistics
import Checkpoint
import Diagnostics
import Equivariance

/// How a model to be fine-tuned is made from a foundation model, with the numbers of mace-torch's
/// `configure_model` and `load_foundations_elements`:
/// - one head of the foundation is taken (`foundation_head`);
/// - elements are selected, and weights rescaled because e3nn divides by √(number of elements);
/// - its readout is repeated for every new head, so that each starts with the foundation's interaction energy;
///   so are scale and shift. Average numbers of neighbours and buffers stay the foundation's.
///
/// Unlike in mace-torch 0.3.16, E0s that are given count always (it keeps the foundation's when elements and
/// number of heads are unchanged), couplings keep the foundation's precision, so that its energies are kept,
/// and Bessel weights stay buffers.
public struct FineTuning: Sendable {
  public struct Head: Sendable, Equatable {
    public var name: String
    /// E0 in eV by atomic number; nil takes the foundation's.
    public var atomicEnergies: [Int: Double]?

    public init(_ name: String, atomicEnergies: [Int: Double]? = nil) {
      self.name = name
      self.atomicEnergies = atomicEnergies
    }
  }

  /// `pt_head`, the replay head, comes first in the model wherever it stands here.
  public var heads: [Head]
  /// Elements of the new model; nil keeps all (`foundation_model_elements`). Elements that are kept but have no
  /// E0 of their own have the foundation's.
  public var elements: [Int]?
  /// nil is the only head or, of several, the first other than `pt_head`.
  public var foundationHead: String?
  /// False starts with random readouts.
  public var keepsReadouts = true
  /// "float64" or "float32" (`default_dtype`).
  public var dtype = "float64"
  /// Of random readouts.
  public var seed: UInt64 = 123

  public init(heads: [Head], elements: [Int]?) {
    self.heads = heads
    self.elements = elements
  }

  /// The model before its first epoch, of class ScaleShiftMACE. The foundation's metadata are not taken over.
  /// - Throws: `.unknownElement` naming the elements that the foundation lacks, `.invalidArgument` for missing
  ///   E0s, repeated heads or an unknown head of the foundation.
  public func model(from foundation: MACEModel) throws(MACEError) -> MACEModel {
    let ordered = heads.filter { $0.name == "pt_head" } + heads.filter { $0.name != "pt_head" }
    guard !ordered.isEmpty, Set(ordered.map(\.name)).count == ordered.count else {
      throw MACEError(
        .invalidArgument, "heads = \(heads.map(\.name)): give at least one, and every name once")
    }
    var model = try foundation.selecting(
      head: foundationHead ?? Self.standardHead(of: foundation.configuration.heads))
    if let elements {
      try checkKnown(elements, model.configuration.atomicNumbers)
      model = try model.restricted(toElements: elements.sorted())
    }
    model = try model.converted(to: "float64")
    model.metadata = [:]
    let energies = try atomicEnergies(ordered, model)
    model.repeatHead(as: ordered.map(\.name), energies: energies)
    if !keepsReadouts {
      for slot in model.parameterSlots where slot.name.hasPrefix("readouts.") {
        model.tensors[slot.name]?.values = slot.initialValues(seed: seed)
      }
    }
    model = try model.converted(to: dtype)
    try model.validate()
    return model
  }

  /// The head that is taken when none is named.
  static func standardHead(of names: [String]) -> String {
    names.first { names.count == 1 || $0 != "pt_head" } ?? names[0]
  }

  private func checkKnown(_ elements: [Int], _ known: [Int]) throws(MACEError) {
    let unknown = elements.filter { !known.contains($0) }
    guard unknown.isEmpty else {
      throw MACEError(
        .unknownElement,
        "the foundation model does not know \(elementNames(unknown)); it knows \(elementNames(known))")
    }
  }

  /// [head][element], in eV.
  private func atomicEnergies(_ heads: [Head], _ model: MACEModel) throws(MACEError) -> [[Double]] {
    let elements = model.configuration.atomicNumbers
    let table = model.tensors["atomic_energies_fn.atomic_energies"]?.values ?? []
    let known = Dictionary(uniqueKeysWithValues: zip(elements, table))
    var result: [[Double]] = []
    for head in heads {
      var energies = head.atomicEnergies ?? known
      if self.elements == nil { energies.merge(known) { given, _ in given } }
      try Architecture.Head(head.name, atomicEnergies: energies).checkEnergies(of: elements)
      result.append(elements.map { energies[$0] ?? .nan })
    }
    return result
  }
}

func elementNames(_ numbers: [Int]) -> String { numbers.map(Element.name(of:)).joined(separator: ", ") }

func missingEnergies(_ elements: [Int], head: String) -> MACEError {
  MACEError(
    .invalidArgument,
    "E0s: head '\(head)' has no energy of \(elementNames(elements)); give E0s for every element")
}

extension MACEModel {
  /// Repeats the only head. Hidden scalars are head-major; e3nn divides by the root of their number, so weights
  /// behind them are multiplied by √heads. Blocks between different heads are filled, too, as in mace-torch,
  /// although they are masked.
  fileprivate mutating func repeatHead(as names: [String], energies: [[Double]]) {
    let count = names.count
    let elements = configuration.atomicNumbers.count
    configuration.heads = names
    func buffer(_ values: [Double], _ shape: [Int]) -> Tensor {
      Tensor(element: .float64, shape: shape, values: values, isParameter: false)
    }
    tensors["atomic_energies_fn.atomic_energies"] = buffer(energies.flatMap { $0 }, [count, elements])
    for (name, neutral) in [("scale_shift.scale", 1.0), ("scale_shift.shift", 0)] {
      let value = tensors[name]?.values.first ?? neutral
      tensors[name] = buffer([Double](repeating: value, count: count), [count])
    }
    configuration.modelClass = .scaleShiftMACE
    for (k, readout) in configuration.readouts.enumerated() {
      let prefix = "readouts.\(k)."
      let scalars = readout.irrepsIn.scalars.dimension
      guard readout.kind != .linear else {
        tile(prefix + "linear.weight", [scalars, 1], down: 1, across: count)
        continue
      }
      let hidden = readout.hiddenIrreps.dimension
      let factor = (Double(hidden) / Double(hidden * count)).squareRoot()
      configuration.readouts[k].hiddenIrreps = .scalars(hidden * count)
      tile(prefix + "linear_1.weight", [scalars, hidden], down: 1, across: count)
      tile(prefix + "linear_mid.weight", [hidden, hidden], down: count, across: count, dividedBy: factor)
      tile(prefix + "linear_mid.bias", [1, hidden], down: 1, across: count)
      tile(prefix + "linear_2.weight", [hidden, 1], down: count, across: count, dividedBy: factor)
      tile(prefix + "linear_2.bias", [1, 1], down: 1, across: count)
    }
  }

  /// Repeats a flat matrix `[rows, columns]`, if the model has it.
  private mutating func tile(
    _ name: String, _ shape: [Int], down: Int, across: Int, dividedBy factor: Double = 1
  ) {
    guard let tensor = tensors[name] else { return }
    var values: [Double] = []
    for _ in 0..<down {
      for row in 0..<shape[0] {
        for _ in 0..<across {
          values += tensor.values[row * shape[1]..<(row + 1) * shape[1]].map { $0 / factor }
        }
      }
    }
    tensors[name] = Tensor(
      element: .float64, shape: [values.count], values: values, isParameter: tensor.isParameter)
  }
}
