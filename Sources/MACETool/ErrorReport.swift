import Diagnostics

/// Errors against reference labels, per `config_type` and in total.
public struct ErrorReport: Sendable {
  /// Errors of one kind of frame.
  public struct Row: Sendable {
    public var frames = 0
    /// (E − E_ref) / atoms, eV.
    public var energy = ErrorStatistics()
    /// Components of the forces, eV/Å.
    public var forces = ErrorStatistics()
    /// Nine components of the stress, eV/Å³.
    public var stress = ErrorStatistics()

    mutating func add(_ other: Row) {
      frames += other.frames
      energy.add(other.energy)
      forces.add(other.forces)
      stress.add(other.stress)
    }
  }

  /// In the order in which they were met.
  public private(set) var rows: [(type: String, row: Row)] = []
  private var places: [String: Int] = [:]

  public init() {}

  /// Adds one frame: nil stands for a label that the frame does not have.
  public mutating func add(
    type: String, energyPerAtom: Double?, forces: [Double]?, stress: [Double]?, comparesStress: Bool
  ) {
    let place = places[type] ?? rows.count
    if place == rows.count {
      places[type] = place
      rows.append((type, Row()))
    }
    rows[place].row.frames += 1
    Self.add(energyPerAtom.map { [$0] }, to: &rows[place].row.energy)
    Self.add(forces, to: &rows[place].row.forces)
    if comparesStress { Self.add(stress, to: &rows[place].row.stress) }
  }

  private static func add(_ differences: [Double]?, to statistics: inout ErrorStatistics) {
    if let differences { statistics.add(differences) } else { statistics.addMissing() }
  }

  public var total: Row {
    var sum = Row()
    for (_, row) in rows { sum.add(row) }
    return sum
  }

  /// Nothing could be compared.
  public var isEmpty: Bool {
    let sum = total
    return sum.energy.frames + sum.forces.frames + sum.stress.frames == 0
  }

  /// The table; a line per config_type and, for more than one, a total, then a line about missing labels.
  public var text: String {
    let sum = total
    let quantities: [(name: String, unit: String, of: KeyPath<Row, ErrorStatistics> & Sendable)] = [
      ("energy", "meV/atom", \.energy), ("forces", "meV/Å", \.forces), ("stress", "meV/Å³", \.stress),
    ]
    let shown = quantities.filter { sum[keyPath: $0.of].frames > 0 }
    var table = TextTable()
    var heading = ["config_type", "frames"]
    var units = ["", ""]
    for quantity in shown {
      heading += ["\(quantity.name): n", "RMSE", "MAE"]
      units += ["", quantity.unit, quantity.unit]
    }
    table.add(heading)
    table.add(units)
    table.addRule()
    func line(_ type: String, _ row: Row) -> [String] {
      var cells = [type, "\(row.frames)"]
      for quantity in shown {
        let s = row[keyPath: quantity.of]
        cells += ["\(s.frames)"] + [s.rmse, s.mae].map { $0.map { NumberText.fixed(1000 * $0, 3) } ?? "-" }
      }
      return cells
    }
    for (type, row) in rows { table.add(line(type, row)) }
    if rows.count > 1 {
      table.addRule()
      table.add(line("total", sum))
    }
    let missing = quantities.filter { sum[keyPath: $0.of].missing > 0 }.map {
      "\($0.name) \(sum[keyPath: $0.of].missing)"
    }
    return table.text
      + (missing.isEmpty ? "" : "frames that could not be compared: \(missing.joined(separator: ", "))\n")
  }
}
