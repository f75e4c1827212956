import Atomistics
import Checkpoint
import Diagnostics
import ExtendedXYZ
import MACE

/// `mace bench`: how long an evaluation of energy, forces and virial takes, and where.
public struct BenchmarkJob {
  private let options: BenchmarkOptions
  private let potential: Potential
  private let peakGFLOPS: Double
  private var calculators: HeadCalculators

  /// Reads the model and measures the multiply–add peak.
  public init(_ options: BenchmarkOptions) throws(MACEError) {
    guard (1...1_000_000).contains(options.repeats) else {
      throw MACEError(.invalidArgument, "--repeats \(options.repeats) is not in 1...1000000")
    }
    self.options = options
    potential = try Potential(
      try MACEModel(contentsOf: options.model), precision: options.precision, radial: options.radial)
    calculators = try HeadCalculators(potential, head: options.head, threads: options.threads)
    peakGFLOPS = potential.measurePeak()
  }

  /// - Parameter receive: gets the result of each frame when it is there.
  public mutating func run(_ receive: (BenchmarkResult) throws(MACEError) -> Void) throws(MACEError) {
    var reader = try ExtendedXYZReader(path: options.configs)
    while let frame = try reader.next() {
      let result: BenchmarkResult
      do {
        result = try measure(frame, number: reader.frameCount)
      } catch {
        throw MACEError(error.kind, "\(options.configs), frame \(reader.frameCount): \(error.message)")
      }
      try receive(result)
      if !options.allFrames { return }
    }
    guard reader.frameCount > 0 else {
      throw MACEError(.format, "\(options.configs): there is no frame in the file")
    }
  }

  private mutating func measure(_ frame: Frame, number: Int) throws(MACEError) -> BenchmarkResult {
    let structure = try frame.structure.replicated(options.replication)
    let calculator = try calculators.calculator(for: frame)
    // The first evaluation makes tables and takes memory.
    _ = try calculator.evaluate(structure)
    var times: [Double] = []
    for _ in 0..<options.repeats {
      let started = ProcessFacts.monotonicSeconds
      _ = try calculator.evaluate(structure)
      times.append(ProcessFacts.monotonicSeconds - started)
    }
    let (stages, layers) = try profile(calculator, structure)
    let n = options.replication
    let copies = n == (1, 1, 1) ? "" : ", \(n.0) x \(n.1) x \(n.2)"
    return BenchmarkResult(
      model: options.model, frame: "\(options.configs), frame \(number)\(copies)",
      head: potential.heads[calculator.head], atoms: structure.count, edges: calculator.edgeCount,
      threads: options.threads, precision: options.precision,
      instructionSet: potential.instructionSet.rawValue, times: times,
      bytes: calculator.workspaceBytes.perAtoms + calculator.neighborListBytes,
      peakResidentBytes: ProcessFacts.peakResidentBytes, peakGFLOPS: peakGFLOPS,
      multiplyAdds: calculator.multiplyAdds, stages: stages, layers: layers)
  }

  /// The stages and layers of the evaluation of median duration.
  ///
  /// Reading the clock in every stage costs a little, so these evaluations are not those that are timed.
  private func profile(
    _ calculator: Calculator, _ structure: Structure
  ) throws(MACEError) -> (stages: [(stage: Stage, seconds: Double)], layers: [LayerTime]) {
    calculator.isProfiling = true
    defer { calculator.isProfiling = false }
    var runs: [(seconds: Double, stages: [Stage: Double], layers: [LayerTime])] = []
    for _ in 0..<options.repeats {
      calculator.resetProfile()
      let started = ProcessFacts.monotonicSeconds
      _ = try calculator.evaluate(structure)
      runs.append((ProcessFacts.monotonicSeconds - started, calculator.profile, calculator.layerProfile))
    }
    runs.sort { $0.seconds < $1.seconds }
    let median = runs[runs.count / 2]
    return (Stage.allCases.map { ($0, median.stages[$0] ?? 0) }, median.layers)
  }
}
