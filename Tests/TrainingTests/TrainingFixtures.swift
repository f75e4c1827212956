import Atomistics
import Checkpoint
import Diagnostics
import Foundation
import TestSupport
import Training

/// mace-torch's and torch's numbers for training, in `Tests/Fixtures/training` (`make_fixtures.py` says which).
enum TrainingFixtures {
  /// Frames with labels and predictions, and mace-torch's losses and errors for them.
  struct Batch: Decodable {
    struct Frame: Decodable {
      var numbers: [Int]
      var positions: [[Double]]
      var cell: [[Double]]
    }
    struct Values: Decodable {
      var energy: [Double]
      var forces: [[Double]]
      var stress: [[[Double]]]
      var virials: [[[Double]]]
      var weight: [Double]?
      var energy_weight: [Double]?
      var forces_weight: [Double]?
      var stress_weight: [Double]?
      var virials_weight: [Double]?
    }
    struct Result: Decodable {
      var weights: [String: Double]
      var loss: Double
    }
    var frames: [Frame]
    var labels: Values
    var prediction: Values
    var losses: [String: Result]
    var metrics: [String: Double]
  }

  /// torch on made-up gradients and losses.
  struct Torch: Decodable {
    struct Run: Decodable {
      var parameters: [[Double]]
      var evaluation: [[Double]]
      var average: [[Double]]
    }
    struct Plateau: Decodable {
      var losses: [Double]
      var rates: [Double]
      var start: Double
      var factor: Double
      var patience: Int
    }
    var start: [Double]
    var gradients: [[Double]]
    var runs: [String: Run]
    var plateau: Plateau
  }

  static func path(_ name: String) -> String { Fixtures.path("training/\(name)") }

  static func batch(_ kind: String) throws -> Batch {
    let all = try JSONDecoder().decode(
      [String: Batch].self, from: Data(contentsOf: URL(fileURLWithPath: path("batches.json"))))
    guard let batch = all[kind] else { throw MACEError(.format, "no batch '\(kind)'") }
    return batch
  }

  static func torch() throws -> Torch {
    try JSONDecoder().decode(
      Torch.self, from: Data(contentsOf: URL(fileURLWithPath: path("torch.json"))))
  }

  /// The recorded optimizer steps of mace-torch.
  static func optimizerSteps() throws -> Safetensors {
    try Safetensors(contentsOf: path("optimizer_steps.safetensors")) { _ throws(MACEError) in }
  }
}

extension TrainingFixtures.Batch {
  var trainingFrames: [TrainingFrame] {
    var firstAtom = 0
    return frames.enumerated().map { i, frame in
      defer { firstAtom += frame.numbers.count }
      let cell = frame.cell.map { SIMD3($0[0], $0[1], $0[2]) }
      return TrainingFrame(
        structure: Structure(
          atomicNumbers: frame.numbers, positions: frame.positions.map { SIMD3($0[0], $0[1], $0[2]) },
          cell: Cell(cell[0], cell[1], cell[2]), pbc: .all),
        labels: Labels(
          energy: labels.energy[i],
          forces: labels.forces[firstAtom..<firstAtom + frame.numbers.count].map {
            SIMD3($0[0], $0[1], $0[2])
          },
          stress: labels.stress[i].flatMap(\.self), virials: labels.virials[i].flatMap(\.self)),
        weights: PropertyWeights(
          config: labels.weight?[i] ?? 1, energy: labels.energy_weight?[i] ?? 1,
          forces: labels.forces_weight?[i] ?? 1, stress: labels.stress_weight?[i] ?? 1,
          virials: labels.virials_weight?[i] ?? 1), source: "frame \(i + 1)")
    }
  }

  var batchPrediction: BatchPrediction {
    BatchPrediction(
      energies: prediction.energy, forces: prediction.forces.map { SIMD3($0[0], $0[1], $0[2]) },
      virials: prediction.virials.flatMap { $0.flatMap(\.self) })
  }
}
