/// What to compute beyond the energies.
public struct Properties: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// −∂E/∂r, eV/Å.
  public static let forces = Properties(rawValue: 1)
  /// The virial, and the stress of a periodic system.
  public static let virial = Properties(rawValue: 2)
  /// The virial of each atom, nine components.
  public static let atomicVirials = Properties(rawValue: 4)
  /// The features of all layers.
  public static let descriptors = Properties(rawValue: 8)
  /// What heat flows with: the virial of each atom's motion, nine components.
  public static let heatFluxVirials = Properties(rawValue: 16)
}
