import Diagnostics

/// One line on a terminal that says how far a run is; nothing when nobody watches.
struct ProgressMeter {
  private let console: Console
  /// Frames and atoms to come, when they are known.
  private let total: (frames: Int, atoms: Int)?
  private var frames = 0
  private var atoms = 0
  private let started = ProcessFacts.monotonicSeconds
  private var shown = -1.0

  init(_ console: Console, total: (frames: Int, atoms: Int)?) {
    self.console = console
    self.total = total
  }

  /// Counts a frame; draws at most five times a second.
  mutating func advance(atoms count: Int) {
    frames += 1
    atoms += count
    guard console.isInteractive else { return }
    let now = ProcessFacts.monotonicSeconds
    guard now - shown > 0.2 else { return }
    shown = now
    console.note("\r\(line(seconds: now - started))\u{1b}[K")
  }

  /// Takes the line away.
  func finish() {
    if console.isInteractive, shown >= 0 { console.note("\r\u{1b}[K") }
  }

  /// "12 of 100 frames, 34 s left" or, if the total is unknown, "12 frames, 1.5 frames/s".
  func line(seconds: Double) -> String {
    guard let total, total.frames > 0, atoms > 0 else {
      return "\(frames) frames, \(NumberText.significant(Double(frames) / max(seconds, 1e-3), 3)) frames/s"
    }
    // Time goes with atoms, not with frames.
    let left = seconds * Double(max(total.atoms - atoms, 0)) / Double(atoms)
    return "\(frames) of \(total.frames) frames, \(NumberText.duration(left)) left"
  }
}
