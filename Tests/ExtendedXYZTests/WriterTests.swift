import Atomistics
import Diagnostics
import ExtendedXYZ
import TestSupport
import Testing

@Suite struct WriterTests {
  static let hardStrings = [
    "", " ", "a", "two words", "12", "1.5", "1_000", "T", "false", "T F", "1 2 3", "nan", "inf", "quote\"d",
    "it's",
    "back\\slash", "\\", "\\\"", "[1, 2]", "{a}", "a=b", "=", ",", "a,b", "1,2", "line\nbreak", "tab\t",
    "Å é 水", "_JSON",
    "_JSON 5", "_JSON [1, 2]", "_JSON {\"a\": 1}", "1d5", "1.0d5", "#", "'", "\"", "\u{1}", "_JSON [1,", "😀",
    "[", "{",
  ]

  static func values() -> [Value] {
    var values: [Value] = [
      .bool(true), .bool(false), .int(0), .int(.max), .int(.min), .real(0.1), .real(-0.0), .real(1e300),
      .real(.leastNonzeroMagnitude), .real(.infinity), .real(-.infinity), .real(3), .bools([]),
      .bools([true]),
      .bools([true, false]), .ints([]), .ints([1]), .ints([1, 2]), .reals([]), .reals([1]), .reals([1, 2.5]),
      .reals([1, .infinity]), .reals([-.infinity]), .strings([]), .strings(["a"]),
      .strings(["a b", "\"", "1"]),
      .boolMatrix([[true, false]]), .intMatrix([[1, 2], [3, 4]]), .realMatrix([[1, 2.5], [.infinity, 4]]),
      .stringMatrix([["a", "b c"], ["", "\\"]]),
    ]
    values += hardStrings.map { .string($0) }
    values.append(.strings(hardStrings))
    return values
  }

  /// Empty arrays lose their type, which neither ASE nor JSON keeps.
  static func normalised(_ value: Value) -> Value {
    switch value {
    case .bools([]), .ints([]), .strings([]): .reals([])
    default: value
    }
  }

  static func sample() -> Frame {
    var random = SeededGenerator(seed: 99)
    var frame = Frame(
      structure: Structure(
        atomicNumbers: [20, 6, 8, 118], positions: (0..<4).map { _ in random.vector(-9...9) },
        cell: Cell(random.vector(3...9), random.vector(-9...9), random.vector(-9...9)),
        pbc: Periodicity(true, false, true)))
    for (place, value) in values().enumerated() { frame.info["key\(place)"] = value }
    frame.info["odd key=\"x\""] = .int(1)
    frame.info["uid"] = .string("001")
    frame.setColumn(Column(name: "forces", vectors: (0..<4).map { _ in random.vector(-1...1) }))
    frame.setColumn(
      Column(name: "q", width: 1, values: .reals([1, -0.0, .infinity, -.leastNonzeroMagnitude])))
    frame.setColumn(Column(name: "pair", width: 2, values: .ints([0, 1, -2, 3, .max, .min, 6, 7])))
    frame.setColumn(Column(name: "flag", width: 1, values: .bools([true, false, false, true])))
    frame.setColumn(Column(name: "label", width: 1, values: .strings(["a", "b\"", "Å", "1"])))
    return frame
  }

  @Test func everythingComesBack() throws {
    let frame = Self.sample()
    var molecule = Frame(structure: Structure(atomicNumbers: [1], positions: [SIMD3(0.1, 0.2, 1e-17)]))
    molecule.info["step"] = .int(1)
    let empty = Frame(structure: Structure(atomicNumbers: [], positions: []))
    let file = TemporaryFile()
    defer { file.remove() }
    let writer = try ExtendedXYZWriter(path: file.path)
    for one in [frame, molecule, empty, frame] { try writer.write(one) }
    #expect(writer.frameCount == 4)
    try writer.close()
    let back = try ExtendedXYZReader.frames(path: file.path)
    #expect(back.count == 4)
    #expect(back[1] == molecule)
    #expect(back[2] == empty)
    for copy in [back[0], back[3]] {
      #expect(copy.structure == frame.structure)
      #expect(copy.arrays == frame.arrays)
      #expect(copy.info.map(\.key) == frame.info.map(\.key))
      for (key, value) in frame.info {
        #expect(copy.info[key] == Self.normalised(value), "\(key)")
      }
    }
  }

  /// The layout that ASE reads: Lattice first, Properties, pbc at the end.
  @Test func layout() throws {
    var frame = Frame(
      structure: Structure(
        atomicNumbers: [11], positions: [SIMD3(0, 0.5, -1.25)], cell: Cell(orthorhombic: SIMD3(4, 5, 6)),
        pbc: Periodicity(true, true, false)))
    frame.info["energy"] = .real(-1.5)
    frame.info["config_type"] = .string("bulk")
    frame.info["comment"] = .string("a \"b\"")
    frame.info["stress"] = .realMatrix([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    frame.info["mat"] = .intMatrix([[1, 2]])
    frame.setColumn(Column(name: "forces", vectors: [SIMD3(0.25, 0, 1)]))
    let file = TemporaryFile()
    defer { file.remove() }
    let writer = try ExtendedXYZWriter(path: file.path)
    try writer.write(frame)
    try writer.close()
    #expect(
      try file.text == """
        1
        Lattice="4.0 0.0 0.0 0.0 5.0 0.0 0.0 0.0 6.0" Properties=species:S:1:pos:R:3:forces:R:3 energy=-1.5 \
        config_type=bulk comment="a \\"b\\"" stress="1.0 4.0 7.0 2.0 5.0 8.0 3.0 6.0 9.0" mat="_JSON [[1, 2]]" \
        pbc="T T F"
        Na 0.0 0.5 -1.25 0.25 0.0 1.0

        """)
  }

  /// NaN has no equal, so it is looked at separately; payload and sign, which Swift prints, must not appear.
  @Test func notANumber() throws {
    let nan = -Double(nan: 7, signaling: false)
    var frame = Frame(structure: Structure(atomicNumbers: [1], positions: [.zero]))
    frame.info["a"] = .real(nan)
    frame.info["b"] = .reals([nan, 1])
    frame.info["c"] = .realMatrix([[nan]])
    frame.setColumn(Column(name: "q", width: 2, values: .reals([nan, 1])))
    let file = TemporaryFile()
    defer { file.remove() }
    let writer = try ExtendedXYZWriter(path: file.path)
    try writer.write(frame)
    try writer.close()
    let back = try ExtendedXYZReader.frames(path: file.path)[0]
    #expect(back.info["a"]?.real?.isNaN == true)
    #expect(back.info["b"]?.reals?.map(\.isNaN) == [true, false])
    #expect(back.info["c"]?.reals?.map(\.isNaN) == [true])
    #expect(back.column("q")?.reals?.map(\.isNaN) == [true, false])
    #expect(!(try file.text.contains("0x")))
  }

  @Test func framesWithoutTextForm() throws {
    let good = Frame(structure: Structure(atomicNumbers: [1, 8], positions: [.zero, SIMD3(1, 0, 0)]))
    func broken(_ change: (inout Frame) -> Void) -> Frame {
      var frame = good
      change(&frame)
      return frame
    }
    let frames: [(Frame, String)] = [
      (broken { $0.structure.atomicNumbers[1] = 0 }, "atom 1"),
      (broken { $0.structure.atomicNumbers[0] = 119 }, "119"),
      (broken { $0.structure.positions[1].y = .nan }, "atom 1"),
      (broken { $0.structure.positions.removeLast() }, "1 positions"),
      (broken { $0.structure.cell = Cell(.zero, SIMD3(0, .infinity, 0), .zero) }, "cell"),
      (broken { $0.setColumn(Column(name: "q", width: 1, values: .reals([1]))) }, "\"q\""),
      (broken { $0.setColumn(Column(name: "a b", width: 1, values: .reals([1, 2]))) }, "a b"),
      (broken { $0.setColumn(Column(name: "a:b", width: 1, values: .reals([1, 2]))) }, "a:b"),
      (broken { $0.setColumn(Column(name: "", width: 1, values: .reals([1, 2]))) }, "name"),
      (broken { $0.setColumn(Column(name: "pos", width: 1, values: .reals([1, 2]))) }, "pos"),
      (broken { $0.setColumn(Column(name: "s", width: 1, values: .strings(["a", "b c"]))) }, "b c"),
      (broken { $0.setColumn(Column(name: "s", width: 1, values: .strings(["a", ""]))) }, "empty"),
      (broken { $0.info[""] = .int(1) }, "key"),
      (broken { $0.info["a\nb"] = .int(1) }, "key"),
      (broken { $0.info["Lattice"] = .int(1) }, "Lattice"),
      (broken { $0.info["pbc"] = .int(1) }, "pbc"),
      (broken { $0.info["uid"] = .string("a\nb") }, "uid"),
    ]
    let file = TemporaryFile()
    defer { file.remove() }
    let writer = try ExtendedXYZWriter(path: file.path)
    try writer.write(good)
    for (frame, word) in frames {
      let error = #expect(throws: MACEError.self) { try writer.write(frame) }
      #expect(error?.kind == .invalidArgument)
      #expect(error?.message.contains(word) ?? false, "\(error?.message ?? "")")
      #expect(error?.message.contains("frame 2") ?? false)
    }
    try writer.write(good)
    try writer.close()
    #expect(try ExtendedXYZReader.frames(path: file.path) == [good, good])
  }

  @Test func closing() throws {
    let file = TemporaryFile()
    defer { file.remove() }
    let writer = try ExtendedXYZWriter(path: file.path)
    try writer.write(Self.sample())
    try writer.flush()
    #expect(try file.bytes.count > 1000)
    try writer.close()
    try writer.close()
    let error = #expect(throws: MACEError.self) { try writer.write(Self.sample()) }
    #expect(error?.kind == .invalidArgument)
  }

  @Test func fullDisk() throws {
    let writer = try ExtendedXYZWriter(path: "/dev/full")
    try writer.write(Self.sample())
    let error = #expect(throws: MACEError.self) { try writer.close() }
    #expect(error?.kind == .io)
    #expect(error?.message.contains("/dev/full") ?? false)
    #expect(throws: MACEError.self) { try writer.write(Self.sample()) }
    #expect(throws: MACEError.self) { try writer.close() }
  }

  @Test func folderThatDoesNotExist() {
    let error = #expect(throws: MACEError.self) { try ExtendedXYZWriter(path: "/nonexistent/x.xyz") }
    #expect(error?.kind == .io)
  }
}
