import Diagnostics

/// Options that take effect only beside others.
struct OptionRule: Sendable {
  /// What the rules look at.
  struct Situation {
    var options: TrainingOptions
    var isMultihead: Bool
    var loss: Loss.Kind
    var usesStageTwo: Bool

    var hasFoundation: Bool { options.isGiven("foundation_model") }
  }

  let names: [String]
  let isMet: @Sendable (Situation) -> Bool
  /// Why the option has no effect, and what to do: "without --swa; add it or leave --swa_lr out" less the end.
  let reason: String

  private init(_ names: [String], _ reason: String, _ isMet: @escaping @Sendable (Situation) -> Bool) {
    self.names = names
    self.isMet = isMet
    self.reason = reason
  }

  /// - Throws: `.invalidArgument` for the first option that is given, has no effect and is not the default.
  static func check(_ situation: Situation) throws(MACEError) {
    let options = situation.options
    for rule in all where !rule.isMet(situation) {
      for name in rule.names where options.isGiven(name) && !options.isDefault(name) {
        throw MACEError(
          .invalidArgument, "\(options.written(name)) has no effect \(rule.reason), or leave it out")
      }
    }
  }

  private static let all: [OptionRule] = [
    OptionRule(
      ["foundation_head", "foundation_model_elements", "foundation_filter_elements"],
      "without a foundation model; give --foundation_model"
    ) { $0.hasFoundation },
    OptionRule(
      [
        "pt_valid_file", "num_samples_pt", "subselect_pt", "filter_type_pt", "disallow_random_padding_pt",
        "weight_pt_head", "real_pt_data_ratio_threshold", "pseudolabel_replay", "force_mh_ft_lr",
        "pt_train_file",
      ],
      "without multihead fine-tuning; give --foundation_model, --multiheads_finetuning=True and --pt_train_file"
    ) { $0.isMultihead },
    OptionRule(["disallow_random_padding_pt"], "without a filter; give --filter_type_pt") {
      !$0.options.isDefault("filter_type_pt")
    },
    OptionRule(["pseudolabel_replay_compute_stress"], "without --pseudolabel_replay=True; add it") {
      $0.isMultihead && $0.options.flag("pseudolabel_replay")
    },
    OptionRule(
      ["lr", "ema_decay"],
      "in multihead fine-tuning, which sets lr 1e-4 and ema_decay 0.99999; add --force_mh_ft_lr=True"
    ) {
      !$0.isMultihead || $0.options.flag("force_mh_ft_lr") || $0.options.hasForcedFineTuningValues
    },
    OptionRule(
      ["loss"], "in multihead fine-tuning, which uses the universal loss; set --multiheads_finetuning=False"
    ) {
      !$0.isMultihead || $0.options.text("loss") == "universal"
    },
    OptionRule(
      [
        "swa_lr", "swa_energy_weight", "swa_forces_weight", "swa_stress_weight", "swa_virials_weight",
      ], "without stage two; add --swa"
    ) { $0.usesStageTwo },
    OptionRule(["ema_decay"], "without the moving average; add --ema") {
      $0.options.flag("ema") || ($0.isMultihead && !$0.options.flag("force_mh_ft_lr"))
    },
    OptionRule(["energy_weight"], "on this loss, which has no such term; choose --loss weighted") {
      ![.forcesOnly, .energyForces].contains($0.loss)
    },
    OptionRule(["forces_weight"], "on loss ef (weights 1 and 1); choose --loss weighted") {
      $0.loss != .energyForces
    },
    OptionRule(["forces_weight", "swa_forces_weight"], "without forces; leave --compute_forces=False out") {
      $0.options.flag("compute_forces")
    },
    OptionRule(
      ["stress_weight"], "on this loss, which has no stress; choose --loss stress, huber or universal"
    ) {
      [.stress, .huber, .universal].contains($0.loss)
    },
    OptionRule(
      ["swa_stress_weight"],
      "on stage two of this loss, which has no stress; choose --loss stress or universal"
    ) {
      [.stress, .universal].contains($0.loss)
    },
    OptionRule(
      ["virials_weight", "swa_virials_weight"], "on this loss, which has no virials; choose --loss virials"
    ) {
      $0.loss == .virials
    },
    OptionRule(["huber_delta"], "on this loss; choose --loss huber or universal") {
      [.huber, .universal].contains($0.loss)
    },
    OptionRule(
      ["learn_radial_basis"], "on this radial basis, which has no frequencies; use --radial_type=bessel"
    ) { $0.hasFoundation || $0.options.text("radial_type") == "bessel" },
    OptionRule(
      ["learn_E0s", "learn_scale_shift", "learn_radial_basis"],
      "with --lora, which trains nothing but its corrections"
    ) {
      !$0.options.flag("lora")
    },
    OptionRule(
      ["learn_scale_shift"], "on class MACE, which has neither scale nor shift; use --model=ScaleShiftMACE"
    ) { $0.hasFoundation || $0.options.text("model") == "ScaleShiftMACE" },
    OptionRule(["lora_rank", "lora_alpha"], "without --lora=True; add it") { $0.options.flag("lora") },
    OptionRule(["convergence_window"], "without --convergence_threshold; add it") {
      $0.options.isGiven("convergence_threshold")
    },
    OptionRule(["beta"], "on the schedule-free optimiser; use --beta1_schedulefree") {
      $0.options.text("optimizer") != "schedulefree"
    },
    OptionRule(["beta1_schedulefree", "beta2_schedulefree"], "without --optimizer=schedulefree; add it") {
      $0.options.text("optimizer") == "schedulefree"
    },
    OptionRule(
      ["scheduler", "lr_factor", "scheduler_patience", "lr_scheduler_gamma"],
      "on the schedule-free optimiser; choose --optimizer adam or adamw"
    ) {
      $0.options.text("optimizer") != "schedulefree"
    },
    OptionRule(["lr_factor", "scheduler_patience"], "on ExponentialLR; use --scheduler=ReduceLROnPlateau") {
      $0.options.text("scheduler") == "ReduceLROnPlateau"
    },
    OptionRule(["lr_scheduler_gamma"], "without --scheduler=ExponentialLR; add it") {
      $0.options.text("scheduler") == "ExponentialLR"
    },
    OptionRule(["avg_num_neighbors"], "while it is computed; add --compute_avg_num_neighbors=False") {
      !$0.options.flag("compute_avg_num_neighbors")
    },
    OptionRule(["use_edge_irreps_first"], "without --edge_irreps; give them") {
      $0.options.isGiven("edge_irreps")
    },
    OptionRule(["plot_frequency", "plot_interaction_e"], "without plots; leave --plot=False out") {
      $0.options.flag("plot")
    },
    OptionRule(["test_file"], "beside --heads: each head names its own; write it under the head") {
      !$0.options.isGiven("heads")
    },
    OptionRule(
      [
        "radial_type", "radial_MLP", "MLP_irreps", "gate", "interaction", "interaction_first", "apply_cutoff",
        "edge_irreps", "use_edge_irreps_first", "use_so3", "use_agnostic_product",
        "use_last_readout_only", "pair_repulsion", "distance_transform", "scaling", "mean", "std",
        "avg_num_neighbors", "compute_avg_num_neighbors",
      ], "on a foundation model, which brings its own; train without --foundation_model"
    ) { !$0.hasFoundation },
  ]
}

extension TrainingOptions {
  /// The value is the one the option has when it is not given; 1 and 1.0 are the same.
  func isDefault(_ name: String) -> Bool {
    guard let option = OptionTable.option(named: name) else { return false }
    return value(name).withReals == option.defaultValue.withReals
  }

  /// lr, ema and ema_decay are written as multihead fine-tuning sets them, or not at all.
  var hasForcedFineTuningValues: Bool {
    (isDefault("lr") || real("lr") == 1e-4) && (isDefault("ema_decay") || real("ema_decay") == 0.99999)
  }
}

extension Literal {
  /// Integers as real numbers.
  fileprivate var withReals: Literal {
    switch self {
    case .integer(let i): .real(Double(i))
    case .list(let items): .list(items.map(\.withReals))
    case .dictionary(let entries): .dictionary(entries.map { Entry($0.key, $0.value.withReals) })
    default: self
    }
  }
}
