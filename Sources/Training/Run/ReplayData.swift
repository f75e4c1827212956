import Atomistics
import Diagnostics
import MACE

/// How the frames of the replay head are chosen and labelled.
struct ReplayData {
  let replay: EffectivePlan.Replay
  let foundation: FoundationModel
  let seed: Int
  let threads: Int
  let downloads: String

  /// - Parameter elements: of the data that are fine-tuned on, for the filter.
  /// - Throws: as `FrameSelection` and `HeadData`; `.io` for a published set that is not there.
  func data(_ head: EffectivePlan.Head, elements: [Int], log: TrainingLog) throws(MACEError) -> HeadData {
    var head = head
    head.trainFiles = []
    for name in replay.trainFiles {
      head.trainFiles.append(try PublishedFile.replaySet(name, downloads: downloads))
    }
    var options = DataOptions()
    options.allowsUnlabelled = replay.usesPseudolabels
    options.indices = try selection(head.trainFiles, elements, log)
    var data = try HeadData(head, options, seed: seed, log: log)
    if replay.usesPseudolabels {
      try log.write("Labelling replay frames with the foundation model")
      try label(&data.training.frames)
      try label(&data.validation)
    }
    return data
  }

  /// Frames of the file to read; nil is all.
  private func selection(
    _ files: [String], _ elements: [Int], _ log: TrainingLog
  ) throws(MACEError) -> Set<Int>? {
    guard replay.samples != nil || replay.filter != .none else { return nil }
    guard files.count == 1 else {
      throw MACEError(
        .invalidArgument,
        "num_samples_pt and filter_type_pt need one pt_train_file, not \(files.count); join the files, or select "
          + "with mace select")
    }
    var selection = FrameSelection()
    selection.method = replay.selection
    selection.filter = replay.filter
    selection.elements = Set(elements)
    selection.count = replay.samples
    selection.allowsPadding = replay.fillsUpAtRandom
    selection.seed = UInt64(seed)
    selection.threads = threads
    let result = try selection.select(from: files[0], foundation: foundation)
    try log.write(
      "Replay: \(result.indices.count) of \(result.frameCount) frames selected (\(replay.selection.rawValue)), "
        + "\(result.passing) pass the filter '\(replay.filter.rawValue)'"
        + (result.padding > 0 ? ", \(result.padding) others fill up" : ""))
    return Set(result.indices)
  }

  /// Replaces the labels by what the foundation model says. A label that was absent gets the weight 1.
  private func label(_ frames: inout [TrainingFrame]) throws(MACEError) {
    let calculator = try Calculator(foundation.potential, head: foundation.head, threads: threads)
    for k in frames.indices {
      let frame = frames[k]
      let result: Evaluation
      do { result = try calculator.evaluate(frame.structure, [.forces, .virial]) } catch {
        throw MACEError(error.kind, "\(frame.source): \(error.message)")
      }
      if frame.labels.energy == nil { frames[k].weights.energy = 1 }
      if frame.labels.forces == nil { frames[k].weights.forces = 1 }
      frames[k].labels.energy = result.energy
      frames[k].labels.forces = result.forces
      if let stress = result.stress, frame.labels.stress != nil || replay.addsStressLabels {
        if frame.labels.stress == nil { frames[k].weights.stress = 1 }
        frames[k].labels.stress = stress
      }
      if frame.labels.virials != nil { frames[k].labels.virials = result.virial }
    }
  }
}
