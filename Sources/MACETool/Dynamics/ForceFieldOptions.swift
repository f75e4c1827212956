import Checkpoint
import Diagnostics
import Dynamics
import MACE

/// Which models drive a simulation.
public struct ForceFieldOptions: Sendable {
  /// One model, or a committee.
  public var models: [String]
  public var head: String?
  public var precision: Precision = .float64
  public var threads = 1

  public init(models: [String]) { self.models = models }

  /// - Throws: when a model cannot be read or does not have the head.
  func load() throws(MACEError) -> (field: ModelForceField, potentials: [Potential]) {
    guard !models.isEmpty else { throw MACEError(.invalidArgument, "no model: name one with --model") }
    var calculators: [Calculator] = []
    for path in models {
      do throws(MACEError) {
        let potential = try Potential(try MACEModel(contentsOf: path), precision: precision)
        calculators.append(try Calculator(potential, head: head, threads: threads))
      } catch {
        throw error.message.hasPrefix(path) ? error : MACEError(error.kind, "\(path): \(error.message)")
      }
    }
    return (ModelForceField(calculators), calculators.map(\.potential))
  }
}
