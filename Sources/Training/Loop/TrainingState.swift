/// All that changes while training: what a checkpoint holds and a restart needs.
struct TrainingState: Sendable {
  /// The model of one stage with the lowest validation loss.
  struct Best: Sendable {
    var epoch: Int
    var loss: Double
    /// As evaluated: averaged, if the run averages.
    var parameters: [Double]
  }

  var parameters: [Double]
  var optimizer: Optimizer
  var average: MovingAverage?
  var scheduler: LearningRateScheduler
  /// The next epoch.
  var epoch = 0
  var isStageTwo = false
  /// Validation loss that the scheduler sees; nil before the first evaluation.
  var lastLoss: Double?
  var evaluationsWithoutImprovement = 0
  /// Lowest validation loss of the stage after each of its last evaluations.
  var lowestLosses: [Double] = []
  var stageOneBest: Best?
  var stageTwoBest: Best?

  init(_ parameters: [Double], _ layout: ParameterLayout, _ plan: TrainingPlan) {
    self.parameters = parameters
    optimizer = Optimizer(layout, plan.optimizer)
    average = plan.averageDecay.map { MovingAverage(parameters, decay: $0) }
    scheduler = LearningRateScheduler(plan.schedule)
  }

  /// The best model of the present stage.
  var best: Best? {
    get { isStageTwo ? stageTwoBest : stageOneBest }
    set { if isStageTwo { stageTwoBest = newValue } else { stageOneBest = newValue } }
  }

  /// The parameters to evaluate with.
  var evaluationParameters: [Double] { average?.shadow ?? optimizer.evaluationParameters(parameters) }

  /// The epoch that was trained last gave the best model of its stage.
  var lastEpochWasBest: Bool { epoch > 0 && best?.epoch == epoch - 1 }

  mutating func beginStageTwo() {
    isStageTwo = true
    evaluationsWithoutImprovement = 0
    lowestLosses = []
  }

  /// One step with the (clipped) gradient.
  mutating func update(_ gradient: [Double]) {
    optimizer.step(&parameters, gradient: gradient)
    average?.update(parameters)
  }

  /// The learning rates of the epoch that begins.
  mutating func beginEpoch(_ plan: TrainingPlan) {
    guard epoch > 0 else { return }
    if isStageTwo, let stageTwo = plan.stageTwo {
      // SWALR with one annealing epoch: all groups at once
      optimizer.setLearningRate { _ in stageTwo.learningRate }
    } else if plan.optimizer.method != .scheduleFree, let lastLoss {
      scheduler.step(lastLoss, &optimizer)
    }
  }

  /// Takes the deciding validation loss of an epoch.
  mutating func record(_ loss: Double, _ plan: TrainingPlan) {
    lastLoss = loss
    if loss < best?.loss ?? .infinity {
      best = Best(epoch: epoch, loss: loss, parameters: evaluationParameters)
      evaluationsWithoutImprovement = 0
    } else {
      evaluationsWithoutImprovement += 1
    }
    lowestLosses.append(best?.loss ?? loss)
    let kept = (plan.convergence?.evaluations ?? 0) + 1
    if lowestLosses.count > kept { lowestLosses.removeFirst() }
  }

  /// Why the present stage is over, or nil.
  func stageEnd(_ plan: TrainingPlan) -> TrainingEvent.StageEnd? {
    if epoch >= plan.maxEpochs { return .schedule }
    if evaluationsWithoutImprovement >= plan.patience { return .patience }
    if let convergence = plan.convergence, lowestLosses.count > convergence.evaluations,
      let first = lowestLosses.first, let last = lowestLosses.last,
      first - last < convergence.threshold * first.magnitude
    {
      return .convergence
    }
    return nil
  }
}
