import MACE
import Training

/// What `mace e0s` is asked to do.
public struct AtomicEnergyOptions: Sendable {
  public var trainFiles: [String]
  public var source = AtomicEnergySource.estimated(prior: .foundation)
  public var foundation: String?
  public var head: String?
  public var keys = LabelKeys()
  /// Rows of the fit are divided by the number of atoms.
  public var perAtom = false
  /// JSON file to write.
  public var output: String?
  public var precision = Precision.float64
  public var threads = 1

  public init(trainFiles: [String]) { self.trainFiles = trainFiles }
}
