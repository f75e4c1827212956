import Checkpoint
import Diagnostics
import MACE

/// A model as the trainer sees it: its energies, forces and virials, and their derivatives with respect to all
/// parameters, or to the low-rank changes of LoRA.
public final class ModelEngine: GradientEngine {
  public let layout: ParameterLayout
  /// The model with the parameters of the last `setParameters`.
  public private(set) var model: MACEModel
  private let weights: ParameterLayout
  private let adaptation: LowRankAdaptation?
  private var output: OutputParameters?
  private let heads: [String: Int]
  private let calculator: BatchCalculator
  private var parameters: [Double]
  /// Of the last batch: the frames of each head, and the first atom of each frame.
  private var frames: [(head: Int, indices: [Int])] = []
  private var firstAtoms: [Int] = []
  /// Of `frames`, kept for the gradient of `output`.
  private var predictions: [(frames: [TrainingFrame], result: BatchPrediction)] = []

  /// - Parameters:
  ///   - adaptation: trains low-rank changes of `model` instead of its parameters.
  ///   - output: names of E0s, scale and shift that are trained, too; without `adaptation`.
  ///   - learnsRadialBasis: the frequencies of the Bessel basis are trained, too; without `adaptation`.
  /// - Throws: `.format` or `.unsupported` when the parameters do not fit the architecture, `.invalidArgument` when
  ///   the basis to be trained has no frequencies.
  public init(
    _ model: MACEModel, adaptation: LowRankAdaptation? = nil, output: Set<OutputParameter> = [],
    learnsRadialBasis: Bool = false, precision: Precision = .float64, threads: Int
  ) throws(MACEError) {
    self.model = model
    self.adaptation = adaptation
    self.output = output.isEmpty || adaptation != nil ? nil : OutputParameters(model, output)
    var others = self.output?.entries ?? []
    if learnsRadialBasis { others.append(try Self.frequencies(model)) }
    weights = adaptation?.base ?? ParameterLayout(model, with: others)
    layout = adaptation?.layout ?? weights
    parameters = adaptation?.initialParameters ?? model.parameters(weights)
    heads = Dictionary(uniqueKeysWithValues: model.configuration.heads.enumerated().map { ($1, $0) })
    calculator = try BatchCalculator(model, precision: precision, threads: threads)
  }

  private static func frequencies(
    _ model: MACEModel
  ) throws(MACEError) -> (name: String, shape: [Int]) {
    let name = "radial_embedding.bessel_fn.bessel_weights"
    guard let tensor = model.tensors[name] else {
      throw MACEError(
        .invalidArgument,
        "learn_radial_basis: the model's basis is \(model.configuration.radialBasis.rawValue), which has no "
          + "frequencies; leave the option out")
    }
    return (name, tensor.shape)
  }

  /// What training starts from, [layout.count].
  public var initialParameters: [Double] { parameters }

  public func setParameters(_ values: [Double]) throws(MACEError) {
    guard values != parameters else { return }
    parameters = values
    model.setParameters(adaptation?.effectiveWeights(values) ?? values, weights)
    try calculator.update(output?.update(model) ?? model)
  }

  /// - Throws: `.invalidArgument` for a head the model has not, and as `BatchCalculator.evaluate`, naming the frame.
  public func predict(_ frames: [TrainingFrame], virials: Bool) throws(MACEError) -> BatchPrediction {
    try group(frames)
    predictions = []
    let atoms = frames.reduce(0) { $0 + $1.structure.count }
    var result = BatchPrediction(
      energies: Array(repeating: 0, count: frames.count), forces: Array(repeating: .zero, count: atoms),
      virials: Array(repeating: 0, count: virials ? 9 * frames.count : 0))
    for part in self.frames {
      var some: BatchPrediction
      do throws(MACEError) {
        some = try calculator.evaluate(
          part.indices.map { frames[$0].structure }, head: part.head, virials: virials)
      } catch {
        let sources = part.indices.prefix(3).map { frames[$0].source }.joined(separator: "; ")
        throw MACEError(error.kind, "\(error.message) (batch of \(part.indices.count) frames: \(sources) …)")
      }
      if let output {
        let own = part.indices.map { frames[$0] }
        output.correct(&some, own, head: part.head)
        predictions.append((own, some))
      }
      var atom = 0
      for (k, frame) in part.indices.enumerated() {
        result.energies[frame] = some.energies[k]
        let count = frames[frame].structure.count, first = firstAtoms[frame]
        result.forces.replaceSubrange(first..<first + count, with: some.forces[atom..<atom + count])
        if virials {
          result.virials.replaceSubrange(9 * frame..<9 * frame + 9, with: some.virials[9 * k..<9 * k + 9])
        }
        atom += count
      }
    }
    return result
  }

  public func addGradient(_ adjoint: BatchAdjoint, to gradient: inout [Double]) throws(MACEError) {
    var sums: [String: [Double]] = [:]
    for entry in weights.entries { sums[entry.name] = Array(repeating: 0, count: entry.range.count) }
    for (place, part) in frames.enumerated() {
      var some = BatchAdjoint(
        energies: part.indices.map { adjoint.energies[$0] },
        forces: part.indices.flatMap { adjoint.forces[firstAtoms[$0]..<firstAtoms[$0 + 1]] },
        virials: adjoint.virials.isEmpty ? [] : part.indices.flatMap { adjoint.virials[9 * $0..<9 * $0 + 9] })
      if let output {
        let (frames, result) = predictions[place]
        output.pull(&some, result, frames, head: part.head, to: &sums)
      }
      try calculator.addGradient(some, head: part.head, to: &sums)
    }
    if let adaptation {
      let flat = weights.entries.flatMap { sums[$0.name] ?? [] }
      for (k, g) in adaptation.pullBack(flat, at: parameters).enumerated() { gradient[k] += g }
    } else {
      for entry in weights.entries {
        guard let sum = sums[entry.name] else { continue }
        for (k, g) in zip(entry.range, sum) { gradient[k] += g }
      }
    }
  }

  /// Frames by head, in the order of the model's heads.
  private func group(_ frames: [TrainingFrame]) throws(MACEError) {
    var groups: [Int: [Int]] = [:]
    firstAtoms = [0]
    for (k, frame) in frames.enumerated() {
      guard let head = heads[frame.head] else {
        let known = model.configuration.heads.joined(separator: ", ")
        throw MACEError(
          .invalidArgument, "\(frame.source): head '\(frame.head)' is not one of the model's heads \(known)")
      }
      groups[head, default: []].append(k)
      firstAtoms.append(firstAtoms[k] + frame.structure.count)
    }
    self.frames = groups.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
