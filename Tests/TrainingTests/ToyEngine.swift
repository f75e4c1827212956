import Atomistics
import Diagnostics
import Glibc
import TestSupport
import Training

/// A model whose energies, forces and virials are sums over atoms of w_k = θ_k + θ_k³/10 times fixed features
/// of the atoms: small, not linear in θ, and with all groups of parameters.
final class ToyEngine: GradientEngine {
  let layout: ParameterLayout
  private var parameters: [Double] = []
  private var frames: [TrainingFrame] = []
  /// Predictions so far.
  private(set) var calls = 0
  /// Makes this prediction's energies infinite.
  var failingCall: Int?

  init(readouts: Int = 2) {
    layout = ParameterLayout([
      ("node_embedding.linear.weight", [3]), ("interactions.0.linear.weight", [3]),
      ("interactions.0.linear_up.weight", [2]), ("products.0.linear.weight", [2]),
      ("readouts.0.linear.weight", [readouts]),
    ])
  }

  func setParameters(_ values: [Double]) { parameters = values }

  func predict(_ frames: [TrainingFrame], virials: Bool) -> BatchPrediction {
    self.frames = frames
    calls += 1
    var result = BatchPrediction(energies: [], forces: [])
    for frame in frames {
      var energy = failingCall == calls ? Double.infinity : 0
      var virial = [Double](repeating: 0, count: 9)
      for position in frame.structure.positions {
        var force = SIMD3<Double>.zero
        for (k, theta) in parameters.enumerated() {
          let weight = theta + 0.1 * theta * theta * theta
          energy += weight * feature(k, position, frame.head)
          force += weight * vector(k, position, frame.head)
          for c in 0..<9 { virial[c] += weight * component(k, c, position) }
        }
        result.forces.append(force)
      }
      result.energies.append(energy)
      if virials { result.virials += virial }
    }
    return result
  }

  func addGradient(_ adjoint: BatchAdjoint, to gradient: inout [Double]) {
    var atom = 0
    for (graph, frame) in frames.enumerated() {
      for position in frame.structure.positions {
        for (k, theta) in parameters.enumerated() {
          var sum = adjoint.energies[graph] * feature(k, position, frame.head)
          sum += (adjoint.forces[atom] * vector(k, position, frame.head)).sum()
          if !adjoint.virials.isEmpty {
            for c in 0..<9 { sum += adjoint.virials[9 * graph + c] * component(k, c, position) }
          }
          gradient[k] += sum * (1 + 0.3 * theta * theta)
        }
        atom += 1
      }
    }
  }

  private func feature(_ k: Int, _ r: SIMD3<Double>, _ head: String) -> Double {
    sin(Double(k + 1) * r.x + r.y) * (head == "pt_head" && k >= 10 ? -1 : 1)
  }

  private func vector(_ k: Int, _ r: SIMD3<Double>, _ head: String) -> SIMD3<Double> {
    let phase = Double(k + 2)
    let sign = head == "pt_head" && k >= 10 ? -1.0 : 1
    return sign * SIMD3(cos(phase * r.y), sin(phase * r.z), cos(phase * r.x + r.z))
  }

  private func component(_ k: Int, _ c: Int, _ r: SIMD3<Double>) -> Double {
    sin(Double(k + c) * r.z + Double(c) * r.x)
  }
}

/// Frames that a toy model of unknown parameters labelled, with noise.
enum ToyData {
  static func frames(_ count: Int, seed: UInt64, head: String = "Default") -> [TrainingFrame] {
    var random = SeededGenerator(seed: seed)
    let engine = ToyEngine()
    engine.setParameters((0..<12).map { 0.5 + 0.1 * Double($0) })
    return (0..<count).map { i in
      let positions = (0..<2 + i % 3).map { _ in 5 * random.vector() }
      var frame = TrainingFrame(
        structure: Structure(
          atomicNumbers: positions.map { _ in 8 }, positions: positions,
          cell: Cell(orthorhombic: SIMD3(5, 6, 7)), pbc: .all),
        labels: Labels(), head: head, source: "toy.xyz, frame \(i + 1)")
      let prediction = engine.predict([frame], virials: true)
      frame.labels = Labels(
        energy: prediction.energies[0] + 0.05 * random.uniform(),
        forces: prediction.forces.map { $0 + 0.05 * random.vector() },
        stress: prediction.virials.map { -$0 / 210 + 0.001 * random.uniform() },
        virials: prediction.virials)
      return frame
    }
  }

  static let start = (0..<12).map { 0.02 * Double($0 % 5) - 0.03 }
}

/// The events of a run as lines without times.
final class EventLog {
  private(set) var lines: [String] = []
  private(set) var events: [TrainingEvent] = []

  func attach(to trainer: Trainer) {
    trainer.observer = { [self] event in
      events.append(event)
      switch event {
      case .step(let s):
        lines.append("opt \(s.epoch) \(s.batch)/\(s.batchCount) \(s.loss) \(s.energyLoss) \(s.gradientNorm)")
      case .evaluation(let e):
        let fields = e.metrics.fields.dropLast().map { "\($0.name)=\($0.value)" }
        lines.append("eval \(e.epoch ?? -1) \(e.head) \(fields) \(e.decides)")
      case .epochEnd(let e):
        lines.append("epoch \(e.epoch) \(e.isStageTwo) \(e.loss) \(e.learningRates) \(e.isBest)")
      case .stageTwo(let epoch, let reason): lines.append("stage two \(epoch) \(reason)")
      case .stop(let reason): lines.append("stop \(reason)")
      case .checkpoint, .restart: break
      }
    }
  }

  var evaluations: [TrainingEvent.Evaluation] {
    events.compactMap { if case .evaluation(let e) = $0 { e } else { nil } }
  }

  var epochs: [TrainingEvent.Epoch] {
    events.compactMap { if case .epochEnd(let e) = $0 { e } else { nil } }
  }

  var steps: [TrainingEvent.Step] {
    events.compactMap { if case .step(let s) = $0 { s } else { nil } }
  }
}
