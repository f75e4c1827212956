import Diagnostics
import MACE

/// What `mace bench` is asked to do.
public struct BenchmarkOptions: Sendable {
  public var model: String
  public var configs: String
  public var head: String?
  public var precision: Precision = .float64
  public var radial = RadialEvaluation.preferred
  public var threads = 1
  public var replication = (1, 1, 1)
  /// Timed evaluations.
  public var repeats = 7
  /// All frames instead of the first.
  public var allFrames = false

  public init(model: String, configs: String) {
    self.model = model
    self.configs = configs
  }

  /// Repetitions out of "2,2,2" or "2".
  public static func replication(_ text: String) throws(MACEError) -> (Int, Int, Int) {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    if numbers.allSatisfy({ $0 >= 1 }) {
      if numbers.count == 1 { return (numbers[0], numbers[0], numbers[0]) }
      if numbers.count == 3 { return (numbers[0], numbers[1], numbers[2]) }
    }
    throw MACEError(
      .invalidArgument, "--replicate \(text): write one or three positive integers, for example 2,2,2")
  }
}
