import Diagnostics

/// Everything a training run does with its data, with mace-torch's defaults (their option names in brackets).
public struct TrainingPlan: Sendable {
  public struct StageTwo: Sendable {
    /// First epoch of stage two (`start_swa`).
    public var start: Int
    /// Learning rate of all groups (`swa_lr`); `lr_params_factors` have no effect in stage two of mace-torch.
    public var learningRate: Double
    public var loss: Loss

    public init(start: Int, learningRate: Double = 1e-3, loss: Loss) {
      self.start = start
      self.learningRate = learningRate
      self.loss = loss
    }

    /// Three quarters of the epochs.
    public static func defaultStart(maxEpochs: Int) -> Int { max(1, maxEpochs / 4 * 3) }
  }

  /// Ends a stage when the lowest validation loss fell by less than `threshold` of itself over the last
  /// `evaluations` evaluations.
  public struct Convergence: Sendable {
    public var threshold: Double
    public var evaluations: Int

    public init(threshold: Double, evaluations: Int) {
      self.threshold = threshold
      self.evaluations = evaluations
    }
  }

  public var loss: Loss
  public var optimizer = OptimizerSettings()
  public var schedule = LearningRateSchedule.reduceOnPlateau()
  /// Largest norm of the gradient (`clip_grad`); nil leaves it as it is.
  public var gradientLimit: Double? = 10
  /// (`ema_decay`); nil without `ema`.
  public var averageDecay: Double?
  public var batchSize = 10
  public var validationBatchSize = 10
  public var maxEpochs = 2048
  /// Evaluations without improvement before a stage ends.
  public var patience = 2048
  /// (`eval_interval`)
  public var evaluationInterval = 1
  public var seed: UInt64 = 123
  public var stageTwo: StageTwo?
  public var convergence: Convergence?
  /// Compares stress and virials also when the loss does not need them (`error_table`).
  public var reportsVirials = false

  public init(loss: Loss) { self.loss = loss }

  /// - Throws: `.invalidArgument`, naming the option.
  func validate(trainingFrames: Int) throws(MACEError) {
    func require(_ holds: Bool, _ message: @autoclosure () -> String) throws(MACEError) {
      if !holds { throw MACEError(.invalidArgument, message()) }
    }
    try optimizer.validate()
    try require(batchSize >= 1, "batch_size is \(batchSize); it must be at least 1")
    try require(
      batchSize <= trainingFrames,
      "batch_size is \(batchSize), but there are \(trainingFrames) training frames and incomplete batches "
        + "are dropped; choose a batch_size of at most \(trainingFrames)")
    try require(validationBatchSize >= 1, "valid_batch_size is \(validationBatchSize); it must be at least 1")
    try require(maxEpochs >= 0, "max_num_epochs is \(maxEpochs); it cannot be negative")
    try require(patience >= 1, "patience is \(patience); it must be at least 1")
    try require(evaluationInterval >= 1, "eval_interval is \(evaluationInterval); it must be at least 1")
    try require(gradientLimit.map { $0 > 0 } ?? true, "clip_grad must be positive")
    try require(
      averageDecay.map { $0 >= 0 && $0 <= 1 } ?? true, "ema_decay is not between 0 and 1")
    if case .reduceOnPlateau(let factor, let patience) = schedule {
      try require(factor > 0 && factor < 1, "lr_factor is \(factor); it must be between 0 and 1")
      try require(patience >= 0, "scheduler_patience is \(patience); it cannot be negative")
    }
    if case .exponential(let gamma) = schedule {
      try require(gamma > 0 && gamma.isFinite, "lr_scheduler_gamma is \(gamma); it must be positive")
    }
    if let stageTwo {
      try require(
        stageTwo.start >= 0 && stageTwo.start < maxEpochs,
        "start_swa is \(stageTwo.start), but training ends after max_num_epochs = \(maxEpochs) epochs; "
          + "choose a smaller start_swa or remove 'swa'")
      try require(
        stageTwo.learningRate >= 0 && stageTwo.learningRate.isFinite,
        "swa_lr is \(stageTwo.learningRate); it must be finite and not negative")
    }
    if let convergence {
      try require(
        convergence.threshold > 0 && convergence.evaluations >= 1,
        "the convergence threshold and its number of evaluations must be positive")
    }
    for loss in [loss, stageTwo?.loss].compactMap({ $0 }) {
      let weights = loss.weights
      for weight in [weights.energy, weights.forces, weights.stress, weights.virials]
        + loss.headWeights.values
      {
        try require(weight >= 0 && weight.isFinite, "a loss weight is \(weight); it must be at least 0")
      }
      try require(loss.huberDelta > 0, "huber_delta is \(loss.huberDelta); it must be positive")
    }
  }

  /// The options that change the numbers of a run, as texts to compare. When to end is not among them, so that
  /// a finished run can be continued.
  var identity: [(key: String, text: String)] {
    var items = [("loss", Self.text(loss))]
    items += [
      ("optimizer", optimizer.method.rawValue), ("amsgrad", "\(optimizer.amsgrad)"),
      ("lr", "\(optimizer.learningRate)"), ("weight_decay", "\(optimizer.weightDecay)"),
      ("beta", "\(optimizer.beta1), \(optimizer.beta2)"), ("epsilon", "\(optimizer.epsilon)"),
      (
        "lr_params_factors",
        "embedding \(optimizer.factors.embedding), interactions \(optimizer.factors.interactions), products "
          + "\(optimizer.factors.products), readouts \(optimizer.factors.readouts)"
      ),
      ("frozen parameters", optimizer.frozen.sorted().joined(separator: " ")),
      ("scheduler", "\(schedule)"), ("clip_grad", gradientLimit.map { "\($0)" } ?? "none"),
      ("ema_decay", averageDecay.map { "\($0)" } ?? "none"), ("batch_size", "\(batchSize)"),
      ("valid_batch_size", "\(validationBatchSize)"), ("eval_interval", "\(evaluationInterval)"),
      ("seed", "\(seed)"),
    ]
    if let stageTwo {
      items += [
        ("start_swa", "\(stageTwo.start)"), ("swa_lr", "\(stageTwo.learningRate)"),
        ("swa loss", Self.text(stageTwo.loss)),
      ]
    } else {
      items.append(("start_swa", "none"))
    }
    return items
  }

  private static func text(_ loss: Loss) -> String {
    let weights = loss.weights
    let heads = loss.headWeights.sorted { $0.key < $1.key }.map { ", head \($0.key) \($0.value)" }
    return
      "\(loss.kind.rawValue): energy \(weights.energy), forces \(weights.forces), stress \(weights.stress), "
      + "virials \(weights.virials), huber_delta \(loss.huberDelta)" + heads.joined()
  }
}
