/// How frames become training frames.
public struct DataOptions: Sendable {
  public var keys = LabelKeys()
  /// Factors on the weight of a frame by its `config_type`; 1 for types that are not here.
  public var configurationTypeWeights: [String: Double] = [:]
  /// The head of all frames, whatever their own key says; nil: that key, or "Default".
  public var head: String?
  /// Take the energies of `IsolatedAtom` frames as E0s (training files; not those for validation and tests).
  public var takesIsolatedAtoms = true
  /// Keep those frames in the set, too.
  public var keepsIsolatedAtoms = false
  /// Files may have neither energies nor forces (they will get labels from a model).
  public var allowsUnlabelled = false
  /// Numbers of the frames of a file that are read, from 0; nil is all.
  public var indices: Set<Int>?

  public init() {}
}
