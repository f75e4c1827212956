import Diagnostics
import MACE

/// Errors of a model on frames, in all and by config_type.
struct SplitErrors {
  let total: ErrorMetrics
  /// In the order of the frames.
  let byType: [(type: String, metrics: ErrorMetrics)]

  /// - Parameters:
  ///   - split: its name in `correlations`, to which references and predictions are added.
  ///   - atomicEnergies: eV by atomic number, taken off the energies of the correlations; empty for none.
  /// - Throws: what the engine throws.
  init(
    _ frames: [TrainingFrame], _ engine: any GradientEngine, batchSize: Int, virials: Bool, split: String,
    atomicEnergies: [Int: Double] = [:], correlations: inout Correlations
  ) throws(MACEError) {
    let started = monotonicSeconds()
    var all = ErrorAccumulator()
    var types: [(type: String, errors: ErrorAccumulator)] = []
    for first in stride(from: 0, to: frames.count, by: batchSize) {
      let batch = Array(frames[first..<min(first + batchSize, frames.count)])
      let prediction = try engine.predict(batch, virials: virials)
      var atom = 0
      for (k, frame) in batch.enumerated() {
        let own = prediction.part(k, atoms: atom..<atom + frame.structure.count)
        atom += frame.structure.count
        all.add(own, [frame], loss: 0)
        let place = types.firstIndex { $0.type == frame.configurationType } ?? types.count
        if place == types.count { types.append((frame.configurationType, ErrorAccumulator())) }
        types[place].errors.add(own, [frame], loss: 0)
        correlations.add(frame, own, split: split, atomicEnergies: atomicEnergies)
      }
    }
    let time = monotonicSeconds() - started
    total = all.metrics(time: time)
    byType = types.map { ($0.type, $0.errors.metrics(time: time)) }
  }
}

extension BatchPrediction {
  /// The prediction of one graph.
  fileprivate func part(_ graph: Int, atoms: Range<Int>) -> BatchPrediction {
    BatchPrediction(
      energies: [energies[graph]], forces: Array(forces[atoms]),
      virials: virials.isEmpty ? [] : Array(virials[9 * graph..<9 * graph + 9]))
  }
}

extension Correlations {
  fileprivate mutating func add(
    _ frame: TrainingFrame, _ prediction: BatchPrediction, split: String, atomicEnergies: [Int: Double]
  ) {
    func add(_ quantity: Quantity, _ references: [Double], _ predictions: [Double]) {
      self.add(
        quantity, split: split, configurationType: frame.configurationType, references: references,
        predictions: predictions)
    }
    if let energy = frame.labels.energy {
      let isolated = frame.structure.atomicNumbers.reduce(0) { $0 + (atomicEnergies[$1] ?? 0) }
      let atoms = Double(frame.structure.count)
      add(.energy, [(energy - isolated) / atoms], [(prediction.energies[0] - isolated) / atoms])
    }
    if let forces = frame.labels.forces {
      add(.forces, forces.flatMap { [$0.x, $0.y, $0.z] }, prediction.forces.flatMap { [$0.x, $0.y, $0.z] })
    }
    if let stress = frame.labels.stress, let volume = frame.periodicVolume, !prediction.virials.isEmpty {
      add(.stress, stress, prediction.virials.map { -$0 / volume })
    }
  }
}
