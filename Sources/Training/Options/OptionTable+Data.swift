extension OptionTable {
  private typealias Option = OptionSpecification

  static let data: [OptionSpecification] = [
    Option(
      "train_file", .paths, .none, .data,
      "training frames, extended XYZ (also .gz, .xz); a list of files is possible"),
    Option("valid_file", .paths, .none, .data, "validation frames"),
    Option(
      "valid_fraction", .real(.fraction), 0.1, .data,
      "part of the training frames used for validation without valid_file"),
    Option("test_file", .paths, .none, .data, "test frames, for the final tables and plots"),
    Option(
      "heads", .dictionary, .none, .data,
      "heads by name, each with train_file, valid_file, test_file, E0s, keys ..."),
    Option("config_type_weights", .dictionary, ["Default": 1.0], .data, "weight of frames by config_type"),
    Option("atomic_numbers", .list, .none, .data, "elements of the model (default: those in the data)"),
    Option("keep_isolated_atoms", .boolean, false, .data, "keep IsolatedAtom frames in the training set"),
    Option("energy_key", .text, "REF_energy", .keys, "total energy, eV"),
    Option("forces_key", .text, "REF_forces", .keys, "forces, eV/Å"),
    Option("stress_key", .text, "REF_stress", .keys, "stress, eV/Å³, ASE's sign"),
    Option("virials_key", .text, "REF_virials", .keys, "virials, eV"),
    Option("head_key", .text, "head", .keys, "head of the frame"),
    Option(
      "level_of_theory", .text, .none, .keys,
      "what the labels are, such as revPBE-D3; kept in the model for those who use it", isOurs: true),
    Option(
      "dispersion", .choice(["included", "none"]), .none, .keys,
      "whether the labels include dispersion, which must then not be added once more (default: included if level_of_theory names a correction)",
      isOurs: true),
    Option(
      "E0s", .textOrDictionary, .none, .energies,
      "energies of isolated atoms: {Z: eV}, a .json file, IsolatedAtom, average, foundation, estimated, estimated+isolated or estimated+foundation (default: the IsolatedAtom frames)"
    ),
    Option(
      "scaling", .choice(["std_scaling", "rms_forces_scaling", "no_scaling"]), "rms_forces_scaling",
      .energies,
      "scale of a new model's output"),
    Option("mean", .real(.any), .none, .energies, "shift of the energy per atom, eV (default: computed)"),
    Option("std", .real(.positive), .none, .energies, "scale of the energy per atom, eV (default: computed)"),
    Option(
      "avg_num_neighbors", .real(.positive), 1.0, .energies,
      "normalisation of messages, with compute_avg_num_neighbors=False"),
    Option(
      "compute_avg_num_neighbors", .boolean, true, .energies,
      "compute avg_num_neighbors from the training frames"),
    Option(
      "statistics_file", .text, .none, .energies,
      "JSON file with elements, mean, std, avg_num_neighbors and E0s"),
  ]

  static let model: [OptionSpecification] = [
    Option(
      "model", .choice(["MACE", "ScaleShiftMACE"]), "MACE", .model,
      "MACE has no shift and a first block without self connection",
      refusing: [
        "BOTNet": "BOTNet is withdrawn upstream; use MACE",
        "ScaleShiftBOTNet": "BOTNet is withdrawn upstream; use MACE",
        "PolarMACE": noLongRange, "MACELES": noLongRange, "AtomicDipolesMACE": noDipoles,
        "AtomicDielectricMACE": noDipoles, "EnergyDipolesMACE": noDipoles,
      ]),
    Option("r_max", .real(.positive), 5.0, .model, "cutoff, Å"),
    Option("num_interactions", .integer(atLeast: 1), 2, .model, "number of layers"),
    Option("num_channels", .integer(atLeast: 1), .none, .model, "channels (default: 128)"),
    Option("max_L", .integer(atLeast: 0), .none, .model, "highest degree of the features (default: 1)"),
    Option("hidden_irreps", .text, .none, .model, "features as irreps, in place of num_channels and max_L"),
    Option("correlation", .integer(atLeast: 1), 3, .model, "correlation order of each layer"),
    Option("max_ell", .integer(atLeast: 0), 3, .model, "highest degree of the spherical harmonics"),
    Option("num_radial_basis", .integer(atLeast: 1), 8, .model, "radial basis functions"),
    Option("num_cutoff_basis", .integer(atLeast: 1), 5, .model, "exponent p of the polynomial cutoff"),
    Option("radial_type", .choice(["bessel", "gaussian", "chebyshev"]), "bessel", .model, "radial basis"),
    Option("radial_MLP", .list, [64, 64, 64], .model, "hidden widths of the radial network"),
    Option("MLP_irreps", .text, "16x0e", .model, "hidden features of the last readout"),
    Option(
      "gate", .choice(["silu", "tanh", "abs", "None"]), "silu", .model, "non-linearity of the last readout"),
    Option(
      "interaction",
      .choice([
        "RealAgnosticResidualInteractionBlock", "RealAgnosticAttResidualInteractionBlock",
        "RealAgnosticInteractionBlock", "RealAgnosticDensityInteractionBlock",
        "RealAgnosticDensityResidualInteractionBlock", "RealAgnosticResidualNonLinearInteractionBlock",
      ]), "RealAgnosticResidualInteractionBlock", .model, "interaction block"),
    Option(
      "interaction_first",
      .choice([
        "RealAgnosticResidualInteractionBlock", "RealAgnosticInteractionBlock",
        "RealAgnosticDensityInteractionBlock", "RealAgnosticDensityResidualInteractionBlock",
        "RealAgnosticResidualNonLinearInteractionBlock",
      ]), "RealAgnosticResidualInteractionBlock", .model, "interaction block of the first layer"),
    Option("pair_repulsion", .flag(sets: true), false, .model, "add ZBL pair repulsion"),
    Option(
      "distance_transform", .choice(["None", "Agnesi", "Soft"]), "None", .model,
      "transform of distances before the radial basis"),
    Option("apply_cutoff", .boolean, true, .model, "cutoff on the radial basis (False: on the messages)"),
    Option("edge_irreps", .text, .none, .model, "features that travel along edges"),
    Option("use_edge_irreps_first", .boolean, false, .model, "edge_irreps in the first layer, too"),
    Option("use_so3", .boolean, false, .model, "even parity for all harmonics"),
    Option(
      "use_agnostic_product", .boolean, false, .model, "one set of contraction weights for all elements"),
    Option("use_last_readout_only", .boolean, false, .model, "no readout of the earlier layers"),
  ]

  static let noLongRange = "models with electrostatics are not trained here; use mace_run_train for them"
}
