/// Units inside: eV, Å, fs, K and, for inertia, eV fs²/Å², in which kinetic energy is ½ m v² and acceleration F/m.
///
/// Constants: CODATA 2018 (e and k are exact in the SI).
public enum Units {
  private static let elementaryCharge = 1.602176634e-19
  private static let boltzmannConstant = 1.380649e-23
  private static let atomicMassConstant = 1.66053906660e-27

  /// k_B, eV/K.
  public static let boltzmann = boltzmannConstant / elementaryCharge
  /// The atomic mass unit as inertia, eV fs²/Å²: 1 Å/fs = 1e5 m/s.
  public static let atomicMass = atomicMassConstant / elementaryCharge * 1e10
  /// eV/Å³ in Pa.
  public static let pascalsPerUnit = elementaryCharge * 1e30
  /// 1 bar in eV/Å³.
  public static let bar = 1e5 / pascalsPerUnit
  /// 1 GPa in eV/Å³.
  public static let gigapascal = 1e9 / pascalsPerUnit
  /// amu/Å³ in g/cm³.
  public static let densityPerUnit = atomicMassConstant * 1e27
}
