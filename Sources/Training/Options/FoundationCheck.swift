import Checkpoint
import Diagnostics

/// Options of the architecture beside a foundation model: they cannot change it, but they may say what it is.
enum FoundationCheck {
  static let names = [
    "r_max", "num_interactions", "hidden_irreps", "num_channels", "max_L", "correlation", "max_ell",
    "num_radial_basis", "num_cutoff_basis",
  ]

  /// What the model has for each of them.
  static func values(_ model: Configuration) -> [String: Literal] {
    // The last layer keeps scalars only; the features are those of the first.
    let features = model.layers.first?.outputIrreps
    return [
      "r_max": .real(model.cutoff), "num_interactions": .integer(model.layers.count),
      "hidden_irreps": .text(features?.description ?? ""),
      "num_channels": .integer(features?.maxMultiplicity ?? 0), "max_L": .integer(features?.maxDegree ?? 0),
      "correlation": .integer(model.layers.first?.correlations.max() ?? 0),
      "max_ell": .integer(model.harmonics.maxDegree), "num_radial_basis": .integer(model.basisCount),
      "num_cutoff_basis": .integer(model.cutoffExponent),
    ]
  }
}

extension EffectivePlan.Foundation {
  /// - Throws: `.invalidArgument` when an option of the architecture contradicts the foundation model.
  public func check(_ model: Configuration) throws(MACEError) {
    let values = FoundationCheck.values(model)
    for (name, value) in expected.sorted(by: { $0.key < $1.key }) {
      guard let actual = values[name] else { continue }
      let agrees = value.description.filter { $0 != " " } == actual.description || value.number == actual.number && value.number != nil
      if !agrees {
        throw MACEError(
          .invalidArgument,
          "--\(name) \(value) cannot take effect: the foundation model \(self.model) has \(actual); leave it out")
      }
    }
  }
}
