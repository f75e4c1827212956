extension OptionTable {
  private typealias Option = OptionSpecification

  static let run: [OptionSpecification] = [
    Option("config", .text, nil, .run, "YAML file with options; the command line overrides it"),
    Option("name", .text, nil, .run, "name of the run; models are <name>.safetensors, logs <name>_run-<seed>.log"),
    Option("seed", .integer(atLeast: 0), 123, .run, "seed of all random numbers"),
    Option("work_dir", .text, ".", .run, "directory of everything that is written"),
    Option("log_dir", .text, nil, .run, "directory of logs (default: <work_dir>/logs)"),
    Option("model_dir", .text, nil, .run, "directory of the final models (default: <work_dir>)"),
    Option("checkpoints_dir", .text, nil, .run, "directory of checkpoints (default: <work_dir>/checkpoints)"),
    Option("results_dir", .text, nil, .run, "directory of results and plots (default: <work_dir>/results)"),
    Option(
      "downloads_dir", .text, nil, .run,
      "where published models and replay sets are looked for (default: <work_dir>/downloads), then mace-torch's cache"
    ),
    Option(
      "default_dtype", .choice(["float32", "float64"]), "float64", .run,
      "precision of features and gradients; geometry, E0, sums and the optimiser are float64 in both"),
    Option("threads", .integer(atLeast: 1), nil, .run, "number of threads (default: OMP_NUM_THREADS or all CPUs)", isOurs: true),
    Option("log_level", .choice(["DEBUG", "INFO", "WARNING", "ERROR"]), "INFO", .run, "least important lines that are logged"),
    Option("dry_run", .flag(sets: true), false, .run, "print the effective plan, train nothing"),
    Option("restart_latest", .flag(sets: true), false, .run, "continue from the latest checkpoint of this name and seed"),
  ]

  static let report: [OptionSpecification] = [
    Option("keep_checkpoints", .flag(sets: true), false, .report, "keep older checkpoints when a better one is written"),
    Option("save_all_checkpoints", .flag(sets: true), false, .report, "write a checkpoint at every evaluation and keep all"),
    Option("save_cpu", .flag(sets: true), false, .report, "models run on CPUs in any case"),
    Option("eval_interval", .integer(atLeast: 1), 1, .report, "epochs between evaluations of the validation sets"),
    Option(
      "error_table",
      .choice([
        "PerAtomRMSE", "TotalRMSE", "PerAtomRMSEstressvirials", "PerAtomMAEstressvirials", "PerAtomMAE",
        "TotalMAE",
      ]), "PerAtomRMSE", .report, "errors in the log and in the final tables",
      refusing: [
        "DipoleRMSE": noDipoles, "DipoleMAE": noDipoles, "DipolePolarRMSE": noDipoles,
        "EnergyDipoleRMSE": noDipoles,
      ]),
    Option("plot", .boolean, true, .report, "plot loss and errors against epoch, and correlations"),
    Option("plot_frequency", .integer(atLeast: 0), 0, .report, "plot every N epochs; 0 is at the end only"),
    Option("plot_interaction_e", .boolean, false, .report, "correlation plots of energies without E0"),
    Option("skip_evaluate_heads", .text, "pt_head", .report, "heads, separated by commas, that the final train and valid tables leave out"),
  ]

  static let noDipoles = "dipoles and polarizabilities are not trained here; use mace_run_train for them"
}
