import Checkpoint
import MACE

/// E0s, scale and shift as parameters of training, which mace-torch keeps as they are.
///
/// E = Σ (E0 + shift) + scale · u and F = scale · f, with u and f of the layers. The engine evaluates with the
/// values that the model had at first; this turns its results into those of the present values.
struct OutputParameters {
  private struct Values {
    /// [heads × elements], [heads], [heads]
    var energies: [Double], scale: [Double], shift: [Double]

    init(_ model: MACEModel) {
      func values(_ kind: OutputParameter, _ missing: Double) -> [Double] {
        model.tensors[kind.rawValue]?.values ?? model.configuration.heads.map { _ in missing }
      }
      (energies, scale, shift) = (values(.energies, 0), values(.scale, 1), values(.shift, 0))
    }

    /// The energy of a frame without interactions.
    func base(_ species: [Int], _ head: Int, _ elements: Int) -> Double {
      species.reduce(0) { $0 + energies[head * elements + $1] } + Double(species.count) * shift[head]
    }
  }

  /// The parameters, in the order of a layout.
  let entries: [(name: String, shape: [Int])]
  private let trained: Set<OutputParameter>
  private let species: [Int: Int]
  private let original: Values
  private let originalTensors: [String: Tensor]
  private var present: Values

  init(_ model: MACEModel, _ trained: Set<OutputParameter>) {
    self.trained = trained
    entries = OutputParameter.allCases.filter(trained.contains).compactMap { kind in
      model.tensors[kind.rawValue].map { (kind.rawValue, $0.shape) }
    }
    species = Dictionary(
      uniqueKeysWithValues: model.configuration.atomicNumbers.enumerated().map { ($1, $0) })
    original = Values(model)
    originalTensors = model.tensors.filter { OutputParameter(rawValue: $0.key) != nil }
    present = original
  }

  /// Takes the values of a model, and gives the model with the original ones, which is to be evaluated.
  mutating func update(_ model: MACEModel) -> MACEModel {
    present = Values(model)
    var model = model
    for (name, tensor) in originalTensors { model.tensors[name] = tensor }
    return model
  }

  private func ratio(_ head: Int) -> Double { present.scale[head] / original.scale[head] }

  /// Results of the original values become those of the present ones.
  /// - Parameter frames: as many as the prediction has, all of one head.
  func correct(_ prediction: inout BatchPrediction, _ frames: [TrainingFrame], head: Int) {
    let ratio = ratio(head)
    for (k, frame) in frames.enumerated() {
      let atoms = species(of: frame)
      prediction.energies[k] =
        (prediction.energies[k] - original.base(atoms, head, species.count)) * ratio
        + present.base(atoms, head, species.count)
    }
    for i in prediction.forces.indices { prediction.forces[i] *= ratio }
    for i in prediction.virials.indices { prediction.virials[i] *= ratio }
  }

  /// Adds ∂L/∂(E0, scale, shift) to `sums`, and turns the adjoint into that of the original values' results.
  /// - Parameter prediction: as `correct` left it.
  func pull(
    _ adjoint: inout BatchAdjoint, _ prediction: BatchPrediction, _ frames: [TrainingFrame], head: Int,
    to sums: inout [String: [Double]]
  ) {
    var scale = 0.0, shift = 0.0
    for (k, frame) in frames.enumerated() {
      let atoms = species(of: frame), slope = adjoint.energies[k]
      if trained.contains(.energies) {
        for s in atoms { sums[OutputParameter.energies.rawValue]?[head * species.count + s] += slope }
      }
      shift += slope * Double(atoms.count)
      scale += slope * (prediction.energies[k] - present.base(atoms, head, species.count))
    }
    for (slope, force) in zip(adjoint.forces, prediction.forces) { scale += (slope * force).sum() }
    for (slope, virial) in zip(adjoint.virials, prediction.virials) { scale += slope * virial }
    if trained.contains(.scale) { sums[OutputParameter.scale.rawValue]?[head] += scale / present.scale[head] }
    if trained.contains(.shift) { sums[OutputParameter.shift.rawValue]?[head] += shift }
    let ratio = ratio(head)
    for i in adjoint.energies.indices { adjoint.energies[i] *= ratio }
    for i in adjoint.forces.indices { adjoint.forces[i] *= ratio }
    for i in adjoint.virials.indices { adjoint.virials[i] *= ratio }
  }

  /// Elements that the model has not are refused by the evaluation, which comes first.
  private func species(of frame: TrainingFrame) -> [Int] {
    frame.structure.atomicNumbers.compactMap { species[$0] }
  }
}
