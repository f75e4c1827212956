import Atomistics
import Checkpoint
import Diagnostics
import ExtendedXYZ
import Kernels
import MACE

/// `mace bench --compare`: the code paths of one model on one structure, in turns in one run: instruction sets,
/// precisions, and radial networks from tables or evaluated. Ratios do not depend on the machine as times do.
public struct BenchmarkComparison {
  /// One code path: its times, and how far it is from the reference (the best set, float64, exact).
  public struct Path: Sendable {
    public var instructionSet: InstructionSet
    public var precision: Precision
    public var radial: RadialEvaluation
    public var times: [Double] = []
    /// eV per atom, and the largest component of a force, eV/Å.
    public var energyError = 0.0
    public var forceError = 0.0

    public var name: String { "\(instructionSet.rawValue) \(precision.rawValue) \(radial.rawValue)" }
    /// The least disturbed of its evaluations.
    public var seconds: Double { times.min() ?? .nan }
  }

  private let options: BenchmarkOptions
  private let structure: Structure

  /// Reads the first frame.
  public init(_ options: BenchmarkOptions) throws(MACEError) {
    self.options = options
    var reader = try ExtendedXYZReader(path: options.configs)
    guard let frame = try reader.next() else {
      throw MACEError(.format, "\(options.configs): there is no frame in the file")
    }
    structure = try frame.structure.replicated(options.replication)
  }

  public func run() throws(MACEError) -> [Path] {
    let model = try MACEModel(contentsOf: options.model)
    var paths: [Path] = []
    var calculators: [Calculator] = []
    for set in InstructionSet.available.reversed() {
      for precision in Precision.allCases {
        for radial in [RadialEvaluation.exact, .tabulated] {
          paths.append(Path(instructionSet: set, precision: precision, radial: radial))
          let potential = try Potential(model, precision: precision, radial: radial, instructionSet: set)
          calculators.append(try Calculator(potential, head: options.head, threads: options.threads))
        }
      }
    }
    var reference: Evaluation?
    for repetition in 0...options.repeats {
      for (k, calculator) in calculators.enumerated() {
        let started = ProcessFacts.monotonicSeconds
        let result = try calculator.evaluate(structure)
        let seconds = ProcessFacts.monotonicSeconds - started
        // the first evaluation makes tables and takes memory
        guard repetition == 0 else {
          paths[k].times.append(seconds)
          continue
        }
        let exact = reference ?? result
        reference = exact
        paths[k].energyError = abs(result.energy - exact.energy) / Double(max(structure.count, 1))
        paths[k].forceError = zip(result.forces, exact.forces).reduce(0) {
          let d = $1.0 - $1.1
          return max($0, abs(d.x), abs(d.y), abs(d.z))
        }
      }
    }
    return paths
  }

  /// A table, with times relative to the default path.
  public static func text(_ paths: [Path]) -> String {
    var table = TextTable()
    table.add(["path", "ms", "times the default", "|dE| / eV per atom", "max |dF| / eV/Å"])
    table.addRule()
    let first = normal(paths)
    for path in paths {
      table.add([
        path.name, NumberText.fixed(1e3 * path.seconds, 2), NumberText.fixed(path.seconds / first, 2),
        NumberText.significant(path.energyError, 2), NumberText.significant(path.forceError, 2),
      ])
    }
    return table.text
  }

  public static func json(_ paths: [Path]) -> String {
    let first = normal(paths)
    return JSON.array(
      paths.map { path in
        .object([
          (key: "instruction_set", value: .text(path.instructionSet.rawValue)),
          (key: "dtype", value: .text(path.precision.rawValue)),
          (key: "radial", value: .text(path.radial.rawValue)),
          (key: "seconds_fastest", value: .number(path.seconds)),
          (key: "times_default", value: .number(path.seconds / first)),
          (key: "energy_error_per_atom", value: .number(path.energyError)),
          (key: "force_error", value: .number(path.forceError)),
        ])
      }
    ).encoded + "\n"
  }

  /// Seconds of the default: the best set, float64, tables.
  private static func normal(_ paths: [Path]) -> Double {
    paths.first { $0.precision == .float64 && $0.radial == .tabulated }?.seconds ?? .nan
  }
}
