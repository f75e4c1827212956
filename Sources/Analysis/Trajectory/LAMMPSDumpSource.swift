import Atomistics
import Diagnostics
import ExtendedXYZ

/// LAMMPS' text dumps (dump atom, dump custom).
///
/// Positions are taken from xu yu zu, xsu ysu zsu, x y z or xs ys zs, in this order; ix iy iz unwrap the last
/// two. Elements come from the column element, or from the types.
struct LAMMPSDumpSource: TrajectorySource {
  private let path: String
  private let lines: LineReader
  private let types: [Int]
  private var frames = 0
  private var nextItem: String?

  init(_ path: String, _ options: TrajectoryOptions) throws(MACEError) {
    self.path = path
    types = options.types
    lines = LineReader(try ByteSources.open(path), name: path)
  }

  /// Whether the first line of a file begins as that of a dump.
  static func starts(_ path: String) throws(MACEError) -> Bool {
    let lines = LineReader(try ByteSources.open(path), name: path)
    return try lines.next()?.starts(with: Array("ITEM:".utf8)) ?? false
  }

  mutating func next() throws(MACEError) -> TrajectoryFrame? {
    var box: LAMMPSBox?
    var step: Int?
    var count: Int?
    var time: Double?
    var timeUnit: Double?
    while let item = try item() {
      switch item {
      case "TIMESTEP":
        step = try integer("the number of the step")
      case "UNITS":
        timeUnit = try line("the units").split(separator: " ").first.flatMap { Self.timeUnits[String($0)] }
      case "TIME":
        time = try number("the time")
      case "NUMBER OF ATOMS":
        count = try integer("the number of atoms")
      case _ where item.hasPrefix("BOX BOUNDS"):
        box = try readBox(item)
      case _ where item.hasPrefix("ATOMS"):
        guard let step, let count, let box else {
          throw failure("ITEM: ATOMS comes before TIMESTEP, NUMBER OF ATOMS and BOX BOUNDS")
        }
        var frame = try atoms(count, columns: item.split(separator: " ").dropFirst().map(String.init), box)
        frame.step = step
        if let time, let timeUnit { frame.time = time * timeUnit }
        frames += 1
        return frame
      default:
        throw failure("'ITEM: \(item.prefix(40))' is unknown")
      }
    }
    guard step == nil else { throw failure("the file ends within the frame; it is cut off") }
    return nil
  }

  /// fs per unit of time.
  private static let timeUnits = ["metal": 1e3, "real": 1.0, "nano": 1e6]

  private func failure(_ message: String) -> MACEError {
    MACEError(.format, "\(path), frame \(frames + 1), line \(lines.lineNumber): \(message)")
  }

  private func item() throws(MACEError) -> String? {
    while let line = try lines.next() {
      let text = String(decoding: line, as: UTF8.self)
      if text.allSatisfy(\.isWhitespace) { continue }
      guard text.hasPrefix("ITEM: ") else {
        throw failure("expected 'ITEM: ...', found '\(text.prefix(40))'")
      }
      return text.dropFirst(6).split(separator: " ").joined(separator: " ")
    }
    return nil
  }

  private func line(_ what: String) throws(MACEError) -> String {
    guard let line = try lines.next() else { throw failure("the file ends before \(what); it is cut off") }
    return String(decoding: line, as: UTF8.self)
  }

  private func integer(_ what: String) throws(MACEError) -> Int {
    let text = try line(what)
    guard let value = Int(text.filter { !$0.isWhitespace }), value >= 0, value < Int(Int32.max) << 24 else {
      throw failure("\(what) is '\(text.prefix(40))'")
    }
    return value
  }

  private func number(_ what: String) throws(MACEError) -> Double {
    let text = try line(what)
    guard let value = Double(text.filter { !$0.isWhitespace }), value.isFinite else {
      throw failure("\(what) is '\(text.prefix(40))'")
    }
    return value
  }

  private func readBox(_ item: String) throws(MACEError) -> LAMMPSBox {
    var rows: [[Double]] = []
    for _ in 0..<3 {
      let words = try line("the box").split(separator: " ")
      let numbers = words.compactMap { Double($0) }
      guard numbers.count == words.count, numbers.allSatisfy(\.isFinite) else {
        throw failure("the bounds of the box are no numbers")
      }
      rows.append(numbers)
    }
    guard let box = LAMMPSBox(item: item, rows: rows) else {
      throw failure("the box '\(item)' is none that LAMMPS writes as text (orthogonal, or xy xz yz)")
    }
    return box
  }

  private func atoms(
    _ count: Int, columns: [String], _ box: LAMMPSBox
  ) throws(MACEError) -> TrajectoryFrame {
    let layout = try DumpColumns(columns, types: types, failure)
    var table = DumpTable(layout, box)
    for atom in 0..<count {
      guard let line = try lines.next() else {
        throw failure("the file ends after \(atom) of the \(count) atoms of this frame; it is cut off")
      }
      if let message = table.add(line) { throw failure(message) }
    }
    guard let frame = table.frame else { throw failure("two atoms have the same id") }
    return frame
  }
}
