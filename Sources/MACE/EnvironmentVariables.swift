import Diagnostics
import Glibc
import Kernels

/// The environment variables that choose how models are evaluated.
enum EnvironmentVariables {
  /// - Throws: `.invalidArgument` for a value that would have no effect.
  static func check() throws(MACEError) {
    try check("MACE_RADIAL", RadialEvaluation.allCases.map(\.rawValue))
    try check("MACE_ISA", InstructionSet.available.map(\.rawValue))
  }

  private static func check(_ name: String, _ values: [String]) throws(MACEError) {
    guard let value = getenv(name).map({ String(cString: $0) }), !values.contains(value) else { return }
    throw MACEError(
      .invalidArgument,
      "the environment variable \(name) is '\(value)'; here it can be \(values.joined(separator: ", "))")
  }
}
