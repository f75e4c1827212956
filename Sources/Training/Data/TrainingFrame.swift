import Atomistics

/// One configuration to train on or to compare with.
public struct TrainingFrame: Sendable {
  public var structure: Structure
  public var labels: Labels
  public var weights: PropertyWeights
  /// The readout that describes this frame; "Default" unless the data name another.
  public var head: String
  public var configurationType: String
  /// Where the frame comes from, for messages: "train.xyz, frame 12".
  public var source: String

  public init(
    structure: Structure, labels: Labels, weights: PropertyWeights = PropertyWeights(),
    head: String = "Default", configurationType: String = "Default", source: String
  ) {
    self.structure = structure
    self.labels = labels
    self.weights = weights
    self.head = head
    self.configurationType = configurationType
    self.source = source
  }
}
