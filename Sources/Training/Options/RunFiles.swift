/// Where a run reads and writes: the directories and names of mace_run_train.
public struct RunFiles: Sendable, Equatable {
  public var name: String
  public var seed: Int
  public var workDirectory: String
  public var logDirectory: String
  public var modelDirectory: String
  public var checkpointsDirectory: String
  public var resultsDirectory: String
  public var downloadsDirectory: String

  /// `<name>_run-<seed>`, the beginning of all names but those of the final models.
  public var tag: String { "\(name)_run-\(seed)" }
  public var log: String { logDirectory + "/\(tag).log" }
  /// JSON lines of losses and errors.
  public var results: String { resultsDirectory + "/\(tag)_train.txt" }
  /// The beginning of the names of plots.
  public var plots: String { resultsDirectory + "/\(tag)_train" }
  public var model: String { modelDirectory + "/\(name).safetensors" }
  public var stageTwoModel: String { modelDirectory + "/\(name)_stagetwo.safetensors" }

  public func checkpoint(epoch: Int, isStageTwo: Bool) -> String {
    checkpointsDirectory + "/\(tag)_epoch-\(epoch)\(isStageTwo ? "_swa" : "").ckpt"
  }

  init(_ options: TrainingOptions) {
    name = options.text("name")
    seed = options.integer("seed")
    let work = options.text("work_dir")
    func directory(_ option: String, _ standard: String) -> String {
      options.optionalText(option) ?? (standard.isEmpty ? work : "\(work)/\(standard)")
    }
    workDirectory = work
    logDirectory = directory("log_dir", "logs")
    modelDirectory = directory("model_dir", "")
    checkpointsDirectory = directory("checkpoints_dir", "checkpoints")
    resultsDirectory = directory("results_dir", "results")
    downloadsDirectory = directory("downloads_dir", "downloads")
  }
}
