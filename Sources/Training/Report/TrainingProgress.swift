import Diagnostics

/// One line on a terminal: where training is and how long it will take.
public struct TrainingProgress {
  private let epochs: Int
  private let show: (String) -> Void
  private let started = ContinuousClock.now
  private var shown: ContinuousClock.Instant?
  /// Steps since the start of this process.
  private var steps = 0

  /// - Parameter show: writes to the terminal; nil when nobody watches.
  public init?(epochs: Int, show: ((String) -> Void)?) {
    guard let show else { return nil }
    self.epochs = epochs
    self.show = show
  }

  /// Counts a step; draws at most five times a second.
  public mutating func advance(_ step: TrainingEvent.Step) {
    steps += 1
    let now = ContinuousClock.now
    if let shown, shown.duration(to: now) < .milliseconds(200) { return }
    shown = now
    show("\r\(line(step, seconds: started.duration(to: now).seconds))\u{1b}[K")
  }

  /// Takes the line away, before a line of the log and at the end.
  public mutating func clear() {
    if shown != nil { show("\r\u{1b}[K") }
    shown = nil
  }

  /// "Epoch 3/20 [#######---------] step 12/27, loss 0.1234, 2 min 05 s left"
  package func line(_ step: TrainingEvent.Step, seconds: Double) -> String {
    let perEpoch = max(step.batchCount, 1)
    let done = step.epoch * perEpoch + step.batch + 1
    let total = epochs * perEpoch
    let width = 20
    let filled = min(width, width * done / max(total, 1))
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
    let left = seconds / Double(max(steps, 1)) * Double(max(total - done, 0))
    return "Epoch \(step.epoch + 1)/\(epochs) [\(bar)] step \(step.batch + 1)/\(perEpoch), loss "
      + "\(NumberText.significant(step.loss, 4)), \(NumberText.duration(left)) left"
  }
}

extension Duration {
  fileprivate var seconds: Double { Double(components.seconds) + 1e-18 * Double(components.attoseconds) }
}
