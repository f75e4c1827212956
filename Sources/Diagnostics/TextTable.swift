/// Rows of cells, aligned in columns: the first column to the left, the others to the right.
public struct TextTable {
  private var rows: [[String]] = []
  /// Row indices before which a rule is drawn.
  private var rules: Set<Int> = []

  public init() {}

  public mutating func add(_ row: [String]) { rows.append(row) }

  /// A line between the last row and the next one.
  public mutating func addRule() { rules.insert(rows.count) }

  /// The table, two blanks between columns, each row ended by a newline.
  public var text: String {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.count)
      }
    }
    let total = widths.reduce(0, +) + 2 * max(widths.count - 1, 0)
    var out = ""
    for (index, row) in rows.enumerated() {
      if rules.contains(index) { out += String(repeating: "-", count: total) + "\n" }
      var line = ""
      for (column, cell) in row.enumerated() {
        let blanks = String(repeating: " ", count: widths[column] - cell.count)
        if column > 0 { line += "  " }
        line += column == 0 ? cell + blanks : blanks + cell
      }
      while line.last == " " { line.removeLast() }
      out += line + "\n"
    }
    return out
  }
}
