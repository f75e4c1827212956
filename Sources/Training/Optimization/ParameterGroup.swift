/// Parameters that share a learning rate and a weight decay.
public struct ParameterGroup: Sendable, Equatable {
  /// embedding, interactions_decay, interactions_no_decay, products, readouts; other for what mace-torch
  /// never optimizes (trainable Bessel weights, E0, scale and shift).
  public let name: String
  /// Where the parameters lie in the flat vector, in ascending order.
  public let ranges: [Range<Int>]
  public let weightDecay: Double
  public internal(set) var learningRate: Double
  /// Frozen parameters have no gradient: they do not count in the gradient's norm either.
  public let isFrozen: Bool

  /// The groups of mace-torch's `get_params_options`, those without parameters left out. Frozen parameters
  /// stand in groups of their own.
  static func groups(_ layout: ParameterLayout, _ settings: OptimizerSettings) -> [ParameterGroup] {
    let factors = settings.factors
    let parts: [(name: String, factor: Double, decays: Bool)] = [
      ("embedding", factors.embedding, false), ("interactions_decay", factors.interactions, true),
      ("interactions_no_decay", factors.interactions, false), ("products", factors.products, true),
      ("readouts", factors.readouts, false), ("other", 1, false),
    ]
    var groups: [ParameterGroup] = []
    for part in parts {
      let members = layout.entries.filter { groupName(ofParameter: $0.name) == part.name }
      for isFrozen in [false, true] {
        let ranges = members.filter { settings.frozen.contains($0.name) == isFrozen }.map(\.range)
        guard !ranges.isEmpty else { continue }
        groups.append(
          ParameterGroup(
            name: part.name, ranges: merged(ranges), weightDecay: part.decays ? settings.weightDecay : 0,
            learningRate: isFrozen ? 0 : part.factor * settings.learningRate, isFrozen: isFrozen))
      }
    }
    return groups
  }

  private static func groupName(ofParameter name: String) -> String {
    if name.hasPrefix("node_embedding.") { return "embedding" }
    if name.hasPrefix("interactions.") {
      return name.contains("linear.weight") || name.contains("skip_tp_full.weight")
        ? "interactions_decay" : "interactions_no_decay"
    }
    if name.hasPrefix("products.") { return "products" }
    if name.hasPrefix("readouts.") { return "readouts" }
    return "other"
  }

  /// Neighbouring ranges joined, so that loops are long.
  private static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for range in ranges {
      if let last = result.last, last.upperBound == range.lowerBound {
        result[result.count - 1] = last.lowerBound..<range.upperBound
      } else {
        result.append(range)
      }
    }
    return result
  }
}
