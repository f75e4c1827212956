import Diagnostics
import Equivariance
import MACE

extension EffectivePlan {
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
    if options.text("loss") == "forces_only", !multihead, !options.flag("compute_forces") {
      throw MACEError(
        .invalidArgument, "--loss forces_only and --compute_forces=False leave nothing to train on")
    }
    let training = try Self.training(options, multihead: multihead)
    try OptionRule.check(
      OptionRule.Situation(
        options: options, isMultihead: multihead, loss: training.loss.kind,
        usesStageTwo: training.stageTwo != nil))
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
    modelName = options.text("model")
    scaling = DataStatistics.Scaling(rawValue: options.text("scaling")) ?? .rmsForces
    self.foundation = foundation
    replay = multihead ? Self.replayOptions(options) : nil
    heads = try Self.heads(options, multihead: multihead)
    self.training = training
    freeze = try Self.freeze(options)
    lora =
      options.flag("lora") ? LoRA(rank: options.integer("lora_rank"), alpha: options.real("lora_alpha")) : nil
    output = []
    if options.flag("learn_E0s") { output.insert(.energies) }
    if options.flag("learn_scale_shift") { output.formUnion([.scale, .shift]) }
    learnsRadialBasis = options.flag("learn_radial_basis")
    report = Self.report(options, training.loss)
    self.training.reportsVirials = report.computesStress || report.computesVirials
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
      selection: FrameSelection.Method(rawValue: options.text("subselect_pt")) ?? .random,
      filter: ElementFilter(rawValue: options.text("filter_type_pt")) ?? .none,
      fillsUpAtRandom: options.flag("disallow_random_padding_pt"),
      ratioThreshold: options.real("real_pt_data_ratio_threshold"),
      usesPseudolabels: options.flag("pseudolabel_replay"),
      addsStressLabels: options.flag("pseudolabel_replay_compute_stress"))
  }

  private static func freeze(_ options: TrainingOptions) throws(MACEError) -> Int {
    let freeze = options.optionalInteger("freeze") ?? 0
    guard freeze < 7 else {
      throw MACEError(
        .invalidArgument,
        "\(options.written("freeze")) \(freeze) freezes all parameters; 6 leaves the readouts")
    }
    return freeze
  }

  private static func report(_ options: TrainingOptions, _ loss: Loss) -> Report {
    var table = ErrorTableKind(rawValue: options.text("error_table")) ?? .perAtomRMSE
    if loss.needsVirials { table = table.withStress }
    return Report(
      errorTable: table, computesForces: options.flag("compute_forces"),
      computesStress: !loss.usesVirials
        && (loss.usesStress || options.flag("compute_stress") || table.showsStress),
      computesVirials: loss.usesVirials, plots: options.flag("plot"),
      plotFrequency: options.integer("plot_frequency"),
      plotsInteractionEnergy: options.flag("plot_interaction_e"),
      skippedHeads: options.text("skip_evaluate_heads").split(separator: ",").map {
        String($0.drop { $0 == " " })
      })
  }
}
