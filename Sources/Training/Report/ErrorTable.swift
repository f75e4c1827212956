import Diagnostics

/// A final table of errors: mace-torch's columns first, then RMSE and MAE in kJ/mol and the numbers of frames.
public struct ErrorTable {
  /// 1 eV per particle in kJ/mol (CODATA 2018).
  static let kilojoulesPerMole = 96.48533212331

  private let kind: ErrorTableKind
  private let hasStress: Bool
  private var table = TextTable()

  /// - Parameter hasStress: there is a column for the stress or virials.
  public init(_ kind: ErrorTableKind) {
    self.kind = kind
    hasStress = kind.showsStress
    let (measure, other) = kind.isRMSE ? ("RMSE", "MAE") : ("MAE", "RMSE")
    let energy = "E / meV\(kind.isPerAtom ? " / atom" : "")"
    var heading = ["config_type", "\(measure) \(energy)", "\(measure) F / meV / A", "relative F \(measure) %"]
    if hasStress { heading.append("\(measure) Stress (Virials) / meV / A (A^3)") }
    heading += ["\(other) \(energy)", "\(other) F / meV / A"]
    heading += ["\(measure) E / kJ/mol\(kind.isPerAtom ? " / atom" : "")", "\(measure) F / kJ/mol / A", "frames"]
    table.add(heading)
  }

  /// - Parameters:
  ///   - name: mace-torch's: `train_<head>`, `valid_<head>`, `<head>_<config_type>` of test frames.
  public mutating func add(_ name: String, _ metrics: ErrorMetrics) {
    func cell(_ value: Double?, _ factor: Double, _ digits: Int) -> String {
      value.map { NumberText.fixed(factor * $0, digits) } ?? "-"
    }
    let other = kind.counterpart
    var row = [name, cell(kind.energy(metrics), 1000, 1), cell(kind.forces(metrics), 1000, 1)]
    row.append(cell(kind.relativeForces(metrics), 1, 2))
    if hasStress {
      let tensor = metrics.stress ?? metrics.virials
      row.append(cell(tensor.map { kind.isRMSE ? $0.rmse : $0.mae }, 1000, 1))
    }
    row += [cell(other.energy(metrics), 1000, 1), cell(other.forces(metrics), 1000, 1)]
    row.append(cell(kind.energy(metrics), Self.kilojoulesPerMole, 4))
    row.append(cell(kind.forces(metrics), Self.kilojoulesPerMole, 3))
    row.append("\(metrics.frames)")
    table.add(row)
  }

  public var text: String { table.boxed }
}

extension ErrorTableKind {
  /// MAE for RMSE and the other way round.
  fileprivate var counterpart: ErrorTableKind {
    switch self {
    case .perAtomRMSE: .perAtomMAE
    case .perAtomMAE: .perAtomRMSE
    case .totalRMSE: .totalMAE
    case .totalMAE: .totalRMSE
    case .perAtomRMSEStressVirials: .perAtomMAEStressVirials
    case .perAtomMAEStressVirials: .perAtomRMSEStressVirials
    }
  }
}
