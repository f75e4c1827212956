/// Collects the differences between predictions and labels, batch by batch.
struct ErrorAccumulator {
  private var loss = 0.0
  private var frames = 0
  private var energy = Differences()
  private var forces = Differences()
  private var stress = Differences()
  private var virials = Differences()

  private struct Differences {
    var values: [Double] = []
    var perAtom: [Double] = []
    /// Labels, where relative errors are wanted.
    var targets: [Double] = []

    mutating func add(_ difference: Double, _ atoms: Double) {
      values.append(difference)
      perAtom.append(difference / atoms)
    }

    var tensor: ErrorMetrics.Tensor? {
      guard !values.isEmpty else { return nil }
      return .init(
        mae: values.mae, rmse: values.rmse, maePerAtom: perAtom.mae, rmsePerAtom: perAtom.rmse,
        q95: values.q95)
    }
  }

  /// Labels with weight 0 are not compared, as in mace-torch.
  mutating func add(_ prediction: BatchPrediction, _ batch: ArraySlice<TrainingFrame>, loss batchLoss: Double)
  {
    loss += batchLoss
    frames += batch.count
    var firstAtom = 0
    for (graph, frame) in batch.enumerated() {
      let atoms = Double(frame.structure.count)
      let weights = frame.weights
      if let label = frame.labels.energy, weights.config * weights.energy > 0 {
        energy.add(label - prediction.energies[graph], atoms)
      }
      if let labels = frame.labels.forces {
        let counts = weights.config * weights.forces > 0
        for (i, label) in labels.enumerated() {
          let difference = label - prediction.forces[firstAtom + i]
          for axis in 0..<3 {
            // relative errors refer to all labels in mace-torch
            forces.targets.append(label[axis])
            if counts { forces.values.append(difference[axis]) }
          }
        }
      }
      firstAtom += frame.structure.count
      guard !prediction.virials.isEmpty else { continue }
      let virial = prediction.virials[9 * graph..<9 * graph + 9]
      if let label = frame.labels.stress, weights.config * weights.stress > 0,
        let volume = frame.periodicVolume
      {
        for (label, w) in zip(label, virial) { stress.add(label + w / volume, atoms) }
      }
      if let label = frame.labels.virials, weights.config * weights.virials > 0 {
        for (label, w) in zip(label, virial) { virials.add(label - w, atoms) }
      }
    }
  }

  func metrics(time: Double) -> ErrorMetrics {
    ErrorMetrics(
      loss: loss / Double(max(frames, 1)), frames: frames,
      energy: energy.values.isEmpty
        ? nil
        : .init(
          mae: energy.values.mae, maePerAtom: energy.perAtom.mae, rmse: energy.values.rmse,
          rmsePerAtom: energy.perAtom.rmse, q95: energy.values.q95),
      forces: forces.values.isEmpty
        ? nil
        : .init(
          mae: forces.values.mae, relativeMAE: 100 * forces.values.mae / (forces.targets.mae + 1e-9),
          rmse: forces.values.rmse, relativeRMSE: 100 * forces.values.rmse / (forces.targets.rmse + 1e-9),
          q95: forces.values.q95), stress: stress.tensor, virials: virials.tensor, time: time)
  }
}

extension [Double] {
  fileprivate var mae: Double { reduce(0) { $0 + $1.magnitude } / Double(count) }
  fileprivate var rmse: Double { (reduce(0) { $0 + $1 * $1 } / Double(count)).squareRoot() }

  /// 95th percentile of the magnitudes, linear between neighbours (numpy's default).
  fileprivate var q95: Double {
    let sorted = map(\.magnitude).sorted()
    let position = 0.95 * Double(count - 1)
    let lower = Int(position)
    let upper = Swift.min(lower + 1, count - 1)
    return sorted[lower] + (position - Double(lower)) * (sorted[upper] - sorted[lower])
  }
}
