import Diagnostics

/// A random part of the training frames, set aside for validation.
public struct ValidationSplit: Sendable, Equatable {
  /// In the order of the frames.
  public let training: [Int]
  public let validation: [Int]

  /// The sizes are mace-torch's: ⌊fraction · count⌋ for validation, at least one. Which frames these are is the
  /// same on every machine, but not mace-torch's choice, which comes from numpy's generator.
  ///
  /// - Throws: `.invalidArgument` for fewer than two frames or a fraction outside 0 ..< 1.
  public init(count: Int, fraction: Double, seed: UInt64) throws(MACEError) {
    guard fraction > 0, fraction < 1 else {
      throw MACEError(.invalidArgument, "valid_fraction \(fraction) is not between 0 and 1")
    }
    guard count > 1 else {
      throw MACEError(
        .invalidArgument, "\(count) training frame cannot be split; give a valid_file or more frames")
    }
    let size = max(Int(fraction * Double(count)), 1)
    var random = RandomStream(seed: seed, name: "validation split")
    let order = random.permutation(count)
    training = order[..<(count - size)].sorted()
    validation = order[(count - size)...].sorted()
  }
}
