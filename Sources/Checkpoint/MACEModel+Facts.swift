import Diagnostics
import Equivariance

/// Facts for a model's card.
extension MACEModel {
  /// Number of trainable numbers, as `sum(p.numel() for p in model.parameters())` counts them.
  public var parameterCount: Int { tensors.values.reduce(0) { $0 + ($1.isParameter ? $1.count : 0) } }

  /// Checks that the architecture makes sense and that the tensors are exactly those it needs. Models that were
  /// read from a file have passed; one that was edited in memory may not.
  /// - Throws: `.format` or `.unsupported`, naming the tensor or block.
  public func validate() throws(MACEError) {
    try ModelChecker.check(self, file: "the model")
  }
}

extension Configuration {
  /// Distance beyond which atoms cannot influence each other's energy: layers × r_max, Å.
  public var receptiveRadius: Double { Double(layers.count) * cutoff }
}
