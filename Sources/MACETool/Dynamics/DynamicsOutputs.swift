import Diagnostics
import Dynamics

/// The files of a run and when they are written.
struct DynamicsOutputs {
  private let options: DynamicsOptions
  private let table: TextOutput
  private let trajectory: (any Trajectory)?
  private let uncertain: (any Trajectory)?
  /// Where the files stood at the last restart.
  private(set) var marks: [Restart.Output]
  private(set) var uncertainCount = 0

  /// - Parameter restart: nil for a new run. Files that it does not know must not exist.
  /// - Throws: `.io`; `.invalidArgument` when a file would be overwritten.
  init(_ options: DynamicsOptions, _ state: DynamicsState, restart: Restart?) throws(MACEError) {
    self.options = options
    marks = restart?.outputs ?? []
    let known = marks
    func mark(_ path: String) -> Restart.Output? { known.first { $0.path == path } }
    let paths = [options.tablePath, options.trajectoryPath, options.uncertainPath].compactMap { $0 }
    for path in paths where mark(path) == nil && !options.overwrites && OutputFile.exists(path) {
      throw MACEError(
        .invalidArgument,
        "\(path) exists"
          + (options.resumes ? ", but no restart knows it" : "; --resume continues a run")
          + "; --overwrite replaces it, or give another --output")
    }
    func open(_ path: String?) throws(MACEError) -> (any Trajectory)? {
      guard let path else { return nil }
      if let mark = mark(path) { return try Trajectories.continuing(mark) }
      return try Trajectories.create(path, for: state.structure)
    }
    table =
      if let mark = mark(options.tablePath) {
        try TextOutput(continuing: mark)
      } else {
        try TextOutput(path: options.tablePath, header: ThermodynamicRecord.csvHeader)
      }
    trajectory = try open(options.trajectoryPath)
    uncertain = try open(options.uncertainPath)
    uncertainCount = uncertain?.frameCount ?? 0
  }

  /// What is due at the present step.
  mutating func write(_ simulation: Simulation) throws(MACEError) {
    let state = simulation.state
    if state.step % options.logInterval == 0 { try table.write(ThermodynamicRecord(simulation).csv) }
    guard state.step % options.trajectoryInterval == 0 else { return }
    try trajectory?.write(state, time: simulation.time)
    if let uncertain, let threshold = options.deviationThreshold,
      let largest = state.evaluation.deviations.max(), largest > threshold
    {
      try uncertain.write(state, time: simulation.time)
      uncertainCount = uncertain.frameCount
    }
  }

  /// First the files, then the restart that says how long they are.
  mutating func writeRestart(_ simulation: Simulation) throws(MACEError) {
    var marks = [try table.mark()]
    if let trajectory { marks.append(try trajectory.mark()) }
    if let uncertain { marks.append(try uncertain.mark()) }
    try Restart(of: simulation, outputs: marks, settings: options.settings).write(to: options.restartPath)
    self.marks = marks
  }

  /// After a file could not be written: takes away what the last restart does not know. Further failures are not
  /// reported beside the first, which is; a continued run cuts the files again.
  func cutBack() {
    let files: [(any RunOutput)?] = [table, trajectory, uncertain]
    for file in files { try? file?.close() }
    for mark in marks { try? mark.cut() }
  }

  func close() throws(MACEError) {
    try table.close()
    try trajectory?.close()
    try uncertain?.close()
  }
}
