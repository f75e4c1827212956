/// What happens during training, for log lines, JSON lines, plots and progress bars.
public enum TrainingEvent: Sendable {
  /// One batch (mode "opt" of mace-torch's results file).
  case step(Step)
  /// One head's validation frames (mode "eval").
  case evaluation(Evaluation)
  case epochEnd(Epoch)
  /// Stage two begins with this epoch: other loss weights and learning rate.
  case stageTwo(epoch: Int, reason: StageEnd)
  case checkpoint(path: String, epoch: Int)
  /// Training goes on with `epoch` after reading a checkpoint.
  case restart(path: String, epoch: Int)
  case stop(StageEnd)

  public struct Step: Sendable {
    public var epoch: Int
    /// From 0.
    public var batch: Int
    public var batchCount: Int
    public var loss: Double
    /// Contributions to the loss, weights included.
    public var energyLoss: Double
    public var forcesLoss: Double
    public var stressLoss: Double
    public var virialsLoss: Double
    /// Before clipping.
    public var gradientNorm: Double
    /// Seconds.
    public var time: Double
  }

  public struct Evaluation: Sendable {
    /// nil before any training.
    public var epoch: Int?
    public var head: String
    public var metrics: ErrorMetrics
    /// This head's loss decides on the learning rate, the best model and the end of training: the last head's.
    public var decides: Bool
  }

  public struct Epoch: Sendable {
    public var epoch: Int
    public var isStageTwo: Bool
    /// Mean over the batches.
    public var loss: Double
    /// (name, rate) of each group.
    public var learningRates: [(group: String, rate: Double)]
    /// The validation loss is the lowest of the stage.
    public var isBest: Bool
    /// Seconds, with validation.
    public var time: Double
  }

  /// Why a stage or the training ended.
  public enum StageEnd: String, Sendable {
    case schedule, patience, convergence
  }
}
