import CMace

/// The version of this program: that of the library, `include/mace.h`.
enum Version {
  static let text = "mace " + MACE_VERSION
}
