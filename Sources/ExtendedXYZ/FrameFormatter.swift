import Atomistics

/// Appends frames as text to a buffer.
struct FrameFormatter {
  private(set) var bytes: [UInt8] = []

  /// Names that the comment line has from the structure.
  private static let reservedKeys: Set<String> = ["Lattice", "Properties", "pbc"]
  private static let reservedColumns: Set<String> = [
    "species", "symbols", "Z", "numbers", "pos", "positions",
  ]

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// - Throws: with nothing appended, when the frame cannot be written so that it is read back the same.
  mutating func append(_ frame: Frame) throws(ParseFailure) {
    let start = bytes.count
    do {
      try check(frame)
      append("\(frame.structure.count)\n")
      try appendComment(frame)
      for atom in 0..<frame.structure.count { try appendAtom(atom, frame) }
    } catch {
      bytes.removeLast(bytes.count - start)
      throw error
    }
  }

  private func check(_ frame: Frame) throws(ParseFailure) {
    let structure = frame.structure
    guard structure.positions.count == structure.count else {
      throw ParseFailure(
        "the structure has \(structure.positions.count) positions but \(structure.count) atomic numbers")
    }
    var names: Set<String> = []
    for column in frame.arrays {
      let isName = column.name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: ":") }
      guard isName, !column.name.isEmpty, !Self.reservedColumns.contains(column.name),
        names.insert(column.name).inserted
      else {
        throw ParseFailure(
          "\(ParseFailure.excerpt(column.name)) cannot be the name of a column: it is empty, occurs twice, has "
            + "blanks or colons, or belongs to the structure")
      }
      guard column.width <= 100_000, column.values.count == column.width * structure.count else {
        throw ParseFailure(
          "column \"\(column.name)\" has \(column.values.count) values for \(structure.count) atoms with "
            + "\(column.width) components each")
      }
    }
    guard structure.cell?.isFinite ?? true else { throw ParseFailure("the cell is not finite") }
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func appendComment(_ frame: Frame) throws(ParseFailure) {
    if let cell = frame.structure.cell {
      append("Lattice=\"")
      for row in 0..<3 {
        for axis in 0..<3 { append("\(row + axis == 0 ? "" : " ")\(cell[row][axis])") }
      }
      append("\" ")
    }
    var properties = "species:S:1:pos:R:3"
    for column in frame.arrays {
      let type =
        switch column.values {
        case .reals: "R"
        case .ints: "I"
        case .strings: "S"
        case .bools: "L"
        }
      properties += ":\(column.name):\(type):\(column.width)"
    }
    append("Properties=\(ValueFormatter.quoted(properties)) ")
    for (key, value) in frame.info {
      guard !Self.reservedKeys.contains(key) else {
        throw ParseFailure("the key \"\(key)\" belongs to the structure and cannot be in the info")
      }
      append(try ValueFormatter.pair(key, value) + " ")
    }
    let pbc = frame.structure.pbc
    append("pbc=\"\(pbc.a ? "T" : "F") \(pbc.b ? "T" : "F") \(pbc.c ? "T" : "F")\"\n")
  }

  private mutating func appendAtom(_ atom: Int, _ frame: Frame) throws(ParseFailure) {
    let number = frame.structure.atomicNumbers[atom]
    guard let symbol = Element.symbol(of: number) else {
      throw ParseFailure("atom \(atom) (counted from 0) has the atomic number \(number), which is no element")
    }
    let position = frame.structure.positions[atom]
    guard position.x.isFinite, position.y.isFinite, position.z.isFinite else {
      throw ParseFailure("atom \(atom) (counted from 0, \(symbol)) has a position that is not finite")
    }
    append(symbol)
    for axis in 0..<3 { append(position[axis]) }
    for column in frame.arrays { try appendEntries(of: column, atom) }
    bytes.append(UInt8(ascii: "\n"))
  }

  private mutating func append(_ value: Double) {
    bytes.append(UInt8(ascii: " "))
    append(ValueFormatter.real(value))
  }

  private mutating func appendEntries(of column: Column, _ atom: Int) throws(ParseFailure) {
    let entries = atom * column.width..<(atom + 1) * column.width
    switch column.values {
    case .reals(let values):
      for entry in entries { append(values[entry]) }
    case .ints(let values):
      for entry in entries { append(" \(values[entry])") }
    case .bools(let values):
      for entry in entries { append(values[entry] ? " T" : " F") }
    case .strings(let values):
      for entry in entries {
        let text = values[entry]
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
          throw ParseFailure(
            "column \"\(column.name)\" of atom \(atom) (counted from 0) is \(ParseFailure.excerpt(text)); "
              + "texts in columns must not be empty or have blanks")
        }
        append(" " + text)
      }
    }
  }
}
