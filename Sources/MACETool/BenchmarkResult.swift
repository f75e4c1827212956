import Diagnostics
import Checkpoint
import MACE

/// Times and memory of one structure.
public struct BenchmarkResult: Sendable {
  public var model: String
  /// File and number of the frame, and how often it was repeated.
  public var frame: String
  public var head: String
  public var atoms: Int
  public var edges: Int
  public var threads: Int
  public var precision: Precision
  public var instructionSet: String
  /// Of each timed evaluation (neighbour list, energy, forces, virial).
  public var times: [Double]
  /// Workspace that grows with the atoms and neighbour list, bytes.
  public var bytes: Int
  /// Of the process so far.
  public var peakResidentBytes: Int
  /// Of one core, measured in the same run.
  public var peakGFLOPS: Double
  /// Multiply–adds per evaluation, where they are counted.
  public var multiplyAdds: [Stage: Double]
  /// Seconds per evaluation, summed over threads.
  public var stages: [(stage: Stage, seconds: Double)]
  /// Seconds per evaluation of each layer, summed over threads: the stages but for neighbours, once more.
  public var layers: [LayerTime]

  /// The median of `times`.
  public var secondsPerEvaluation: Double {
    let sorted = times.sorted()
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }

  public var microsecondsPerAtom: Double { 1e6 * secondsPerEvaluation / Double(max(atoms, 1)) }
  public var bytesPerAtom: Double { Double(bytes) / Double(max(atoms, 1)) }

  /// One JSON object in one line.
  public var json: String {
    JSON.object([
      (key: "model", value: .text(model)), (key: "frame", value: .text(frame)),
      (key: "head", value: .text(head)),
      (key: "atoms", value: .integer(atoms)), (key: "edges", value: .integer(edges)),
      (key: "threads", value: .integer(threads)), (key: "dtype", value: .text(precision.rawValue)),
      (key: "instruction_set", value: .text(instructionSet)), (key: "repeats", value: .integer(times.count)),
      (key: "seconds_per_evaluation", value: .number(secondsPerEvaluation)),
      (key: "seconds_fastest", value: .number(times.min() ?? .nan)),
      (key: "microseconds_per_atom", value: .number(microsecondsPerAtom)),
      (key: "bytes_per_atom", value: .number(bytesPerAtom)),
      (key: "peak_rss_bytes", value: .integer(peakResidentBytes)),
      (key: "fma_peak_gflops", value: .number(peakGFLOPS)),
      (
        key: "stages",
        value: .object(stages.map { (key: $0.stage.name, value: .number($0.seconds)) })
      ),
      (
        key: "gflops",
        value: .object(
          stages.compactMap { entry in rate(entry).map { (key: entry.stage.name, value: .number($0)) } })
      ),
      (
        key: "layers",
        value: .array(
          layers.map {
            .object([
              (key: "forward", value: .number($0.forward)), (key: "backward", value: .number($0.backward)),
            ])
          })
      ),
    ]).encoded + "\n"
  }

  /// GFLOP/s of one core in a stage whose operations are counted.
  private func rate(_ entry: (stage: Stage, seconds: Double)) -> Double? {
    guard let count = multiplyAdds[entry.stage], entry.seconds > 0 else { return nil }
    return 2e-9 * count / entry.seconds
  }

  /// A table for people.
  public var text: String {
    func text(_ x: Double) -> String { NumberText.significant(x, 4) }
    var facts = TextTable()
    for (name, value) in [
      ("frame", frame), ("atoms", "\(atoms)"), ("edges", "\(edges)"), ("head", head),
      ("precision, instructions, threads", "\(precision.rawValue), \(instructionSet), \(threads)"),
      ("evaluation (median of \(times.count)) / ms", text(1e3 * secondsPerEvaluation)),
      ("fastest / ms", text(1e3 * (times.min() ?? .nan))), ("per atom / µs", text(microsecondsPerAtom)),
      ("memory per atom", NumberText.bytes(bytesPerAtom)),
      ("largest memory of the process", NumberText.bytes(Double(peakResidentBytes))),
      ("multiply-add peak of one core / GFLOP/s", text(peakGFLOPS)),
    ] { facts.add([name, value]) }
    var table = TextTable()
    table.add(["stage (all threads)", "ms", "%", "GFLOP/s per core", "% of peak"])
    table.addRule()
    let sum = stages.reduce(0) { $0 + $1.seconds }
    for entry in stages {
      let (stage, seconds) = entry, rate = rate(entry)
      table.add([
        stage.name, NumberText.fixed(1e3 * seconds, 3), NumberText.fixed(100 * seconds / max(sum, 1e-300), 1),
        rate.map { NumberText.fixed($0, 1) } ?? "",
        rate.map { NumberText.fixed(100 * $0 / peakGFLOPS, 0) } ?? "",
      ])
    }
    var byLayer = TextTable()
    byLayer.add(["layer (all threads)", "forward / ms", "backward / ms"])
    byLayer.addRule()
    for (t, layer) in layers.enumerated() {
      byLayer.add([
        "layer \(t + 1)", NumberText.fixed(1e3 * layer.forward, 3), NumberText.fixed(1e3 * layer.backward, 3),
      ])
    }
    return facts.text + "\n" + table.text + "\n" + byLayer.text
  }
}
