/// A model as it stands in a file: architecture and parameters. Immutable data, no behaviour.
public struct MACEModel: Sendable, Equatable {
  public var configuration: Configuration
  /// Parameters and buffers under mace-torch's `state_dict` names.
  public var tensors: [String: Tensor]
  /// Free text that travels with the file (training configuration, data hashes, provenance).
  public var metadata: [String: String]

  public init(configuration: Configuration, tensors: [String: Tensor], metadata: [String: String] = [:]) {
    self.configuration = configuration
    self.tensors = tensors
    self.metadata = metadata
  }
}
