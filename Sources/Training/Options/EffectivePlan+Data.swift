import Diagnostics

extension EffectivePlan {
  /// Frames of a head as they were read and split, before repetition.
  public struct FrameCounts: Sendable, Equatable {
    public var head: String
    public var training: Int
    public var validation: Int
    public init(head: String, training: Int, validation: Int) {
      self.head = head
      self.training = training
      self.validation = validation
    }
  }

  /// What the numbers of frames mean for the plan.
  ///
  /// - Throws: `.invalidArgument` when a head has no frames to train or validate on, or no batch is complete.
  public func notes(frames: [FrameCounts]) throws(MACEError) -> [Note] {
    var list = NoteList()
    for count in frames {
      guard count.training > 0 else {
        throw MACEError(.invalidArgument, "head '\(count.head)' has no training frames")
      }
      guard count.validation > 0 else {
        throw MACEError(
          .invalidArgument, "head '\(count.head)' has no validation frames; give valid_file or a larger valid_fraction")
      }
      if count.validation < 5 {
        list.warn(
          "Head \(count.head): \(count.validation) validation frame\(count.validation == 1 ? "" : "s"); the choice of "
            + "the checkpoint is mostly chance")
      }
    }
    let own = frames.filter { $0.head != Self.replayHead }.reduce(0) { $0 + $1.training }
    let replayed = frames.filter { $0.head == Self.replayHead }.reduce(0) { $0 + $1.training }
    let copies = replay?.copies(frames: own, replayFrames: replayed) ?? 1
    if copies > 1 {
      list.warn(
        "\(own) frames for \(replayed) replay frames: each is repeated \(copies) times per epoch "
          + "(real_pt_data_ratio_threshold \(replay?.ratioThreshold ?? 0))")
    }
    let samples = own * copies + replayed
    guard samples >= training.batchSize else {
      throw MACEError(
        .invalidArgument,
        "batch_size \(training.batchSize) is larger than the \(samples) training frames, so that no batch would be "
          + "complete; lower --batch_size")
    }
    let left = samples % training.batchSize
    if left > 0 {
      list.tell(
        "\(samples / training.batchSize) steps per epoch; \(left) of \(samples) frames, others in each epoch, are left out")
    }
    return list.notes
  }
}
