import Diagnostics
import Equivariance
import MACE

extension EffectivePlan {
  /// Learning rate and averaging that mace-torch forces in multihead fine-tuning.
  static let fineTuningRate = 1e-4
  static let fineTuningDecay = 0.99999

  /// Resolves options as mace_run_train 0.3.16 does.
  ///
  /// - Throws: `.invalidArgument` for options that contradict each other or cannot take effect, `.unsupported`
  ///   for what is not implemented.
  public init(_ options: TrainingOptions) throws(MACEError) {
    guard !options.text("name").isEmpty else {
      throw MACEError(.invalidArgument, "--name is missing: it names the logs, checkpoints and models")
    }
    guard !options.text("name").contains("/") else {
      throw MACEError(.invalidArgument, "--name must not contain '/'; use --work_dir for the place")
    }
    let foundation = try Self.foundation(options)
    let multihead = try Self.isMultihead(options)
    let loss = Self.loss(options, multihead: multihead)
    let stageTwo = try Self.stageTwo(options, loss)
    try OptionRule.check(
      OptionRule.Situation(
        options: options, isMultihead: multihead, loss: loss.function, usesStageTwo: stageTwo != nil))
    if loss.function == .forcesOnly, stageTwo != nil || !options.flag("compute_forces") {
      throw MACEError(
        .invalidArgument, "--loss forces_only cannot have a stage two nor --compute_forces=False; choose --loss weighted")
    }
    files = RunFiles(options)
    seed = options.integer("seed")
    precision = Precision(rawValue: options.text("default_dtype")) ?? .float64
    threads = options.optionalInteger("threads")
    logLevel = LogLevel(rawValue: options.text("log_level")) ?? .info
    isDryRun = options.flag("dry_run")
    restartsFromLatest = options.flag("restart_latest")
    keepsCheckpoints = options.flag("keep_checkpoints")
    savesAllCheckpoints = options.flag("save_all_checkpoints")
    architecture = foundation == nil ? try Self.architecture(options) : nil
    self.foundation = foundation
    replay = multihead ? Self.replayOptions(options) : nil
    heads = try Self.heads(options, multihead: multihead)
    self.loss = loss
    self.stageTwo = stageTwo
    optimizer = try Self.optimizer(options, multihead: multihead)
    loop = Self.loop(options)
    report = Self.report(options, loss)
    notes = []
    notes = Self.notes(options, self)
  }

  private static func foundation(_ options: TrainingOptions) throws(MACEError) -> Foundation? {
    guard let model = options.optionalText("foundation_model") else { return nil }
    if model.hasPrefix("polar-") || model == "mace_omol" {
      throw MACEError(.unsupported, "--foundation_model \(model): \(OptionTable.noLongRange)")
    }
    var expected: [String: Literal] = [:]
    for name in FoundationCheck.names where options.isGiven(name) { expected[name] = options.value(name) }
    return Foundation(
      model: model, head: options.optionalText("foundation_head"),
      keepsAllElements: options.flag("foundation_model_elements"),
      keepsReadouts: options.flag("foundation_filter_elements"), expected: expected)
  }

  /// mace-torch turns multihead fine-tuning off without a word when there are no replay frames; here that is an
  /// error if it was asked for.
  private static func isMultihead(_ options: TrainingOptions) throws(MACEError) -> Bool {
    guard options.flag("multiheads_finetuning") else { return false }
    let asked = options.isGiven("multiheads_finetuning")
    guard let model = options.optionalText("foundation_model") else {
      if asked {
        throw MACEError(
          .invalidArgument,
          "\(options.written("multiheads_finetuning")) has no effect without a foundation model; give "
            + "--foundation_model, or leave it out")
      }
      return false
    }
    if options.isGiven("pt_train_file") || ["small", "medium", "large"].contains(model) { return true }
    if asked {
      throw MACEError(
        .invalidArgument,
        "\(options.written("multiheads_finetuning")) needs replay frames; give --pt_train_file, or "
          + "--multiheads_finetuning=False for naive fine-tuning")
    }
    return false
  }

  static func replayOptions(_ options: TrainingOptions) -> Replay {
    var files = ["mp"]
    if case .list(let paths) = options.value("pt_train_file") { files = paths.map(\.description) }
    let isPublished = files.count == 1 && PublishedFile.replaySets[files[0]] != nil
    return Replay(
      trainFiles: files,
      samples: isPublished || options.isGiven("num_samples_pt") ? options.integer("num_samples_pt") : nil,
      selection: Replay.Selection(rawValue: options.text("subselect_pt")) ?? .random,
      filter: Replay.ElementFilter(rawValue: options.text("filter_type_pt")) ?? .none,
      fillsUpAtRandom: options.flag("disallow_random_padding_pt"), weight: options.real("weight_pt_head"),
      ratioThreshold: options.real("real_pt_data_ratio_threshold"),
      usesPseudolabels: options.flag("pseudolabel_replay"),
      addsStressLabels: options.flag("pseudolabel_replay_compute_stress"))
  }

  private static func optimizer(_ options: TrainingOptions, multihead: Bool) throws(MACEError) -> Optimizer {
    let forced = multihead && !options.flag("force_mh_ft_lr")
    let kind = Optimizer.Kind(rawValue: options.text("optimizer")) ?? .adam
    let isScheduleFree = kind == .schedulefree
    let freeze = options.optionalInteger("freeze") ?? 0
    let levels: [(Int, Optimizer.Group)] = [(1, .embedding), (5, .interactions), (6, .products), (7, .readouts)]
    let frozen = Set(levels.filter { freeze >= $0.0 }.map(\.1))
    if frozen.count == Optimizer.Group.allCases.count {
      throw MACEError(.invalidArgument, "\(options.written("freeze")) \(freeze) freezes all parameters; 6 leaves the readouts")
    }
    return Optimizer(
      kind: kind, learningRate: forced ? fineTuningRate : options.real("lr"),
      weightDecay: options.real("weight_decay"),
      beta1: options.real(isScheduleFree ? "beta1_schedulefree" : "beta"),
      beta2: isScheduleFree ? options.real("beta2_schedulefree") : 0.999, usesAMSGrad: !isScheduleFree,
      factors: try factors(options), frozen: frozen,
      lora: options.flag("lora")
        ? LoRA(rank: options.integer("lora_rank"), alpha: options.real("lora_alpha")) : nil,
      clip: options.optionalReal("clip_grad"),
      averageDecay: forced ? fineTuningDecay : options.flag("ema") ? options.real("ema_decay") : nil,
      scheduler: isScheduleFree
        ? .none
        : options.text("scheduler") == "ExponentialLR"
          ? .exponential(gamma: options.real("lr_scheduler_gamma"))
          : .reduceOnPlateau(
            factor: options.real("lr_factor"), patience: options.integer("scheduler_patience")))
  }

  private static func factors(_ options: TrainingOptions) throws(MACEError) -> [Optimizer.Group: Double] {
    var factors: [Optimizer.Group: Double] = [:]
    for group in Optimizer.Group.allCases { factors[group] = 1 }
    guard case .dictionary(let entries) = options.value("lr_params_factors") else { return factors }
    for entry in entries {
      let name = entry.key.description
      guard name.hasSuffix("_lr_factor"), let group = Optimizer.Group(rawValue: String(name.dropLast(10))),
        let factor = entry.value.number, factor >= 0
      else {
        throw MACEError(
          .invalidArgument,
          "\(options.written("lr_params_factors")): '\(name): \(entry.value)' is not embedding_lr_factor, "
            + "interactions_lr_factor, products_lr_factor or readouts_lr_factor with a number of at least 0")
      }
      factors[group] = factor
    }
    return factors
  }

  private static func loop(_ options: TrainingOptions) -> Loop {
    Loop(
      batchSize: options.integer("batch_size"), validBatchSize: options.integer("valid_batch_size"),
      epochs: options.integer("max_num_epochs"), patience: options.integer("patience"),
      evaluationInterval: options.integer("eval_interval"),
      convergence: options.optionalReal("convergence_threshold").map {
        Convergence(threshold: $0, window: options.integer("convergence_window"))
      })
  }

  private static func report(_ options: TrainingOptions, _ loss: Loss) -> Report {
    var table = ErrorTableKind(rawValue: options.text("error_table")) ?? .perAtomRMSE
    if loss.needsStress || loss.needsVirials { table = table.withStress }
    return Report(
      errorTable: table, computesForces: options.flag("compute_forces"),
      computesStress: !loss.needsVirials
        && (loss.needsStress || options.flag("compute_stress") || table.showsStress),
      computesVirials: loss.needsVirials, plots: options.flag("plot"),
      plotFrequency: options.integer("plot_frequency"), plotsInteractionEnergy: options.flag("plot_interaction_e"),
      skippedHeads: options.text("skip_evaluate_heads").split(separator: ",").map {
        String($0.drop { $0 == " " })
      })
  }
}
