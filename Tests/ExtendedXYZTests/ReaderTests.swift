import Atomistics
import Diagnostics
import ExtendedXYZ
import Foundation
import TestSupport
import Testing

@Suite struct ReaderTests {
  @Test func plainXYZ() throws {
    let frames = try ExtendedXYZReader.frames(path: try fixture("plain.xyz"))
    #expect(frames.count == 2)
    #expect(frames[0].structure.atomicNumbers == [8, 1, 1])
    #expect(frames[0].structure.positions[1] == SIMD3(0, 0.763239, -0.477047))
    #expect(frames[0].structure.cell == nil)
    #expect(frames[0].structure.pbc == .none)
    #expect(frames[0].info["water,"] == .bool(true))
    #expect(frames[1].structure.atomicNumbers == [20, 8])
    #expect(frames[1].structure.positions[1] == SIMD3(2.4, 0, -0.1))
    #expect(frames[1].info.count == 0)
    #expect(frames[1].arrays.isEmpty)
  }

  @Test func dataset() throws {
    var reader = try ExtendedXYZReader(path: try fixture("dataset.extxyz"))
    let crystal = try #require(try reader.next())
    #expect(reader.frameCount == 1)
    let a = 2.405
    #expect(crystal.structure.cell == Cell(SIMD3(0, a, a), SIMD3(a, 0, a), SIMD3(a, a, 0)))
    #expect(crystal.structure.pbc == .all)
    #expect(
      crystal.info.map(\.key) == [
        "config_type", "name", "REF_energy", "REF_stress", "n_steps", "converged",
      ])
    #expect(crystal.info["name"]?.string == "primitive cell")
    #expect(crystal.info["REF_energy"]?.real == -1234.5678901234567)
    #expect(crystal.info["REF_stress"]?.reals == [0.1, 0.2, 0.3, 0.2, 0.4, 0.5, 0.3, 0.5, 0.6])
    #expect(crystal.info["n_steps"] == .int(12))
    #expect(crystal.info["n_steps"]?.real == 12)
    #expect(crystal.info["converged"]?.bool == true)
    #expect(crystal.info["absent"] == nil)
    #expect(crystal.arrays.map(\.name) == ["REF_forces", "id", "fixed", "label"])
    #expect(crystal.column("REF_forces")?.vectors == [SIMD3(0.01, -0.02, 0.03), SIMD3(-0.01, 0.02, -0.03)])
    #expect(crystal.column("id")?.values == .ints([0, 1]))
    #expect(crystal.column("id")?.reals == [0, 1])
    #expect(crystal.column("fixed")?.values == .bools([false, true]))
    #expect(crystal.column("label")?.values == .strings(["Ca1", "O1"]))
    #expect(crystal.column("label")?.reals == nil)

    let water = try #require(try reader.next())
    #expect(water.structure.atomicNumbers == [8, 1, 1])
    #expect(water.structure.positions[2] == SIMD3(0, -0.763239, -0.477047))
    #expect(water.info["inertia"] == .intMatrix([[1, 0, 0], [0, 2, 0], [0, 0, 3]]))
    #expect(water.info["inertia"]?.reals == [1, 0, 0, 0, 2, 0, 0, 0, 3])
    #expect(water.info["tags"] == .ints([1, 2, 3]))
    #expect(water.info["unfinished"] == .bool(true))
    #expect(water.column("mulliken")?.width == 2)
    #expect(water.column("mulliken")?.values == .reals([-0.7, 1, 0.35, 2, 0.35, 3]))
    #expect(water.column("mulliken")?.vectors == nil)

    let slab = try #require(try reader.next())
    #expect(slab.structure.pbc == Periodicity(true, true, false))
    #expect(slab.structure.cell?.c == SIMD3(1, 0, 30))
    #expect(slab.info["Origin"] == .reals([0, 0, -15.5]))
    #expect(try reader.next() == nil)
    #expect(try reader.next() == nil)
    #expect(reader.frameCount == 3)
  }

  @Test func lineEndsAndBlanks() throws {
    let unix = try frames("2\na=1\nH 0 0 0\nHe 1 2 3\n1\n\nLi 0 0 1\n")
    #expect(try frames("2\r\na=1\r\nH 0 0 0\r\nHe 1 2 3\r\n1\r\n\r\nLi 0 0 1\r\n") == unix)
    #expect(try frames("2 \n\ta=1 \n\tH\t0\t0  0\t\n  He 1 2 3\n1\n\nLi 0 0 1") == unix)
    #expect(try frames("\u{FEFF}2\na=1\nH 0 0 0\nHe 1 2 3\n1\n\nLi 0 0 1\n\n \n\t\r\n") == unix)
    #expect(try frames("2\na = 1\nh 0 0 0\nHE 1 2 3\n\n1\n\nli 0 0 1\n") == unix)
    #expect(try frames("").isEmpty)
    #expect(try frames("\n\n").isEmpty)
    #expect(
      try frames("0\nProperties=species:R:1:pos:R:3 a=1\n1\n\nH 0 0 0").map(\.structure.count) == [0, 1])
  }

  @Test func periodicityDefaults() throws {
    func pbc(_ comment: String) throws -> Periodicity? {
      try frames("1\n\(comment)\nH 0 0 0\n").first?.structure.pbc
    }
    let lattice = #"Lattice="5 0 0 0 5 0 0 0 5""#
    #expect(try pbc("") == Periodicity.none)
    #expect(try pbc(lattice) == .all)
    #expect(try pbc(lattice + #" pbc="T F T""#) == Periodicity(true, false, true))
    #expect(try pbc(lattice + " pbc=[T, T, F]") == Periodicity(true, true, false))
    #expect(try pbc(lattice + #" pbc="true false True""#) == Periodicity(true, false, true))
    #expect(try pbc(lattice + #" pbc="1 0 0""#) == Periodicity(true, false, false))
    #expect(try pbc(lattice + " pbc=F") == Periodicity.none)
    // What ASE writes behind an empty string.
    #expect(try pbc(lattice + #" note= pbc="F F T""#) == Periodicity(false, false, true))
  }

  /// Every number that is read must be the double nearest to its decimal text.
  @Test func numbersAreCorrectlyRounded() throws {
    var random = SeededGenerator(seed: 41)
    var words = [
      "0", "-0", "1", "+1.5", ".5", "5.", "1e5", "1E-5", "1.25D+02", "-1d-3",
      "123456789012345678901234567890",
      "0.1", "9007199254740993", "9007199254740992.5", "1e22", "1e23", "8.5e23", "1e-27", "1e-28", "1e308",
      "4.9e-324", "2.4703282292062327e-324", "2.2250738585072011e-308", "1.7976931348623157e308", "1e400",
      "9223372036854775808", "18446744073709551615", "0.000000000000000000000000000000000001",
      "3.14159265358979323846264338327950288", "1.00000000000000011102230246251565404236316680908203125",
      "1.00000000000000011102230246251565404236316680908203124", "1e0000000000000000000000000005",
    ]
    while words.count < 20_000 {
      switch words.count % 4 {
      case 0:
        let value = Double(bitPattern: random.next())
        words.append(value.isNaN ? "nan" : "\(value)")
      case 1: words.append("\(Double.random(in: -100...100, using: &random))")
      case 2:
        words.append(
          "\(random.next() >> UInt64.random(in: 0...63, using: &random))e\(Int.random(in: -40...40, using: &random))"
        )
      default:
        let fraction = random.next() >> UInt64.random(in: 0...60, using: &random)
        words.append("\(Int.random(in: -99999...99999, using: &random)).\(fraction)")
      }
    }
    var text = "\(words.count)\nProperties=species:S:1:pos:R:3:q:R:1\n"
    for word in words { text += "H 0 0 0 \(word)\n" }
    let values = try #require(try frames(text)[0].column("q")?.reals)
    for (word, value) in zip(words, values) {
      let python = word.replacingOccurrences(of: "D", with: "e").replacingOccurrences(of: "d", with: "e")
      let expected = strtod(python, nil)
      #expect(value.bitPattern == expected.bitPattern || value.isNaN && expected.isNaN, "\(word)")
    }
  }

  @Test func compressedFiles() throws {
    let path = try fixture("dataset.extxyz")
    let expected = try ExtendedXYZReader.frames(path: path)
    for suffix in [".extxyz.gz", ".extxyz.xz"] {
      let file = TemporaryFile(suffix)
      defer { file.remove() }
      let writer = try ExtendedXYZWriter(path: file.path)
      for frame in expected { try writer.write(frame) }
      try writer.close()
      let bytes = try file.bytes
      #expect(bytes.starts(with: suffix.hasSuffix("gz") ? [0x1F, 0x8B] : [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]))
      #expect(try ExtendedXYZReader.frames(path: file.path) == expected)
      // Files put behind each other, under a name that does not tell.
      let double = try TemporaryFile(bytes: bytes + bytes, ".xyz")
      defer { double.remove() }
      #expect(try ExtendedXYZReader.frames(path: double.path) == expected + expected)
      for length in [bytes.count / 2, bytes.count - 5, 12] {
        let cut = try TemporaryFile(bytes: Array(bytes.prefix(length)))
        defer { cut.remove() }
        let error = #expect(throws: MACEError.self) { try ExtendedXYZReader.frames(path: cut.path) }
        #expect(error?.kind == .format)
        #expect(error?.message.contains("damaged") ?? false)
      }
      var flipped = bytes
      flipped[bytes.count / 2] ^= 0x10
      let damaged = try TemporaryFile(bytes: flipped)
      defer { damaged.remove() }
      #expect(throws: MACEError.self) { try ExtendedXYZReader.frames(path: damaged.path) }
    }
  }

  /// "1\nLattice=\"2 0 0 0 2 0 0 0 2\"\nNe 0 0 0.5\n" as the gzip and xz programs pack it.
  @Test func compressedByOtherPrograms() throws {
    let gzip =
      "H4sIAAAAAAAAAzPk8kksKclMTrVVMlIwAEM4rcTllwph65lyAQDtxzsfKQAAAA=="
    let xz =
      "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AAoAB9dABiChgeyPmk7YC3F8hl62D/6M6/0HWf1SIZM7ukS"
      + "LhoAAKL7jZ3AAsZOAAE7KX/Chl4ftvN9AQAAAAAEWVo="
    for base64 in [gzip, xz] {
      let data = try #require(Data(base64Encoded: base64))
      let file = try TemporaryFile(bytes: Array(data))
      defer { file.remove() }
      let frames = try ExtendedXYZReader.frames(path: file.path)
      #expect(frames.count == 1)
      #expect(frames[0].structure.atomicNumbers == [10])
      #expect(frames[0].structure.positions == [SIMD3(0, 0, 0.5)])
      #expect(frames[0].structure.cell?.volume == 8)
    }
  }
}
