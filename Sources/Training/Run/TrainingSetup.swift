import Diagnostics
import MACE

/// Engine and trainer of a plan and the frames of its heads.
struct TrainingSetup {
  let engine: ModelEngine
  let trainer: Trainer

  /// - Throws: what the starting model and the trainer throw.
  init(
    _ plan: EffectivePlan, _ heads: [HeadData], foundation: FoundationModel?, threads: Int,
    checkpoints: CheckpointStore? = nil, log: TrainingLog
  ) throws(MACEError) {
    let start = try StartingModel(plan, heads, foundation: foundation, threads: threads, log: log)
    let adaptation = try plan.lora.map { (lora) throws(MACEError) in
      try LowRankAdaptation(start.model, rank: lora.rank, alpha: lora.alpha, seed: UInt64(plan.seed))
    }
    engine = try ModelEngine(
      start.model, adaptation: adaptation, output: plan.output,
      learnsRadialBasis: plan.learnsRadialBasis, precision: plan.precision, threads: threads)
    try log.write("Number of parameters: \(engine.layout.count)")
    var training = plan.training
    training.optimizer.frozen = try FrozenParameters.names(
      engine.layout.entries.map(\.name), freeze: plan.freeze)
    let facts = start.facts + [("lora", plan.lora.map { "rank \($0.rank), alpha \($0.alpha)" } ?? "none")]
    trainer = try Trainer(
      engine: engine, plan: training, parameters: engine.initialParameters,
      training: Self.trainingFrames(plan, heads), validation: heads.map { ($0.head.name, $0.validation) },
      checkpoints: checkpoints, options: facts)
  }

  /// All heads' frames; those of other heads are repeated when the replay frames would drown them.
  private static func trainingFrames(_ plan: EffectivePlan, _ heads: [HeadData]) -> [TrainingFrame] {
    let replayed = heads.first { $0.head.name == EffectivePlan.replayHead }?.training.frames.count ?? 0
    let own = heads.reduce(0) { $0 + $1.training.frames.count } - replayed
    let copies = plan.replay?.copies(frames: own, replayFrames: replayed) ?? 1
    var frames: [TrainingFrame] = []
    for head in heads {
      let count = head.head.name == EffectivePlan.replayHead && plan.replay != nil ? 1 : copies
      for _ in 0..<count { frames += head.training.frames }
    }
    return frames
  }

  /// Writes to the log what there is to train on.
  /// - Throws: `.invalidArgument` for heads without frames, and when no batch is complete.
  static func describe(_ heads: [HeadData], _ plan: EffectivePlan, _ log: TrainingLog) throws(MACEError) {
    var table = EffectiveDataPlan()
    for head in heads {
      table.parts += head.parts.map { .init(head: head.head.name, name: $0.name, frames: $0.frames) }
    }
    try log.write("Frames, and how many of them have labels that count:\n\(table.text)")
    let counts = heads.map {
      EffectivePlan.FrameCounts(
        head: $0.head.name, training: $0.training.frames.count, validation: $0.validation.count)
    }
    for note in try plan.notes(frames: counts) { try log.write(note.text, note.isWarning ? .warning : .info) }
    let labels = heads.flatMap { $0.training.frames.map(\.labels) }
    let (loss, weights) = (plan.training.loss, plan.training.loss.weights)
    if loss.usesStress, weights.stress > 0, !labels.contains(where: { $0.stress != nil }) {
      try log.warn(
        "No training frame has a stress: stress_weight has no effect, and stresses of the model are not trained"
      )
    }
    if loss.usesVirials, weights.virials > 0, !labels.contains(where: { $0.virials != nil }) {
      try log.warn("No training frame has virials: virials_weight has no effect")
    }
  }
}
