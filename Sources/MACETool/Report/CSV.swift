/// Tables of comma-separated values, with quotes as in RFC 4180.
package enum CSV {
  /// Lines that begin with # and empty lines are left out.
  package static func rows(_ text: String) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var cell = ""
    var isQuoted = false
    var previousWasQuote = false
    func end() {
      row.append(cell)
      if !(row.count == 1 && cell.isEmpty), !row[0].hasPrefix("#") { rows.append(row) }
      row = []
      cell = ""
    }
    for character in text {
      if isQuoted {
        if character == "\"" {
          isQuoted = false
          previousWasQuote = true
        } else {
          cell.append(character)
        }
        continue
      }
      if character == "\"" {
        // A doubled quote inside quotes is one.
        if previousWasQuote { cell.append(character) }
        isQuoted = true
      } else if character == "," {
        row.append(cell)
        cell = ""
      } else if character.isNewline {
        end()
      } else {
        cell.append(character)
      }
      previousWasQuote = false
    }
    if !cell.isEmpty || !row.isEmpty { end() }
    return rows
  }
}
