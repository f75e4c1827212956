import Diagnostics

extension EffectivePlan {
  /// Learning rate and averaging that mace-torch forces in multihead fine-tuning.
  private static let fineTuningRate = 1e-4
  private static let fineTuningDecay = 0.99999

  static func training(_ options: TrainingOptions, multihead: Bool) throws(MACEError) -> TrainingPlan {
    let forced = multihead && !options.flag("force_mh_ft_lr")
    var plan = TrainingPlan(loss: loss(options, multihead: multihead))
    plan.optimizer = try optimizer(options)
    if forced { plan.optimizer.learningRate = fineTuningRate }
    if plan.optimizer.method == .scheduleFree {
      plan.schedule = .constant
    } else if options.text("scheduler") == "ExponentialLR" {
      plan.schedule = .exponential(gamma: options.real("lr_scheduler_gamma"))
    } else {
      plan.schedule = .reduceOnPlateau(
        factor: options.real("lr_factor"), patience: options.integer("scheduler_patience"))
    }
    plan.gradientLimit = options.optionalReal("clip_grad")
    plan.averageDecay = forced ? fineTuningDecay : options.flag("ema") ? options.real("ema_decay") : nil
    plan.batchSize = options.integer("batch_size")
    plan.validationBatchSize = options.integer("valid_batch_size")
    plan.maxEpochs = options.integer("max_num_epochs")
    plan.patience = options.integer("patience")
    plan.evaluationInterval = options.integer("eval_interval")
    plan.seed = UInt64(options.integer("seed"))
    plan.stageTwo = try stageTwo(options, plan.loss)
    plan.convergence = options.optionalReal("convergence_threshold").map {
      TrainingPlan.Convergence(threshold: $0, evaluations: options.integer("convergence_window"))
    }
    return plan
  }

  private static func loss(_ options: TrainingOptions, multihead: Bool) -> Loss {
    Loss(
      multihead ? .universal : Loss.Kind(rawValue: options.text("loss")) ?? .weighted,
      weights: weights(options, prefix: ""), huberDelta: options.real("huber_delta"),
      headWeights: multihead ? [replayHead: options.real("weight_pt_head")] : [:])
  }

  private static func weights(_ options: TrainingOptions, prefix: String) -> Loss.Weights {
    Loss.Weights(
      energy: options.real(prefix + "energy_weight"),
      forces: options.flag("compute_forces") ? options.real(prefix + "forces_weight") : 0,
      stress: options.real(prefix + "stress_weight"), virials: options.real(prefix + "virials_weight"))
  }

  private static func stageTwo(_ options: TrainingOptions, _ loss: Loss) throws(MACEError)
    -> TrainingPlan.StageTwo?
  {
    guard options.flag("swa") || options.isGiven("start_swa") else { return nil }
    let epochs = options.integer("max_num_epochs")
    let start = options.optionalInteger("start_swa") ?? TrainingPlan.StageTwo.defaultStart(maxEpochs: epochs)
    guard start < epochs else {
      throw MACEError(
        .invalidArgument,
        "\(options.written("start_swa")): stage two would start at epoch \(start), but the run ends after "
          + "max_num_epochs=\(epochs)")
    }
    return TrainingPlan.StageTwo(
      start: start, learningRate: options.real("swa_lr"), loss: try loss.stageTwo(weights(options, prefix: "swa_")))
  }

  private static func optimizer(_ options: TrainingOptions) throws(MACEError) -> OptimizerSettings {
    var settings = OptimizerSettings()
    settings.method = OptimizerSettings.Method(rawValue: options.text("optimizer")) ?? .adam
    settings.learningRate = options.real("lr")
    settings.weightDecay = options.real("weight_decay")
    if settings.method == .scheduleFree {
      settings.beta1 = options.real("beta1_schedulefree")
      settings.beta2 = options.real("beta2_schedulefree")
      settings.amsgrad = false
    } else {
      settings.beta1 = options.real("beta")
    }
    guard case .dictionary(let entries) = options.value("lr_params_factors") else { return settings }
    for entry in entries {
      let places: [String: WritableKeyPath<OptimizerSettings.LearningRateFactors, Double>] = [
        "embedding_lr_factor": \.embedding, "interactions_lr_factor": \.interactions,
        "products_lr_factor": \.products, "readouts_lr_factor": \.readouts,
      ]
      guard let place = places[entry.key.description], let factor = entry.value.number, factor >= 0 else {
        throw MACEError(
          .invalidArgument,
          "\(options.written("lr_params_factors")): '\(entry.key): \(entry.value)' is not embedding_lr_factor, "
            + "interactions_lr_factor, products_lr_factor or readouts_lr_factor with a number of at least 0")
      }
      settings.factors[keyPath: place] = factor
    }
    return settings
  }
}

extension Loss {
  /// As mace-torch prints the loss: its class and weights.
  public var text: String {
    func weight(_ name: String, _ value: Double) -> String { "\(name)_weight=\(NumberText.fixed(value, 3))" }
    let (energy, forces) = (weight("energy", weights.energy), weight("forces", weights.forces))
    let stress = weight("stress", weights.stress)
    let (name, terms): (String, [String]) =
      switch kind {
      case .weighted, .energyForces: ("WeightedEnergyForcesLoss", [energy, forces])
      case .forcesOnly: ("WeightedForcesLoss", [forces])
      case .stress: ("WeightedEnergyForcesStressLoss", [energy, forces, stress])
      case .virials: ("WeightedEnergyForcesVirialsLoss", [energy, forces, weight("virials", weights.virials)])
      case .huber: ("WeightedHuberEnergyForcesStressLoss", [energy, forces, stress])
      case .universal: ("UniversalLoss", [energy, forces, stress])
      case .l1l2: ("WeightedEnergyForcesL1L2Loss", [energy, forces])
      }
    return "\(name)(\(terms.joined(separator: ", ")))"
  }
}
