/// Rows of cells, aligned in columns: the first column to the left, the others to the right or left.
public struct TextTable {
  public enum Alignment: Sendable { case left, right }
  private let alignment: Alignment
  private var rows: [[String]] = []
  /// Row indices before which a rule is drawn.
  private var rules: Set<Int> = []

  /// - Parameter alignment: of all columns but the first.
  public init(alignment: Alignment = .right) { self.alignment = alignment }

  public mutating func add(_ row: [String]) { rows.append(row) }

  /// A line between the last row and the next one.
  public mutating func addRule() { rules.insert(rows.count) }

  private var widths: [Int] {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.count)
      }
    }
    return widths
  }

  /// The table, two blanks between columns, each row ended by a newline.
  public var text: String {
    let widths = widths
    let total = widths.reduce(0, +) + 2 * max(widths.count - 1, 0)
    var out = ""
    for (index, row) in rows.enumerated() {
      if rules.contains(index) { out += String(repeating: "-", count: total) + "\n" }
      var line = ""
      for (column, cell) in row.enumerated() {
        let blanks = String(repeating: " ", count: widths[column] - cell.count)
        if column > 0 { line += "  " }
        line += column == 0 || alignment == .left ? cell + blanks : blanks + cell
      }
      while line.last == " " { line.removeLast() }
      out += line + "\n"
    }
    return out
  }

  /// The table in a box, cells centred, a rule after the first row, as Python's PrettyTable draws it.
  public var boxed: String {
    let widths = widths
    let rule = "+" + widths.map { String(repeating: "-", count: $0 + 2) + "+" }.joined()
    var out = rule + "\n"
    for (index, row) in rows.enumerated() {
      out += "|"
      for (column, width) in widths.enumerated() {
        let cell = column < row.count ? row[column] : ""
        let left = (width - cell.count) / 2
        out += String(repeating: " ", count: left + 1) + cell
        out += String(repeating: " ", count: width - cell.count - left + 1) + "|"
      }
      out += "\n" + (index == 0 || index == rows.count - 1 ? rule + "\n" : "")
    }
    return out
  }
}
