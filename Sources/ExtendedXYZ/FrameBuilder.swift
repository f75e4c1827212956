import Atomistics

/// Collects the atom lines of one frame.
struct FrameBuilder {
  let layout: ColumnLayout
  private(set) var positions: [SIMD3<Double>] = []
  private(set) var atomicNumbers: [Int] = []
  /// Values of the other columns, one array per property of the layout (empty for those of another kind).
  private var reals: [[Double]]
  private var ints: [[Int]]
  private var strings: [[String]]
  private var bools: [[Bool]]

  /// - Parameter capacity: expected number of atoms, which must not be an untrusted number.
  init(_ layout: ColumnLayout, capacity: Int) {
    self.layout = layout
    positions.reserveCapacity(capacity)
    atomicNumbers.reserveCapacity(capacity)
    reals = [[Double]](repeating: [], count: layout.properties.count)
    ints = [[Int]](repeating: [], count: layout.properties.count)
    strings = [[String]](repeating: [], count: layout.properties.count)
    bools = [[Bool]](repeating: [], count: layout.properties.count)
  }

  /// Adds one atom.
  mutating func add(_ line: UnsafeBufferPointer<UInt8>) throws(ParseFailure) {
    var words = WordScanner(line)
    let atomsBefore = atomicNumbers.count
    for place in layout.properties.indices {
      switch layout.properties[place].role {
      case .positions: try addPosition(&words)
      case .symbols, .atomicNumbers:
        try addElement(place, &words, isFirst: atomicNumbers.count == atomsBefore)
      case .other: try addOther(place, &words)
      }
    }
    if layout.isExplicit, words.next() != nil {
      throw ParseFailure(
        "the line has more words than the \(layout.width) columns that Properties announces: "
          + ParseFailure.excerpt(line))
    }
  }

  private func word(_ words: inout WordScanner, _ place: Int) throws(ParseFailure) -> UnsafeBufferPointer<
    UInt8
  > {
    if let word = words.next() { return word }
    throw ParseFailure(
      "the line ends before column \"\(layout.properties[place].name)\" (\(layout.width) columns are "
        + "expected): \(ParseFailure.excerpt(words.line))")
  }

  private mutating func addPosition(_ words: inout WordScanner) throws(ParseFailure) {
    var position = SIMD3<Double>.zero
    for axis in 0..<3 {
      guard let word = words.next() else {
        throw ParseFailure(
          "the line ends before the \(["x", "y", "z"][axis]) coordinate: \(ParseFailure.excerpt(words.line))")
      }
      guard let value = NumberParser.real(word) else {
        throw ParseFailure("\(ParseFailure.excerpt(word)) is not a number (coordinate)")
      }
      guard value.isFinite else {
        throw ParseFailure("a coordinate is \(ParseFailure.excerpt(word)); positions must be finite")
      }
      position[axis] = value
    }
    positions.append(position)
  }

  private mutating func addElement(
    _ place: Int, _ words: inout WordScanner, isFirst: Bool
  ) throws(ParseFailure) {
    let word = try word(&words, place)
    guard let number = Self.atomicNumber(word) else {
      throw ParseFailure("\(ParseFailure.excerpt(word)) is not an element")
    }
    if isFirst {
      atomicNumbers.append(number)
    } else if atomicNumbers.last != number {
      throw ParseFailure("the columns of the symbol and of the atomic number contradict each other")
    }
  }

  /// Z of a symbol in any case ("CA" is calcium, as for ASE) or of a number.
  private static func atomicNumber(_ word: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let first = word.first else { return nil }
    if first >= 0x30, first <= 0x39 {
      guard let number = NumberParser.integer(word), number >= 1, number <= Element.maximumAtomicNumber
      else { return nil }
      return number
    }
    guard word.count <= 2 else { return nil }
    let isLetter = { (byte: UInt8) in byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }
    guard isLetter(first), word.count == 1 || isLetter(word[1]) else { return nil }
    return Element.atomicNumber(first: first & 0xDF, second: word.count == 2 ? word[1] | 0x20 : 0)
  }

  private mutating func addOther(_ place: Int, _ words: inout WordScanner) throws(ParseFailure) {
    let property = layout.properties[place]
    for _ in 0..<property.width {
      let word = try word(&words, place)
      switch property.kind {
      case .real:
        guard let value = NumberParser.real(word) else { throw wrong(word, property, "a number") }
        reals[place].append(value)
      case .integer:
        guard let value = NumberParser.integer(word) else { throw wrong(word, property, "an integer") }
        ints[place].append(value)
      case .string:
        strings[place].append(String(decoding: word, as: UTF8.self))
      case .logical:
        guard let value = ValueParser.logical(Substring(String(decoding: word, as: UTF8.self))) else {
          throw wrong(word, property, "T or F")
        }
        bools[place].append(value)
      }
    }
  }

  private func wrong(
    _ word: UnsafeBufferPointer<UInt8>, _ property: ColumnLayout.Property, _ expected: String
  ) -> ParseFailure {
    ParseFailure("\(ParseFailure.excerpt(word)) in column \"\(property.name)\" is not \(expected)")
  }

  /// The columns besides elements and positions.
  var columns: [Column] {
    var columns: [Column] = []
    for (place, property) in layout.properties.enumerated() where property.role == .other {
      let values: Column.Values
      switch property.kind {
      case .real: values = .reals(reals[place])
      case .integer: values = .ints(ints[place])
      case .string: values = .strings(strings[place])
      case .logical: values = .bools(bools[place])
      }
      columns.append(Column(name: property.name, width: property.width, values: values))
    }
    return columns
  }
}
