import Diagnostics

/// What every frame must fulfil before it is trained on or compared with.
enum DataCheck {
  static func check(
    _ training: [TrainingFrame], _ validation: [Trainer.ValidationSet], _ plan: TrainingPlan
  ) throws(MACEError) {
    guard !validation.isEmpty, validation.allSatisfy({ !$0.frames.isEmpty }) else {
      throw MACEError(
        .invalidArgument, "there are no validation frames; give a valid_file or a larger valid_fraction")
    }
    for frame in training { try check(frame, plan) }
    for set in validation {
      for frame in set.frames { try check(frame, plan) }
    }
    for loss in [plan.loss, plan.stageTwo?.loss].compactMap({ $0 }) {
      guard training.contains(where: { loss.uses($0) }) else {
        throw MACEError(
          .invalidArgument,
          "no training frame has a label that the loss '\(loss.kind.rawValue)' uses; check energy_key, "
            + "forces_key, stress_key and virials_key")
      }
    }
  }

  private static func check(_ frame: TrainingFrame, _ plan: TrainingPlan) throws(MACEError) {
    func require(_ holds: Bool, _ message: @autoclosure () -> String) throws(MACEError) {
      if !holds { throw MACEError(.invalidArgument, "\(frame.source): \(message())") }
    }
    let (labels, weights) = (frame.labels, frame.weights)
    try require(frame.structure.count > 0, "the frame has no atoms")
    try require(labels.energy?.isFinite ?? true, "the energy is not finite")
    if let forces = labels.forces {
      try require(
        forces.count == frame.structure.count,
        "\(forces.count) forces for \(frame.structure.count) atoms")
      try require(
        forces.allSatisfy { $0.x.isFinite && $0.y.isFinite && $0.z.isFinite }, "a force is not finite")
    }
    for (name, tensor) in [("stress", labels.stress), ("virials", labels.virials)] {
      guard let tensor else { continue }
      try require(
        tensor.count == 9 && tensor.allSatisfy(\.isFinite), "the \(name) are not nine finite numbers")
    }
    for weight in [weights.config, weights.energy, weights.forces, weights.stress, weights.virials] {
      try require(weight >= 0 && weight.isFinite, "the weight \(weight) is not a number of at least 0")
    }
    let usesStress = plan.loss.usesStress || plan.stageTwo?.loss.usesStress == true
    if usesStress, labels.stress != nil, weights.stress > 0, weights.config > 0 {
      try require(
        frame.periodicVolume != nil,
        "the frame has a stress but is not periodic in three directions; remove the stress, or set "
          + "config_stress_weight=0 for it")
    }
  }
}
