/// What counts as equal, in eV, Å and their combinations.
enum Tolerances {
  // float64 against mace-torch in float64: the order of sums differs, 1e-13 of the largest terms; the limits
  // are what users are promised.
  static let energyPerAtom = 1e-8
  static let force = 1e-7
  /// Of the largest force where that is hundreds of thousands of eV/Å (tiny_reducedcg at 0.5 Å contacts).
  static let relativeForce = 1e-12
  static let stress = 1e-9
  static let descriptor = 1e-7
  /// Per atom; times 1e-5 of the largest component of virials above 1e5 eV.
  static let virialPerAtom = 1e-7

  // float32 features against mace-torch in float64: 24-bit significands through one to three layers.
  static let float32EnergyPerAtom = 1e-5
  static let float32Force = 5e-4
  /// Configurations with larger forces are compared relative to them: `short_contacts` has pairs at 0.5 Å,
  /// where some models give 4e5 eV/Å, and float32 has 24 bits: 6e-8 per operation, a few hundred deep.
  static let extremeForce = 50.0
  static let float32RelativeForce = 2e-5

  // The same numbers on another path: another order of sums.
  static let relative = 1e-12
  static let float32Relative = 1e-5
  /// Energies (per atom) and forces of a structure that was rotated, moved or written with another cell:
  /// positions are rounded to 1e-16 relative, and energies change by force times that.
  static let symmetryEnergyPerAtom = 1e-11
  static let symmetryForce = 1e-10
  /// Coupling constants rounded to float32 are not exactly equivariant: 6e-8 relative.
  static let roundedCouplings = 2e-6
  /// A molecule 1e4 Å from the origin: coordinates are rounded to 2e-12 Å.
  static let distantForce = 1e-8
  /// Σ F and Σ r × F of a system, per eV/Å of the largest force.
  static let momentum = 1e-12

  /// Five-point differences, Å: h⁴ of the fifth derivative and 1e-15 · |E| / h of round-off. Short enough
  /// that no pair of the test structures crosses the cutoff, where the Att block's energies jump by design.
  static let finiteDifferenceStep = 1e-4
  static let finiteDifference = 2e-7

  /// Decomposed over domains or ghosts: the order of sums only.
  static let ghostEnergyPerAtom = 1e-11
  static let ghostForce = 1e-10
  static let float32GhostForce = 1e-4

  /// Rescaled and rewritten models (fewer elements, one head): one more rounding per weight.
  static let rewritten = 1e-10
}
