import Diagnostics
import Dynamics

/// What `mace relax` is asked to do.
public struct RelaxationOptions: Sendable {
  public enum Algorithm: String, Sendable, CaseIterable { case lbfgs, fire }

  public var forceField: ForceFieldOptions
  public var configs: String
  public var output: String
  public var algorithm = Algorithm.lbfgs
  public var criteria = Relaxation.Criteria()
  public var stepLimit = 1000
  public var relaxesCell = false
  /// eV/Å³.
  public var pressure = 0.0
  public var fixed: AtomSelection?

  public init(models: [String], configs: String, output: String) {
    forceField = ForceFieldOptions(models: models)
    self.configs = configs
    self.output = output
  }

  func validate() throws(MACEError) {
    guard criteria.force > 0, criteria.stress > 0 else {
      throw MACEError(.invalidArgument, "--fmax and --smax must be positive")
    }
    guard stepLimit >= 1 else { throw MACEError(.invalidArgument, "--steps must be 1 or more") }
    guard relaxesCell || pressure == 0 else {
      throw MACEError(.invalidArgument, "--pressure needs --cell: it acts on the cell")
    }
  }
}
