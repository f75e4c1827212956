/// Errors of the frames or atoms that have something in common.
struct ErrorGroup {
  let name: String
  var frames = 0
  /// (E − E_ref) / atoms, eV.
  var energy = ErrorStatistics()
  /// Components of the forces, eV/Å.
  var forces = ErrorStatistics()

  /// kJ/mol per eV (CODATA 2018).
  static let molar = 96.485332

  init(_ name: String) { self.name = name }
}
