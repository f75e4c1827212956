/// Which errors the log and the final tables show (`error_table`).
public enum ErrorTableKind: String, Sendable, CaseIterable {
  case perAtomRMSE = "PerAtomRMSE"
  case totalRMSE = "TotalRMSE"
  case perAtomRMSEStressVirials = "PerAtomRMSEstressvirials"
  case perAtomMAEStressVirials = "PerAtomMAEstressvirials"
  case perAtomMAE = "PerAtomMAE"
  case totalMAE = "TotalMAE"

  public var isRMSE: Bool { self == .perAtomRMSE || self == .totalRMSE || self == .perAtomRMSEStressVirials }
  public var isPerAtom: Bool { self != .totalRMSE && self != .totalMAE }
  public var showsStress: Bool { self == .perAtomRMSEStressVirials || self == .perAtomMAEStressVirials }

  /// The kind that mace-torch takes for losses with stress or virials.
  public var withStress: ErrorTableKind { isRMSE ? .perAtomRMSEStressVirials : .perAtomMAEStressVirials }

  /// The error of the energy, eV.
  func energy(_ metrics: ErrorMetrics) -> Double? {
    guard let e = metrics.energy else { return nil }
    return isRMSE ? (isPerAtom ? e.rmsePerAtom : e.rmse) : isPerAtom ? e.maePerAtom : e.mae
  }

  /// The error of the forces, eV/Å.
  func forces(_ metrics: ErrorMetrics) -> Double? { metrics.forces.map { isRMSE ? $0.rmse : $0.mae } }

  /// Percent.
  func relativeForces(_ metrics: ErrorMetrics) -> Double? {
    metrics.forces.map { isRMSE ? $0.relativeRMSE : $0.relativeMAE }
  }
}
