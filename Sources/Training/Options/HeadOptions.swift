import Atomistics
import Diagnostics

/// The options of one head: those written under `heads:`, and the common ones for what is not.
struct HeadOptions {
  /// Options that a head may have.
  static let names =
    [
      "train_file", "valid_file", "test_file", "valid_fraction", "E0s", "statistics_file",
      "config_type_weights",
      "atomic_numbers", "mean", "std", "avg_num_neighbors", "compute_avg_num_neighbors",
      "keep_isolated_atoms",
      "energy_key", "forces_key", "stress_key", "virials_key", "head_key",
    ] + levelNames
  static let levelNames = ["level_of_theory", "dispersion"]
  private static let keyDictionaries = ["info_keys", "arrays_keys"]

  let name: String
  private let options: TrainingOptions
  private var own: [String: Literal] = [:]

  /// The single head of a run without `heads:`.
  init(_ options: TrainingOptions) {
    name = "Default"
    self.options = options
  }

  init(_ name: String, _ value: Literal, _ options: TrainingOptions) throws(MACEError) {
    self.name = name
    self.options = options
    // A test file of the run is not that of each head (mace-torch ignores it).
    own["test_file"] = Literal.none
    guard case .dictionary(let entries) = value else {
      throw MACEError(
        .invalidArgument, "heads: '\(name)' is not a dictionary of options, such as {'train_file': 'a.xyz'}")
    }
    for entry in entries {
      let key = entry.key.description
      let written = "heads: \(name): \(key)"
      if Self.keyDictionaries.contains(key) {
        try setKeys(entry.value, written: written)
      } else if Self.names.contains(key), let option = OptionTable.option(named: key) {
        if entry.value != .none { own[key] = try option.value(entry.value, written: written) }
      } else {
        throw OptionTable.unknown(key, written: written, among: Self.names + Self.keyDictionaries)
      }
    }
  }

  /// `info_keys` and `arrays_keys` are {'energy': key, …}; they win over `energy_key`, as in mace-torch.
  private mutating func setKeys(_ value: Literal, written: String) throws(MACEError) {
    guard case .dictionary(let entries) = value else {
      throw MACEError(
        .invalidArgument, "\(written): '\(value)' is not a dictionary such as {'energy': 'REF_energy'}")
    }
    for entry in entries {
      guard let option = OptionTable.option(named: "\(entry.key)_key"), option.status == .used else {
        throw MACEError(
          .invalidArgument, "\(written): '\(entry.key)' is not energy, forces, stress, virials or head")
      }
      own[option.name] = try option.value(entry.value, written: "\(written): \(entry.key)")
    }
  }

  /// Options that are written under this head.
  var ownNames: [String] { own.filter { $0.value != .none }.keys.sorted() }

  private func value(_ name: String) -> Literal { own[name] ?? options.value(name) }

  private func files(_ option: String) throws(MACEError) -> [String] {
    guard case .list(let items) = value(option) else { return [] }
    let paths = items.map(\.description)
    for path in paths {
      if let ending = [".h5", ".hdf5", ".lmdb", ".aselmdb", ".mdb"].first(where: path.hasSuffix) {
        throw MACEError(
          .unsupported, "\(option) \(path): \(ending) files are not read; convert it to extended XYZ")
      }
    }
    return paths
  }

  /// - Parameter default: where E0s come from when nothing is said.
  func head(atomicEnergies standard: AtomicEnergySource = .isolatedAtoms) throws(MACEError)
    -> EffectivePlan.Head
  {
    let trainFiles = try files("train_file")
    guard !trainFiles.isEmpty else {
      throw MACEError(.invalidArgument, "head '\(name)' has no train_file; give --train_file")
    }
    var weights: [String: Double] = [:]
    if case .dictionary(let entries) = value("config_type_weights") {
      for entry in entries {
        guard let weight = entry.value.number, weight >= 0 else {
          throw MACEError(
            .invalidArgument,
            "config_type_weights: '\(entry.value)' of '\(entry.key)' is not a number of at least 0")
        }
        weights[entry.key.description] = weight
      }
    }
    let computesNeighbors = value("compute_avg_num_neighbors") == true
    return EffectivePlan.Head(
      name: name, trainFiles: trainFiles, validFiles: try files("valid_file"),
      testFiles: try files("test_file"),
      validFraction: value("valid_fraction").number ?? 0.1,
      atomicEnergies: try atomicEnergies(standard), keys: keys, level: level,
      configTypeWeights: weights,
      keepsIsolatedAtoms: value("keep_isolated_atoms") == true, atomicNumbers: try atomicNumbers(),
      mean: value("mean").number, std: value("std").number,
      averageNeighbors: computesNeighbors ? nil : value("avg_num_neighbors").number,
      statisticsFile: value("statistics_file") == .none ? nil : value("statistics_file").description)
  }

  var keys: LabelKeys {
    var keys = LabelKeys()
    keys.energy = value("energy_key").description
    keys.forces = value("forces_key").description
    keys.stress = value("stress_key").description
    keys.virials = value("virials_key").description
    keys.head = value("head_key").description
    return keys
  }

  var level: LevelOfTheory { level(value) }
  /// That written under this head itself: the run's is not that of replay frames.
  var ownLevel: LevelOfTheory { level { own[$0] ?? Literal.none } }

  private func level(_ value: (String) -> Literal) -> LevelOfTheory {
    let name = value("level_of_theory")
    return LevelOfTheory(
      name: name == .none ? "" : name.description,
      dispersion: LevelOfTheory.Dispersion(rawValue: value("dispersion").description))
  }

  private func atomicNumbers() throws(MACEError) -> [Int]? {
    guard case .list(let items) = value("atomic_numbers") else { return nil }
    var numbers: Set<Int> = []
    for item in items {
      guard case .integer(let z) = item, Element.symbol(of: z) != nil else {
        throw MACEError(.invalidArgument, "atomic_numbers: '\(item)' is not the atomic number of an element")
      }
      numbers.insert(z)
    }
    return numbers.sorted()
  }

  private func atomicEnergies(_ standard: AtomicEnergySource) throws(MACEError)
    -> AtomicEnergySource
  {
    switch value("E0s") {
    case .none: return standard
    case .dictionary(let entries):
      var table: [Int: Double] = [:]
      for entry in entries {
        guard case .integer(let z) = entry.key.scalar, let energy = entry.value.number,
          Element.symbol(of: z) != nil
        else {
          throw MACEError(
            .invalidArgument,
            "E0s: '\(entry.key): \(entry.value)' is not an atomic number and an energy in eV")
        }
        table[z] = energy
      }
      return .table(table)
    case let value: return try AtomicEnergySource(value.description)
    }
  }
}
