import Diagnostics
import Checkpoint

/// Results by rows: printed as text, written as CSV and JSON.
struct ResultTable {
  enum Cell {
    case text(String)
    case integer(Int)
    /// The number and how many decimals are printed; CSV and JSON have all digits.
    case number(Double, decimals: Int)
    case none
  }

  /// Names with units: "D (1e-5 cm²/s)".
  let header: [String]
  private(set) var rows: [[Cell]] = []

  init(_ header: [String]) { self.header = header }

  mutating func add(_ row: [Cell]) {
    precondition(row.count == header.count)
    rows.append(row)
  }

  static func number(_ value: Double?, _ decimals: Int) -> Cell {
    guard let value, value.isFinite else { return .none }
    return .number(value, decimals: decimals)
  }

  var text: String {
    var table = TextTable()
    table.add(header)
    table.addRule()
    for row in rows {
      table.add(
        row.map { cell in
          switch cell {
          case .text(let text): text
          case .integer(let value): "\(value)"
          case .number(let value, let decimals): NumberText.fixed(value, decimals)
          case .none: "-"
          }
        })
    }
    return table.text
  }

  var csv: String {
    let lines = rows.map { row in
      row.map { cell in
        switch cell {
        case .text(let text): Self.quoted(text)
        case .integer(let value): "\(value)"
        case .number(let value, _): "\(value)"
        case .none: ""
        }
      }.joined(separator: ",")
    }
    return ([header.map(Self.quoted).joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
  }

  var json: JSON {
    .array(
      rows.map { row in
        .object(
          zip(header, row).map { name, cell in
            switch cell {
            case .text(let text): (name, .text(text))
            case .integer(let value): (name, .integer(value))
            case .number(let value, _): (name, .number(value))
            case .none: (name, .null)
            }
          })
      })
  }

  private static func quoted(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
