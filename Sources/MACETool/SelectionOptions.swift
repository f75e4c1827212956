import MACE
import Training

/// What `mace select` is asked to do.
public struct SelectionOptions: Sendable {
  public var configurations: String
  public var output: String
  /// Fine-tuning frames: their elements are those of the filter, and they are part of the combined file.
  public var fineTuning: [String] = []
  public var selection = FrameSelection()
  public var model: String?
  public var precision = Precision.float64
  /// Key `head` of the selected and of the fine-tuning frames.
  public var head: String?
  public var fineTuningHead: String?
  /// Key `config_weight` of both.
  public var weight = 1.0
  public var fineTuningWeight = 1.0

  public init(configurations: String, output: String) {
    self.configurations = configurations
    self.output = output
  }
}
