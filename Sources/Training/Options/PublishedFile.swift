import Diagnostics
import Glibc

/// Models and replay sets that mace-torch downloads by name. Nothing is downloaded here: they are looked for
/// where the user put them and where mace-torch keeps them.
public enum PublishedFile {
  private static let releases = "https://github.com/ACEsuit/mace-mp/releases/download/"
  private static let foundations = "https://github.com/ACEsuit/mace-foundations/releases/download/"
  private static let off = "https://raw.githubusercontent.com/ACEsuit/mace-off/main/mace_off23/"

  /// Addresses of foundation models by name (mace-torch 0.3.16).
  static let models = [
    "small": releases + "mace_mp_0/2023-12-10-mace-128-L0_energy_epoch-249.model",
    "medium": releases + "mace_mp_0/2023-12-03-mace-128-L1_epoch-199.model",
    "large": releases + "mace_mp_0/MACE_MPtrj_2022.9.model",
    "small-0b": releases + "mace_mp_0b/mace_agnesi_small.model",
    "medium-0b": releases + "mace_mp_0b/mace_agnesi_medium.model",
    "small-0b2": releases + "mace_mp_0b2/mace-small-density-agnesi-stress.model",
    "medium-0b2": releases + "mace_mp_0b2/mace-medium-density-agnesi-stress.model",
    "large-0b2": releases + "mace_mp_0b2/mace-large-density-agnesi-stress.model",
    "medium-0b3": releases + "mace_mp_0b3/mace-mp-0b3-medium.model",
    "medium-mpa-0": releases + "mace_mpa_0/mace-mpa-0-medium.model",
    "small-omat-0": releases + "mace_omat_0/mace-omat-0-small.model",
    "medium-omat-0": releases + "mace_omat_0/mace-omat-0-medium.model",
    "mace-matpes-pbe-0": foundations + "mace_matpes_0/MACE-matpes-pbe-omat-ft.model",
    "mace-matpes-r2scan-0": foundations + "mace_matpes_0/MACE-matpes-r2scan-omat-ft.model",
    "mh-0": foundations + "mace_mh_1/mace-mh-0.model",
    "mh-1": foundations + "mace_mh_1/mace-mh-1.model",
    "small_off": off + "MACE-OFF23_small.model",
    "medium_off": off + "MACE-OFF23_medium.model",
    "large_off": off + "MACE-OFF23_large.model",
  ]

  /// Addresses of replay sets by name.
  static let replaySets = [
    "mp": foundations + "mace_mp_0b/mp_traj_combined.xyz",
    "matpes_pbe": foundations + "mace_matpes_0/matpes-pbe-replay-data.xyz",
    "matpes_r2scan": foundations + "mace_matpes_0/matpes-r2scan-replay-data.extxyz",
    "omat": foundations + "mace_omat_0/mp_traj_combined_omat.xyz",
  ]

  /// The path of a foundation model: the name itself when it is no published one, else the downloaded file.
  /// - Throws: `.io` with the address when the file is not there.
  public static func model(_ name: String, downloads: String) throws(MACEError) -> String {
    try locate(name, models, option: "foundation_model", downloads)
  }

  /// The path of a replay set, likewise.
  public static func replaySet(_ name: String, downloads: String) throws(MACEError) -> String {
    try locate(name, replaySets, option: "pt_train_file", downloads)
  }

  private static func locate(
    _ name: String, _ addresses: [String: String], option: String, _ downloads: String
  ) throws(MACEError) -> String {
    guard let address = addresses[name] else { return name }
    let file = String(address[address.lastIndex(of: "/").map { address.index(after: $0) }!...])
    var places = ["\(downloads)/\(file)"]
    if let cache = environment("XDG_CACHE_HOME") ?? environment("HOME").map({ "\($0)/.cache" }) {
      // mace-torch keeps only letters, digits and underscores of the name.
      let kept = file.filter { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
      places += ["\(cache)/mace/\(kept)", "\(cache)/mace/\(file)"]
    }
    if let place = places.first(where: { access($0, R_OK) == 0 }) { return place }
    throw MACEError(
      .io,
      "--\(option) \(name): nothing is downloaded here, and the file is not in \(places.joined(separator: " or ")); "
        + "get \(address) and put it there, or give the path of a file")
  }

  private static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
