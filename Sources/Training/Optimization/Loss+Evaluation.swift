import Atomistics

/// A loss, what its parts add to it (weights included), and its derivatives.
public struct LossValue: Sendable {
  public var energy = 0.0
  public var forces = 0.0
  public var stress = 0.0
  public var virials = 0.0
  public var adjoint: BatchAdjoint

  public var total: Double { energy + forces + stress + virials }
}

extension Loss {
  /// The loss of a batch.
  /// - Precondition: `prediction` is of these frames, with virials if `needsVirials`; label shapes fit.
  public func evaluate(_ prediction: BatchPrediction, for frames: [TrainingFrame]) -> LossValue {
    let atoms = frames.reduce(0) { $0 + $1.structure.count }
    precondition(prediction.energies.count == frames.count && prediction.forces.count == atoms)
    precondition(!needsVirials || prediction.virials.count == 9 * frames.count)
    var result = LossValue(
      adjoint: BatchAdjoint(
        energies: Array(repeating: 0, count: frames.count), forces: Array(repeating: .zero, count: atoms),
        virials: Array(repeating: 0, count: needsVirials ? 9 * frames.count : 0)))
    let graphs = Double(frames.count)
    var firstAtom = 0
    for (graph, frame) in frames.enumerated() {
      let head = headWeights[frame.head] ?? 1
      if kind != .forcesOnly {
        addEnergy(frame, graph, prediction, factor: head * weights.energy / graphs, to: &result)
      }
      addForces(frame, firstAtom, prediction, factor: head * weights.forces / Double(atoms), to: &result)
      if usesStress {
        addStress(frame, graph, prediction, factor: head * weights.stress / (9 * graphs), to: &result)
      }
      if usesVirials {
        addVirials(frame, graph, prediction, factor: head * weights.virials / (9 * graphs), to: &result)
      }
      firstAtom += frame.structure.count
    }
    return result
  }

  /// outer · φ(inner · d): the weight of a label stands outside the penalty, or inside for universal.
  private func term(
    _ weight: Double, of frame: TrainingFrame
  ) -> (outer: Double, inner: Double, penalty: Penalty) {
    switch kind {
    case .huber: (1, 1, .huber(huberDelta))
    case .universal: (1, weight, .huber(huberDelta))
    case .l1l2: (frame.weights.config * weight, 1, .absolute)
    case .weighted, .forcesOnly, .energyForces, .virials, .stress: (frame.weights.config * weight, 1, .square)
    }
  }

  private func addEnergy(
    _ frame: TrainingFrame, _ graph: Int, _ prediction: BatchPrediction, factor: Double,
    to result: inout LossValue
  ) {
    guard let label = frame.labels.energy else { return }
    let (outer, weight, penalty) = term(frame.weights.energy, of: frame)
    let inner = weight / Double(frame.structure.count)
    let difference = inner * (label - prediction.energies[graph])
    result.energy += factor * outer * penalty.value(difference)
    result.adjoint.energies[graph] = -factor * outer * inner * penalty.slope(difference)
  }

  private func addForces(
    _ frame: TrainingFrame, _ firstAtom: Int, _ prediction: BatchPrediction, factor: Double,
    to result: inout LossValue
  ) {
    guard let labels = frame.labels.forces else { return }
    let (outer, inner, penalty) = term(frame.weights.forces, of: frame)
    for (i, label) in labels.enumerated() {
      let difference = inner * (label - prediction.forces[firstAtom + i])
      if kind == .l1l2 {
        // the mean is over atoms, and no weight of frame or label takes part
        let norm = (difference * difference).sum().squareRoot()
        result.forces += factor * norm
        if norm > 0 { result.adjoint.forces[firstAtom + i] = -factor / norm * difference }
        continue
      }
      let penalty = kind == .universal ? conditionalHuber(inner * label) : penalty
      for axis in 0..<3 {
        result.forces += factor / 3 * outer * penalty.value(difference[axis])
        result.adjoint.forces[firstAtom + i][axis] =
          -factor / 3 * outer * inner * penalty.slope(difference[axis])
      }
    }
  }

  /// δ shrinks with the size of the (weighted) reference force: 1, 0.7, 0.4, 0.1 of it from 0, 100, 200 and
  /// 300 eV/Å.
  private func conditionalHuber(_ force: SIMD3<Double>) -> Penalty {
    let size = (force * force).sum().squareRoot()
    return .huber(huberDelta * (size < 100 ? 1 : size < 200 ? 0.7 : size < 300 ? 0.4 : 0.1))
  }

  private func addStress(
    _ frame: TrainingFrame, _ graph: Int, _ prediction: BatchPrediction, factor: Double,
    to result: inout LossValue
  ) {
    guard let label = frame.labels.stress, let volume = frame.periodicVolume else { return }
    let (outer, inner, penalty) = term(frame.weights.stress, of: frame)
    for k in 9 * graph..<9 * graph + 9 {
      let difference = inner * (label[k - 9 * graph] + prediction.virials[k] / volume)
      result.stress += factor * outer * penalty.value(difference)
      // σ = −W/V
      result.adjoint.virials[k] = factor * outer * inner * penalty.slope(difference) / volume
    }
  }

  private func addVirials(
    _ frame: TrainingFrame, _ graph: Int, _ prediction: BatchPrediction, factor: Double,
    to result: inout LossValue
  ) {
    guard let label = frame.labels.virials else { return }
    let (outer, weight, penalty) = term(frame.weights.virials, of: frame)
    let inner = weight / Double(frame.structure.count)
    for k in 9 * graph..<9 * graph + 9 {
      let difference = inner * (label[k - 9 * graph] - prediction.virials[k])
      result.virials += factor * outer * penalty.value(difference)
      result.adjoint.virials[k] = -factor * outer * inner * penalty.slope(difference)
    }
  }
}

extension TrainingFrame {
  /// Å³; nil where stress is undefined.
  var periodicVolume: Double? {
    guard structure.pbc.isAll, let volume = structure.cell?.volume, volume > 0 else { return nil }
    return volume
  }
}
