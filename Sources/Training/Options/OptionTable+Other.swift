extension OptionTable {
  private typealias Option = OptionSpecification

  /// Options that have no effect here, or that ask for what is not implemented.
  static let other: [OptionSpecification] = hardware + tracking + formats + polarization

  private static func ignored(
    _ name: String, _ kind: OptionSpecification.Kind, _ value: Literal, _ why: String
  ) -> OptionSpecification {
    Option(name, kind, value, .run, "", status: .ignored(why))
  }

  private static func refused(
    _ name: String, _ kind: OptionSpecification.Kind, _ value: Literal, _ why: String
  ) -> OptionSpecification {
    Option(name, kind, value, .model, "", status: .refused(why))
  }

  private static let onCPU = "everything runs on the CPU, with its own kernels"
  private static let hardware = [
    ignored("device", .choice(["cpu", "cuda", "mps", "xpu"]), "cpu", onCPU),
    ignored("enable_cueq", .boolean, false, onCPU),
    ignored("only_cueq", .boolean, false, onCPU),
    ignored("enable_oeq", .boolean, false, onCPU),
    ignored("use_reduced_cg", .boolean, false, "the basis is full, as in mace-torch without cuEquivariance"),
    ignored("distributed", .flag(sets: true), false, "one process with threads; see --threads"),
    ignored("launcher", .choice(["slurm", "torchrun", "mpi", "none"]), "slurm", "one process with threads; see --threads"),
    ignored("num_workers", .integer(atLeast: 0), 0, "frames are kept in memory"),
    ignored("pin_memory", .boolean, true, "frames are kept in memory"),
  ]

  private static let noTracking = "nothing is sent to Weights and Biases; results/<tag>_train.txt has all records"
  private static let tracking = [
    ignored("wandb", .flag(sets: true), false, noTracking),
    ignored("wandb_dir", .text, nil, noTracking),
    ignored("wandb_project", .text, "", noTracking),
    ignored("wandb_entity", .text, "", noTracking),
    ignored("wandb_name", .text, "", noTracking),
    ignored(
      "wandb_log_hypers", .words,
      [
        "num_channels", "max_L", "correlation", "lr", "swa_lr", "weight_decay", "batch_size",
        "max_num_epochs", "start_swa", "energy_weight", "forces_weight",
      ], noTracking),
  ]

  private static let noHDF5 = "HDF5 and LMDB files are not read; give extended XYZ files as test_file"
  private static let noEmbedding = "models with embeddings of charge or spin are not trained here; use mace_run_train"
  private static let formats = [
    refused("test_dir", .text, nil, noHDF5),
    refused("multi_processed_test", .boolean, false, noHDF5),
    refused("lbfgs", .flag(sets: true), false, "L-BFGS is not implemented; use --optimizer adam, adamw or schedulefree"),
    refused("foundation_model_kwargs", .dictionary, [:], "give the model file as foundation_model and its head as foundation_head"),
    refused("embedding_specs", .dictionary, nil, noEmbedding),
    refused("use_embedding_readout", .boolean, false, noEmbedding),
    refused("elec_temp_key", .text, "elec_temp", noEmbedding),
    refused("total_spin_key", .text, "total_spin", noEmbedding),
    refused("total_charge_key", .text, "total_charge", noEmbedding),
  ]

  private static let polarization = [
    refused("dipole_key", .text, "dipole", noDipoles),
    refused("polarizability_key", .text, "polarizability", noDipoles),
    refused("charges_key", .text, "REF_charges", noLongRange),
    refused("dipole_weight", .real(.notNegative), 1.0, noDipoles),
    refused("polarizability_weight", .real(.notNegative), 1.0, noDipoles),
    Option("swa_dipole_weight", .real(.notNegative), 1.0, .model, "", aliases: ["stage_two_dipole_weight"], status: .refused(noDipoles)),
    Option("swa_polarizability_weight", .real(.notNegative), 1.0, .model, "", aliases: ["stage_two_polarizability_weight"], status: .refused(noDipoles)),
    refused("compute_polarizability", .boolean, false, noDipoles),
    refused("compute_atomic_dipole", .boolean, false, noDipoles),
    refused("les_arguments", .text, nil, noLongRange),
    refused("kspace_cutoff_factor", .real(.any), 1.5, noLongRange),
    refused("atomic_multipoles_max_l", .integer(atLeast: 0), 0, noLongRange),
    refused("atomic_multipoles_smearing_width", .real(.any), 1.0, noLongRange),
    refused("field_feature_max_l", .integer(atLeast: 0), 0, noLongRange),
    refused("field_feature_widths", .list, [1.0], noLongRange),
    refused("field_feature_norms", .list, nil, noLongRange),
    refused("num_recursion_steps", .integer(atLeast: 0), 1, noLongRange),
    refused("field_si", .boolean, false, noLongRange),
    refused("include_electrostatic_self_interaction", .boolean, false, noLongRange),
    refused("add_local_electron_energy", .boolean, false, noLongRange),
    refused("quadrupole_feature_corrections", .boolean, false, noLongRange),
    refused("return_electrostatic_potentials", .boolean, false, noLongRange),
    refused("field_norm_factor", .real(.any), 0.02, noLongRange),
    refused("fixedpoint_update_config", .dictionary, nil, noLongRange),
    refused("field_readout_config", .dictionary, nil, noLongRange),
  ]
}
