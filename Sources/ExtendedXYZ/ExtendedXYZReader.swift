import Atomistics
import Diagnostics

/// Reads an extended XYZ file frame by frame, in constant memory.
///
/// The dialect is that of ASE and of mace-torch's data sets. Copies of a reader share the position in the file.
public struct ExtendedXYZReader {
  /// The number of frames read so far.
  public private(set) var frameCount = 0

  private let name: String
  private let lines: LineReader
  private var lastProperties: String?
  private var lastLayout = ColumnLayout.plain
  private var lastAtomCount = 0

  /// Opens a plain, .gz or .xz file (told apart by its first bytes); "-" is the standard input.
  ///
  /// - Throws: `.io` when the file cannot be opened.
  public init(path: String) throws(MACEError) {
    name = path == "-" ? "standard input" : path
    lines = LineReader(try ByteSources.open(path), name: name)
  }

  /// All frames of a file.
  public static func frames(path: String) throws(MACEError) -> [Frame] {
    var reader = try ExtendedXYZReader(path: path)
    var frames: [Frame] = []
    while let frame = try reader.next() { frames.append(frame) }
    return frames
  }

  /// The next frame, nil at the end of the file. After an error the position in the file is undefined.
  ///
  /// - Throws: `.format` with file, frame and line for anything that is not extended XYZ, `.io` when the file
  ///   cannot be read.
  public mutating func next() throws(MACEError) -> Frame? {
    guard let count = try atomCount() else { return nil }
    var info = try comment()
    let layout: ColumnLayout
    let cell: Cell?
    let pbc: Periodicity
    do {
      layout = try self.layout(info["Properties"])
      (cell, pbc) = try Self.cell(info)
    } catch {
      throw failure(error)
    }
    let builder = try atoms(count, layout)
    let structure = Structure(
      atomicNumbers: builder.atomicNumbers, positions: builder.positions, cell: cell, pbc: pbc)
    for key in ["Properties", "Lattice", "pbc"] { info[key] = nil }
    frameCount += 1
    lastAtomCount = count
    return Frame(structure: structure, info: info, arrays: builder.columns)
  }

  private func failure(_ failure: ParseFailure) -> MACEError {
    MACEError(.format, "\(name), frame \(frameCount + 1), line \(lines.lineNumber): \(failure.message)")
  }

  /// The first line of a frame; nil at the end of the file. Blank lines before it are skipped.
  private func atomCount() throws(MACEError) -> Int? {
    while var line = try lines.next() {
      if lines.lineNumber == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) {
        line = UnsafeBufferPointer(rebasing: line[3...])
      }
      var words = WordScanner(line)
      guard let word = words.next() else { continue }
      guard let count = NumberParser.integer(word), count >= 0, words.next() == nil else {
        throw failure(
          ParseFailure(
            "expected the number of atoms, found \(ParseFailure.excerpt(line)); is the number of atoms of the "
              + "frame before right?"))
      }
      guard count < Int(Int32.max) else {
        throw failure(ParseFailure("\(count) atoms are more than the 2^31 - 2 that are supported"))
      }
      return count
    }
    return nil
  }

  private func comment() throws(MACEError) -> Info {
    guard let line = try lines.next() else {
      throw failure(ParseFailure("the file ends before the comment line of this frame"))
    }
    var parser = CommentParser(line)
    do {
      return try parser.parse()
    } catch {
      throw failure(error)
    }
  }

  private mutating func layout(_ value: Value?) throws(ParseFailure) -> ColumnLayout {
    guard let value else { return .plain }
    guard let text = value.string else {
      throw ParseFailure("Properties must be text such as species:S:1:pos:R:3")
    }
    if text != lastProperties {
      lastLayout = try ColumnLayout(parsing: text)
      lastProperties = text
    }
    return lastLayout
  }

  private func atoms(_ count: Int, _ layout: ColumnLayout) throws(MACEError) -> FrameBuilder {
    // The count is believed only as far as frames of this size were really seen.
    var builder = FrameBuilder(layout, capacity: min(count, max(1024, lastAtomCount)))
    for atom in 0..<count {
      guard let line = try lines.next() else {
        throw failure(
          ParseFailure("the file ends after \(atom) of the \(count) atoms of this frame; it is cut off"))
      }
      do {
        try builder.add(line)
      } catch {
        throw failure(ParseFailure("atom \(atom) (counted from 0): \(error.message)"))
      }
    }
    return builder
  }

  private static func cell(_ info: Info) throws(ParseFailure) -> (Cell?, Periodicity) {
    var cell: Cell?
    if let lattice = info["Lattice"] {
      switch lattice {
      case .ints, .reals: break
      default: throw ParseFailure("Lattice must be nine numbers: ax ay az bx by bz cx cy cz")
      }
      guard let m = lattice.reals, m.count == 9 else {
        throw ParseFailure("Lattice must be nine numbers: ax ay az bx by bz cx cy cz")
      }
      guard m.allSatisfy(\.isFinite) else { throw ParseFailure("Lattice has an entry that is not finite") }
      cell = Cell(SIMD3(m[0], m[1], m[2]), SIMD3(m[3], m[4], m[5]), SIMD3(m[6], m[7], m[8]))
    }
    guard let value = info["pbc"] else { return (cell, cell == nil ? .none : .all) }
    switch value {
    case .bool(let all): return (cell, Periodicity(all, all, all))
    case .bools(let flags) where flags.count == 3:
      return (cell, Periodicity(flags[0], flags[1], flags[2]))
    case .ints(let flags) where flags.count == 3 && flags.allSatisfy({ $0 == 0 || $0 == 1 }):
      return (cell, Periodicity(flags[0] == 1, flags[1] == 1, flags[2] == 1))
    default:
      throw ParseFailure("pbc must be three logical values such as \"T T F\"")
    }
  }
}
