import Diagnostics
import Equivariance

/// Facts for a model's card.
extension MACEModel {
  /// Number of trainable numbers, as `sum(p.numel() for p in model.parameters())` counts them.
  public var parameterCount: Int { tensors.values.reduce(0) { $0 + ($1.isParameter ? $1.count : 0) } }

  /// Numbers in buffers: coupling coefficients, radial constants, E0 tables.
  public var bufferCount: Int { tensors.values.reduce(0) { $0 + ($1.isParameter ? 0 : $1.count) } }

  /// Trainable numbers per component: `node_embedding`, `interactions.0`, `products.0`, `readouts.0`, …
  public var parameterCounts: [String: Int] {
    var counts: [String: Int] = [:]
    for (name, tensor) in tensors where tensor.isParameter {
      let parts = name.split(separator: ".").map(String.init)
      let isNumbered = parts.count > 1 && Int(parts[1]) != nil
      counts[isNumbered ? "\(parts[0]).\(parts[1])" : parts[0], default: 0] += tensor.count
    }
    return counts
  }

  /// Checks that the architecture makes sense and that the tensors are exactly those it needs. Models that were
  /// read from a file have passed; one that was edited in memory may not.
  /// - Throws: `.format` or `.unsupported`, naming the tensor or block.
  public func validate() throws(MACEError) {
    try ModelChecker.check(self, file: "the model")
  }
}

extension Configuration {
  /// Channels of the node features.
  public var channels: Int { layers.first?.targetIrreps.maxMultiplicity ?? 0 }
  /// Largest degree of the messages that travel between atoms.
  public var maxMessageDegree: Int { layers.reduce(0) { max($0, $1.nodeIrreps.maxDegree) } }
  /// Largest degree of the spherical harmonics.
  public var maxHarmonicDegree: Int { harmonics.maxDegree }
  /// Largest correlation order: a contraction of order ν couples ν + 1 bodies.
  public var maxCorrelation: Int { layers.reduce(0) { max($0, $1.correlations.max() ?? 0) } }
  /// Distance beyond which atoms cannot influence each other's energy: layers × r_max, Å.
  public var receptiveRadius: Double { Double(layers.count) * cutoff }
}
