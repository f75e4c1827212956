import MACE

/// What a run will do: every setting resolved, with mace_run_train's defaults and forced values.
public struct EffectivePlan: Sendable {
  public var files: RunFiles
  public var seed: Int
  public var precision: Precision
  /// nil: as many as the process has.
  public var threads: Int?
  public var logLevel: LogLevel
  public var isDryRun: Bool
  public var restartsFromLatest: Bool
  public var keepsCheckpoints: Bool
  public var savesAllCheckpoints: Bool
  /// Of a new model, without elements and heads, which come from the data; nil with a foundation model.
  public var architecture: Architecture?
  /// "MACE" (no shift) or "ScaleShiftMACE", for `Architecture.apply(model:)`.
  public var modelName: String
  public var scaling: DataStatistics.Scaling
  public var foundation: Foundation?
  /// Multihead fine-tuning; its frames are those of the head `pt_head`.
  public var replay: Replay?
  /// In the order of the model: pt_head first.
  public var heads: [Head]
  /// Loss, optimiser, schedule and stages. Its frozen parameters are those of `freeze`, to be named by the model.
  public var training: TrainingPlan
  /// mace-torch's level: 1 and more freeze the embedding, 5 the interactions, 6 the products, 7 the readouts.
  public var freeze: Int
  public var lora: LoRA?
  /// E0s, scale and shift, when they are trained.
  public var output: Set<OutputParameter>
  /// Whether the frequencies of the Bessel basis are trained.
  public var learnsRadialBasis: Bool
  public var report: Report
  /// Forced settings, traps and options without effect, to be told to the user.
  public var notes: [Note]

  public struct Note: Sendable, Equatable {
    public var isWarning: Bool
    public var text: String
    public init(isWarning: Bool, _ text: String) {
      self.isWarning = isWarning
      self.text = text
    }
  }

  public struct Foundation: Sendable, Equatable {
    /// A path or the name of a published model; `PublishedFile.locate` finds it.
    public var model: String
    public var head: String?
    /// Keep the elements that the data do not have.
    public var keepsAllElements: Bool
    /// Take over the readouts; otherwise they are new.
    public var keepsReadouts: Bool
    /// Options that repeat a property of the foundation model and must agree with it.
    public var expected: [String: Literal]
  }

  public struct Replay: Sendable, Equatable {
    /// A path or the name of a published set.
    public var trainFiles: [String]
    /// nil: all frames of the file.
    public var samples: Int?
    public var selection: FrameSelection.Method
    public var filter: ElementFilter
    public var fillsUpAtRandom: Bool
    /// Frames of other heads are repeated when there are fewer than this part of the replay frames.
    public var ratioThreshold: Double
    /// Labels are the foundation model's.
    public var usesPseudolabels: Bool
    /// Stress labels also for frames that had none.
    public var addsStressLabels: Bool

    /// How often each frame of the other heads stands in an epoch: mace-torch adds int(threshold / ratio)
    /// copies to the frames when ratio = frames / replay frames is below the threshold.
    public func copies(frames: Int, replayFrames: Int) -> Int {
      guard frames > 0, replayFrames > 0 else { return 1 }
      let ratio = Double(frames) / Double(replayFrames)
      return ratio < ratioThreshold ? 1 + Int(min(ratioThreshold / ratio, 1e9)) : 1
    }
  }

  public struct Head: Sendable, Equatable {
    public var name: String
    public var trainFiles: [String]
    /// Empty: `validFraction` of the training frames.
    public var validFiles: [String]
    public var testFiles: [String]
    public var validFraction: Double
    public var atomicEnergies: AtomicEnergySource
    public var keys: LabelKeys
    public var level = LevelOfTheory()
    public var configTypeWeights: [String: Double]
    public var keepsIsolatedAtoms: Bool
    public var atomicNumbers: [Int]?
    /// eV per atom; nil is computed.
    public var mean: Double?
    public var std: Double?
    /// nil is computed, or that of the foundation model.
    public var averageNeighbors: Double?
    public var statisticsFile: String?
  }

  public struct LoRA: Sendable, Equatable {
    public var rank: Int
    public var alpha: Double
  }

  public struct Report: Sendable, Equatable {
    public var errorTable: ErrorTableKind
    public var computesForces: Bool
    public var computesStress: Bool
    public var computesVirials: Bool
    public var plots: Bool
    /// 0: at the end only.
    public var plotFrequency: Int
    public var plotsInteractionEnergy: Bool
    /// Left out of the final train and valid tables.
    public var skippedHeads: [String]
  }
}
