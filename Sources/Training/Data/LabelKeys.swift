/// Under which keys the frames have their labels; the defaults are mace-torch's.
public struct LabelKeys: Sendable, Equatable {
  /// Total energy, eV.
  public var energy = "REF_energy"
  /// Forces, eV/Å: a column of three numbers per atom.
  public var forces = "REF_forces"
  /// Stress, eV/Å³, ASE's sign: nine numbers, or six in the order xx, yy, zz, yz, xz, xy.
  public var stress = "REF_stress"
  /// Virials W = −dE/dε, eV, in the same forms.
  public var virials = "REF_virials"
  /// The head that a frame belongs to, unless the options name one for all.
  public var head = "head"

  public init() {}
}
