import Diagnostics
import ExtendedXYZ
import Foundation
import TestSupport
import Testing

/// Damaged files give frames or a `MACEError`, nothing else.
@Suite struct FuzzTests {
  static let pieces: [String] = [
    "\"", "'", "[", "]", "{", "}", "=", "\\", ":", ",", "\n", "\r\n", "\t", " ", "\0", "_JSON ", "nan",
    "1e999", "-", "T", "é",
    "99999999999999999999", "2147483647", "1000000000", "Properties=", "Lattice=", "pbc=",
    "species:S:1:pos:R:3", ":R:3",
    ":R:99999", "[[1,2],[3,4]]", "\u{FEFF}", "0x1p3", "1.0D+00", "\\u12", "\"_JSON [\"",
  ]

  static func mutated(_ seed: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = seed
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes.removeLast(bytes.count - place)
      case 1: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
      case 2: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
      case 3: bytes.insert(contentsOf: Array((pieces.randomElement(using: &random) ?? "").utf8), at: place)
      case 4:
        let end = min(bytes.count, place + Int.random(in: 0...40, using: &random))
        bytes.removeSubrange(place..<end)
      default:
        let end = min(bytes.count, place + Int.random(in: 0...60, using: &random))
        bytes.insert(
          contentsOf: Array(bytes[place..<end]), at: Int.random(in: 0...bytes.count, using: &random))
      }
    }
    return bytes
  }

  /// The number of frames, or nil after an error.
  static func read(_ bytes: [UInt8]) throws -> [Frame]? {
    let file = try TemporaryFile(bytes: bytes)
    defer { file.remove() }
    do {
      return try ExtendedXYZReader.frames(path: file.path)
    } catch {
      #expect(!error.message.isEmpty && error.message.contains(file.path))
      #expect(error.kind == .format || error.kind == .memory)
      return nil
    }
  }

  static func write(_ frames: [Frame], to path: String) -> Bool {
    do {
      let writer = try ExtendedXYZWriter(path: path)
      for frame in frames { try writer.write(frame) }
      try writer.close()
      return true
    } catch {
      #expect(error.kind == .invalidArgument)
      return false
    }
  }

  @Test func damagedText() throws {
    var random = SeededGenerator(seed: 4711)
    let file = TemporaryFile()
    defer { file.remove() }
    let writer = try ExtendedXYZWriter(path: file.path)
    try writer.write(WriterTests.sample())
    try writer.close()
    let seeds = [
      try Data(contentsOf: URL(fileURLWithPath: try fixture("dataset.extxyz"))).map { $0 },
      try Data(contentsOf: URL(fileURLWithPath: try fixture("plain.xyz"))).map { $0 }, try file.bytes,
    ]
    var good = 0
    var bad = 0
    for round in 0..<3000 {
      let bytes = Self.mutated(seeds[round % seeds.count], &random)
      guard let frames = try Self.read(bytes) else {
        bad += 1
        continue
      }
      good += 1
      for frame in frames {
        let count = frame.structure.count
        #expect(frame.structure.positions.count == count)
        #expect(frame.arrays.allSatisfy { $0.values.count == count * $0.width })
      }
      // What was read can be written (unless a text has no place in the format), and has as many frames then.
      let copy = TemporaryFile()
      defer { copy.remove() }
      if Self.write(frames, to: copy.path) {
        #expect(try ExtendedXYZReader.frames(path: copy.path).count == frames.count)
      }
    }
    // The mutations must neither all be harmless nor all be fatal, or the test says nothing.
    #expect(good > 300 && bad > 300)
  }

  @Test func damagedArchives() throws {
    var random = SeededGenerator(seed: 815)
    for suffix in [".gz", ".xz"] {
      let file = TemporaryFile(suffix)
      defer { file.remove() }
      let writer = try ExtendedXYZWriter(path: file.path)
      for _ in 0..<5 { try writer.write(WriterTests.sample()) }
      try writer.close()
      let bytes = try file.bytes
      for _ in 0..<300 { _ = try Self.read(Self.mutated(bytes, &random)) }
    }
  }
}
