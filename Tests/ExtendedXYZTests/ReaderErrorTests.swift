import Diagnostics
import ExtendedXYZ
import Testing

@Suite struct ReaderErrorTests {
  /// A damaged file, the place that the message must name, and a word of the explanation.
  static let damaged: [(text: String, place: String, word: String)] = [
    ("x\n", "frame 1, line 1", "number of atoms"),
    ("-1\n\n", "frame 1, line 1", "number of atoms"),
    ("1.5\n\nH 0 0 0\n", "frame 1, line 1", "number of atoms"),
    ("2 atoms\n\nH 0 0 0\n", "frame 1, line 1", "number of atoms"),
    ("99999999999999999999999\n\nH 0 0 0\n", "frame 1, line 1", "number of atoms"),
    ("999999999999\n\nH 0 0 0\n", "frame 1, line 1", "atoms"),
    ("2000000000\n\nH 0 0 0\n", "frame 1, line 3", "1 of the 2000000000 atoms"),
    ("1", "frame 1, line 1", "comment line"),
    ("1\n", "frame 1, line 1", "comment line"),
    ("2\n\nH 0 0 0\n", "frame 1, line 3", "1 of the 2 atoms"),
    ("2\n\nH 0 0 0\n1\n\nH 0 0 0\n", "frame 1, line 4", "coordinate"),
    ("1\n\nH 0 0 0\nH 1 1 1\n", "frame 2, line 4", "number of atoms"),
    ("1\n\nH 0 0 0\n1\n\nH 0 0\n", "frame 2, line 6", "z coordinate"),
    ("1\n\n\n", "frame 1, line 3", "species"),
    ("1\n\nXx 0 0 0\n", "frame 1, line 3", "Xx"),
    ("1\n\nX 0 0 0\n", "frame 1, line 3", "not an element"),
    ("1\n\n0 0 0 0\n", "frame 1, line 3", "not an element"),
    ("1\n\n119 0 0 0\n", "frame 1, line 3", "not an element"),
    ("1\n\nH- 0 0 0\n", "frame 1, line 3", "not an element"),
    ("1\n\nH 0 nan 0\n", "frame 1, line 3", "finite"),
    ("1\n\nH 0 0 inf\n", "frame 1, line 3", "finite"),
    ("1\n\nH 0 0 1e999\n", "frame 1, line 3", "finite"),
    ("1\n\nH 0 0 1.2.3\n", "frame 1, line 3", "1.2.3"),
    ("1\n\nH 0 0 0x10\n", "frame 1, line 3", "0x10"),
    ("1\n\nH 0 0 1e\n", "frame 1, line 3", "1e"),
    ("1\nProperties=species:S:1:pos:R:3\nH 0 0 0 0\n", "frame 1, line 3", "more words"),
    ("1\nProperties=species:S:1:pos:R:3:q:R:1\nH 0 0 0\n", "frame 1, line 3", "\"q\""),
    ("1\nProperties=species:S:1:pos:R:3:q:R:1\nH 0 0 0 a\n", "frame 1, line 3", "\"q\""),
    ("1\nProperties=species:S:1:pos:R:3:q:I:1\nH 0 0 0 1.0\n", "frame 1, line 3", "integer"),
    ("1\nProperties=species:S:1:pos:R:3:q:L:1\nH 0 0 0 yes\n", "frame 1, line 3", "T or F"),
    ("1\nProperties=species:S:1:Z:I:1:pos:R:3\nH 2 0 0 0\n", "frame 1, line 3", "contradict"),
    ("1\nProperties=species:S:1:pos:R:2\nH 0 0\n", "frame 1, line 2", "pos"),
    ("1\nProperties=species:S:1:pos:R\nH 0 0\n", "frame 1, line 2", "Properties"),
    ("1\nProperties=species:S:1:pos:R:3:q:X:1\nH 0 0 0 0\n", "frame 1, line 2", "\"X\""),
    ("1\nProperties=species:S:1:pos:R:3:q:R:0\nH 0 0 0\n", "frame 1, line 2", "\"q\""),
    ("1\nProperties=species:S:1:pos:R:3:q:R:-1\nH 0 0 0\n", "frame 1, line 2", "\"q\""),
    ("1\nProperties=species:S:1:pos:R:3:q:R:9223372036854775807\nH 0 0 0\n", "frame 1, line 2", "\"q\""),
    ("1\nProperties=species:S:1:pos:R:3:q:R:1:q:R:1\nH 0 0 0 0 0\n", "frame 1, line 2", "twice"),
    ("1\nProperties=pos:R:3\n0 0 0\n", "frame 1, line 2", "species"),
    ("1\nProperties=species:S:1\nH\n", "frame 1, line 2", "pos:R:3"),
    ("1\nProperties=7\nH 0 0 0\n", "frame 1, line 2", "Properties"),
    ("1\nLattice=\"1 0 0 0 1 0 0 0\"\nH 0 0 0\n", "frame 1, line 2", "nine"),
    ("1\nLattice=\"1 0 0 0 1 0 0 0 nan\"\nH 0 0 0\n", "frame 1, line 2", "finite"),
    ("1\nLattice=[[1,0,0],[0,1,0],[0,0,1]]\nH 0 0 0\n", "frame 1, line 2", "nine"),
    ("1\nLattice=cubic\nH 0 0 0\n", "frame 1, line 2", "nine"),
    ("1\npbc=\"T T\"\nH 0 0 0\n", "frame 1, line 2", "pbc"),
    ("1\npbc=yes\nH 0 0 0\n", "frame 1, line 2", "pbc"),
  ]

  @Test(arguments: damaged) func damagedFile(_ text: String, _ place: String, _ word: String) throws {
    let file = try TemporaryFile(text: text)
    defer { file.remove() }
    let error = #expect(throws: MACEError.self) { try ExtendedXYZReader.frames(path: file.path) }
    let message = error?.message ?? ""
    #expect(error?.kind == .format)
    #expect(message.hasPrefix("\(file.path), \(place): "), "\(message)")
    #expect(message.contains(word), "\(message)")
  }

  @Test func framesBeforeTheDamageAreRead() throws {
    let file = try TemporaryFile(text: "1\n\nH 0 0 0\n1\n\nHe 0 0 0\n1\n\nQq 0 0 0\n")
    defer { file.remove() }
    var reader = try ExtendedXYZReader(path: file.path)
    #expect(try reader.next()?.structure.atomicNumbers == [1])
    #expect(try reader.next()?.structure.atomicNumbers == [2])
    #expect(throws: MACEError.self) { try reader.next() }
  }

  @Test func filesThatCannotBeRead() {
    for path in ["/nonexistent/file.xyz", "/", ""] {
      let error = #expect(throws: MACEError.self) { try ExtendedXYZReader.frames(path: path) }
      #expect(error?.kind == .io)
    }
  }

  @Test func endlessLine() throws {
    let file = try TemporaryFile(bytes: [UInt8](repeating: 0x41, count: 70 << 20))
    defer { file.remove() }
    let error = #expect(throws: MACEError.self) { try ExtendedXYZReader.frames(path: file.path) }
    #expect(error?.kind == .format)
    #expect(error?.message.contains("64 MiB") ?? false)
  }
}
