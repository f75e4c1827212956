import Diagnostics
import Atomistics
import Dynamics

/// The table on the terminal: fixed columns, one row per record.
struct DynamicsTable {
  private let columns: [(name: String, unit: String, width: Int)]
  private let hasCell: Bool
  private let isCommittee: Bool

  init(hasCell: Bool, isCommittee: Bool) {
    self.hasCell = hasCell
    self.isCommittee = isCommittee
    var columns = [
      ("step", "", 10), ("time", "ps", 10), ("T", "K", 8), ("E_pot", "eV", 15), ("E_kin", "eV", 11),
      ("conserved", "eV", 15),
    ]
    if hasCell { columns += [("P", "GPa", 9), ("density", "g/cm³", 8)] }
    if isCommittee { columns.append(("deviation", "eV/Å", 10)) }
    columns += [("speed", "ns/day", 8), ("left", "", 12)]
    self.columns = columns.map { (name: $0.0, unit: $0.1, width: $0.2) }
  }

  var header: String { line(columns.map(\.name)) + line(columns.map(\.unit)) }

  /// - Parameters:
  ///   - speed: ns/day; nil before anything was measured.
  ///   - left: seconds.
  func row(_ record: ThermodynamicRecord, speed: Double?, left: Double?) -> String {
    var cells = [
      "\(record.step)", NumberText.fixed(record.time / 1e3, 3), NumberText.fixed(record.temperature, 1),
      NumberText.fixed(record.potentialEnergy, 5), NumberText.fixed(record.kineticEnergy, 5),
      NumberText.fixed(record.conservedEnergy, 5),
    ]
    if hasCell {
      cells.append(record.pressure.map { NumberText.fixed($0 / Units.gigapascal, 3) } ?? "-")
      cells.append(record.density.map { NumberText.fixed($0, 4) } ?? "-")
    }
    if isCommittee { cells.append(record.largestDeviation.map { NumberText.fixed($0, 4) } ?? "-") }
    cells.append(speed.map { NumberText.significant($0, 3) } ?? "-")
    cells.append(left.map { NumberText.duration($0) } ?? "-")
    return line(cells)
  }

  private func line(_ cells: [String]) -> String {
    var line = ""
    for (cell, column) in zip(cells, columns) {
      line += String(repeating: " ", count: max(column.width - cell.count, 1)) + cell
    }
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }
}
