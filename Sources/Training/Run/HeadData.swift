import Diagnostics

/// The frames of one head: what it is trained, validated and tested on.
struct HeadData {
  let head: EffectivePlan.Head
  /// What is trained on, and the isolated atoms of the training files.
  var training: FrameSet
  var validation: [TrainingFrame]
  var tests: [TrainingFrame] = []
  let statistics: StatisticsFile?

  /// Reads the files of a head, and splits them where there is no validation file.
  ///
  /// - Parameter options: what to read of the training files; keys, weights and head are set here.
  /// - Throws: what reading throws, naming file and frame; `.invalidArgument` when nothing is left to train on.
  init(
    _ head: EffectivePlan.Head, _ options: DataOptions = DataOptions(), seed: Int, log: TrainingLog
  ) throws(MACEError) {
    self.head = head
    statistics = try head.statisticsFile.map { (path) throws(MACEError) in
      try StatisticsFile(contentsOf: path)
    }
    try log.write("=============    Processing head \(head.name)     ===========")
    var options = options
    options.keys = head.keys
    options.configurationTypeWeights = head.configTypeWeights
    options.head = head.name
    options.keepsIsolatedAtoms = head.keepsIsolatedAtoms
    training = try FrameSet(contentsOf: head.trainFiles, options)
    try Self.report(training, "Training files", log)
    if !training.isolatedAtoms.isEmpty { try log.write("Using isolated atoms of the training files for E0s") }
    options.takesIsolatedAtoms = false
    options.indices = nil
    if head.validFiles.isEmpty {
      validation = []
      try setValidationAside(seed: seed, log)
    } else {
      let set = try FrameSet(contentsOf: head.validFiles, options)
      try Self.report(set, "Validation files", log)
      validation = set.frames
    }
    if !head.testFiles.isEmpty {
      let set = try FrameSet(contentsOf: head.testFiles, options)
      try Self.report(set, "Test files", log)
      tests = set.frames
    }
    try warnOfDuplicates(log)
  }

  /// Frames that are in memory; `validFraction` of them is set aside when there are none to validate with.
  init(
    _ head: EffectivePlan.Head, training: FrameSet, validation: [TrainingFrame], seed: Int, log: TrainingLog
  ) throws(MACEError) {
    (self.head, self.training, self.validation, statistics) = (head, training, validation, nil)
    if validation.isEmpty { try setValidationAside(seed: seed, log) }
    try warnOfDuplicates(log)
  }

  private mutating func setValidationAside(seed: Int, _ log: TrainingLog) throws(MACEError) {
    let split: ValidationSplit
    do throws(MACEError) {
      split = try ValidationSplit(
        count: training.frames.count, fraction: head.validFraction, seed: UInt64(seed))
    } catch {
      throw MACEError(error.kind, "head '\(head.name)': \(error.message)")
    }
    let all = training.frames
    validation = split.validation.map { all[$0] }
    training.frames = split.training.map { all[$0] }
    try log.write(
      "Using random \(NumberText.significant(100 * head.validFraction, 6))% of training set for validation with "
        + "following indices: \(split.validation)")
  }

  private func warnOfDuplicates(_ log: TrainingLog) throws(MACEError) {
    for (name, frames) in [("validation", validation), ("test", tests)] {
      let duplicates = Duplicates(of: frames, named: name, in: training.frames)
      if let text = duplicates.text { try log.warn("Head \(head.name): \(text)") }
    }
  }

  private static func report(_ set: FrameSet, _ name: String, _ log: TrainingLog) throws(MACEError) {
    try log.write("\(name):\n\(set.labels.text)")
    for note in set.notes { try log.warn(note) }
  }

  /// All frames, by what they are used for.
  var parts: [(name: String, frames: [TrainingFrame])] {
    [("train", training.frames), ("valid", validation), ("test", tests)].filter { !$0.1.isEmpty }
  }

  /// Elements that the model must have for this head.
  var elements: [Int] {
    if let numbers = head.atomicNumbers ?? statistics?.atomicNumbers { return numbers.sorted() }
    return Set((training.frames + validation).flatMap(\.structure.atomicNumbers)).sorted()
  }
}
