extension OptionTable {
  private typealias Option = OptionSpecification

  static let fineTuning: [OptionSpecification] = [
    Option(
      "foundation_model", .text, .none, .fineTuning,
      "model to start from: a .model or .safetensors file, or the name of a published one"),
    Option("foundation_head", .text, .none, .fineTuning, "its head to start from (needed if it has several)"),
    Option(
      "foundation_model_elements", .boolean, false, .fineTuning,
      "keep all its elements (default: those in the data)"),
    Option(
      "foundation_filter_elements", .boolean, true, .fineTuning, "take over its readouts (False: new ones)"),
    Option(
      "foundation_model_readout", .flag(sets: false), true, .fineTuning, "",
      status: .refused(
        "mace-torch reads this flag and does nothing with it; --foundation_filter_elements=False makes new readouts"
      )),
    Option(
      "multiheads_finetuning", .boolean, true, .fineTuning,
      "train on replay frames in a head pt_head, too; needs pt_train_file"),
    Option(
      "force_mh_ft_lr", .boolean, false, .fineTuning,
      "multihead fine-tuning with the given lr, ema and ema_decay (default: 1e-4, on, 0.99999)"),
    Option(
      "pt_train_file", .paths, .none, .fineTuning,
      "replay frames: a file, or mp, matpes_pbe, matpes_r2scan, omat once downloaded"),
    Option(
      "pt_valid_file", .paths, .none, .fineTuning,
      "replay frames for validation (default: valid_fraction of the replay frames)"),
    Option("num_samples_pt", .integer(atLeast: 1), 10000, .fineTuning, "replay frames to select"),
    Option(
      "subselect_pt", .choice(["fps", "random"]), "random", .fineTuning,
      "how they are selected: farthest points of descriptors, or at random"),
    Option(
      "filter_type_pt", .choice(["none", "combinations", "inclusive", "exclusive"]), "none", .fineTuning,
      "replay frames by element: any; only elements of the data; all of them and others; exactly them"),
    Option(
      "disallow_random_padding_pt", .flag(sets: false), true, .fineTuning,
      "do not fill up with random frames when the filter leaves too few"),
    Option(
      "weight_pt_head", .real(.notNegative), 1.0, .fineTuning, "weight of the replay frames in the loss"),
    Option(
      "real_pt_data_ratio_threshold", .real(.notNegative), 0.1, .fineTuning,
      "frames are repeated when there are fewer than this part of the replay frames"),
    Option(
      "pseudolabel_replay", .boolean, false, .fineTuning, "label the replay frames with the foundation model"),
    Option(
      "pseudolabel_replay_compute_stress", .boolean, false, .fineTuning, "stress labels for all of them"),
    Option(
      "freeze", .integer(atLeast: 0), .none, .fineTuning,
      "freeze the embedding (≥ 1), interactions (≥ 5), products (≥ 6), readouts (≥ 7)"),
    Option(
      "learn_E0s", .boolean, false, .fineTuning,
      "train the E0s, too", isOurs: true),
    Option(
      "learn_scale_shift", .boolean, false, .fineTuning,
      "train scale and shift of each head, too", isOurs: true),
    Option(
      "learn_radial_basis", .boolean, false, .fineTuning,
      "train the frequencies of the Bessel basis, too", isOurs: true),
    Option("lora", .boolean, false, .fineTuning, "train low-rank corrections of the weights"),
    Option("lora_rank", .integer(atLeast: 1), 4, .fineTuning, "their rank"),
    Option("lora_alpha", .real(.positive), 1.0, .fineTuning, "their scale, alpha/rank"),
  ]

  static let optimization: [OptionSpecification] = loss + stageTwo + optimizer + report

  private static let loss: [OptionSpecification] = [
    Option(
      "loss",
      .choice([
        "ef", "weighted", "forces_only", "virials", "stress", "huber", "universal", "l1l2energyforces",
      ]), "weighted", .loss, "loss function",
      refusing: ["dipole": noDipoles, "dipole_polar": noDipoles, "energy_forces_dipole": noDipoles]),
    Option("energy_weight", .real(.notNegative), 1.0, .loss, "weight of the energies"),
    Option("forces_weight", .real(.notNegative), 100.0, .loss, "weight of the forces"),
    Option("stress_weight", .real(.notNegative), 1.0, .loss, "weight of the stress"),
    Option("virials_weight", .real(.notNegative), 1.0, .loss, "weight of the virials"),
    Option("huber_delta", .real(.positive), 0.01, .loss, "where the Huber losses become linear"),
    Option(
      "compute_stress", .boolean, false, .loss,
      "errors of the stress in reports, also where the loss has none"),
    Option("compute_forces", .boolean, true, .loss, "False: train on energies only"),
  ]

  private static let stageTwo: [OptionSpecification] = [
    Option(
      "swa", .flag(sets: true), false, .stageTwo, "second stage with other weights and learning rate",
      aliases: ["stage_two"]),
    Option(
      "start_swa", .integer(atLeast: 0), .none, .stageTwo,
      "epoch where it starts (default: 3/4 of the epochs)",
      aliases: ["start_stage_two"]),
    Option("swa_lr", .real(.positive), 0.001, .stageTwo, "its learning rate", aliases: ["stage_two_lr"]),
    Option(
      "swa_energy_weight", .real(.notNegative), 1000.0, .stageTwo, "its weight of the energies",
      aliases: ["stage_two_energy_weight"]),
    Option(
      "swa_forces_weight", .real(.notNegative), 100.0, .stageTwo, "its weight of the forces",
      aliases: ["stage_two_forces_weight"]),
    Option(
      "swa_stress_weight", .real(.notNegative), 10.0, .stageTwo, "its weight of the stress",
      aliases: ["stage_two_stress_weight"]),
    Option(
      "swa_virials_weight", .real(.notNegative), 10.0, .stageTwo, "its weight of the virials",
      aliases: ["stage_two_virials_weight"]),
  ]

  private static let optimizer: [OptionSpecification] = [
    Option("optimizer", .choice(["adam", "adamw", "schedulefree"]), "adam", .optimizer, "optimiser"),
    Option("lr", .real(.positive), 0.01, .optimizer, "learning rate"),
    Option(
      "batch_size", .integer(atLeast: 1), 10, .optimizer,
      "frames per step; an incomplete last batch is left out"),
    Option(
      "valid_batch_size", .integer(atLeast: 1), 10, .optimizer, "frames per evaluation of a validation set"),
    Option("max_num_epochs", .integer(atLeast: 0), 2048, .optimizer, "epochs"),
    Option(
      "patience", .integer(atLeast: 1), 2048, .optimizer,
      "evaluations without improvement before a stage ends"),
    Option(
      "convergence_threshold", .real(.fraction), .none, .optimizer,
      "end when the validation loss fell by less than this part over convergence_window evaluations",
      isOurs: true),
    Option(
      "convergence_window", .integer(atLeast: 1), 5, .optimizer,
      "evaluations that convergence_threshold looks at", isOurs: true),
    Option(
      "weight_decay", .real(.notNegative), 5e-7, .optimizer, "L2 penalty on linear, skip and product weights"),
    Option("beta", .real(.decay), 0.9, .optimizer, "β₁ of Adam and AdamW (β₂ is 0.999)"),
    Option("beta1_schedulefree", .real(.decay), 0.9, .optimizer, "β₁ of the schedule-free optimiser"),
    Option("beta2_schedulefree", .real(.decay), 0.98, .optimizer, "β₂ of the schedule-free optimiser"),
    Option("amsgrad", .flag(sets: true), true, .optimizer, "AMSGrad; on in any case, as in mace-torch"),
    Option(
      "lr_params_factors", .dictionary,
      [
        "embedding_lr_factor": 1.0, "interactions_lr_factor": 1.0, "products_lr_factor": 1.0,
        "readouts_lr_factor": 1.0,
      ], .optimizer, "factors of the learning rate by group of parameters"),
    Option("clip_grad", .realOrNone(.positive), 10.0, .optimizer, "largest norm of the gradient, or None"),
    Option(
      "ema", .flag(sets: true), false, .optimizer,
      "validate and save an exponential moving average of the weights"),
    Option("ema_decay", .real(.decay), 0.99, .optimizer, "its decay"),
    Option(
      "scheduler", .choice(["ReduceLROnPlateau", "ExponentialLR"]), "ReduceLROnPlateau", .optimizer,
      "schedule of the learning rate"),
    Option("lr_factor", .real(.fraction), 0.8, .optimizer, "factor of ReduceLROnPlateau"),
    Option(
      "scheduler_patience", .integer(atLeast: 0), 50, .optimizer,
      "epochs without improvement before it reduces"),
    Option("lr_scheduler_gamma", .real(.positive), 0.9993, .optimizer, "factor of ExponentialLR per epoch"),
  ]
}
