import Checkpoint
import Diagnostics
import Testing

/// Deterministic damage: every case must be read or refused with a `MACEError`, quickly.
@Suite(.serialized) struct FuzzTests {
  private func damaged(_ bytes: [UInt8], in range: Range<Int>, _ random: inout Random) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let at = min(Int.random(in: range, using: &random), bytes.count - 1)
      guard at >= 0 else { return bytes }
      switch Int.random(in: 0..<8, using: &random) {
      case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[at] = UInt8.random(in: 0...255, using: &random)
      case 2: bytes[at] = 0xff
      case 3: bytes.replaceSubrange(at..<min(at + 4, bytes.count), with: [0xff, 0xff, 0xff, 0x7f])
      case 4: bytes.removeSubrange(at..<min(at + Int.random(in: 1...9, using: &random), bytes.count))
      case 5: bytes.insert(contentsOf: bytes[at..<min(at + 16, bytes.count)], at: at)
      case 6:
        bytes[at] =
          Array("()]}tlduaesbRcqhjNKMJGXQ0.".utf8 + [0x81, 0x85, 0x86, 0x87]).randomElement(using: &random)
          ?? 0
      default:
        let other = min(Int.random(in: range, using: &random), bytes.count - 1)
        bytes.swapAt(at, other)
      }
    }
    if Int.random(in: 0..<20, using: &random) == 0 { bytes.removeLast(bytes.count / 3) }
    return bytes
  }

  private func report(_ outcomes: [String: Int], _ start: ContinuousClock.Instant) {
    let time = ContinuousClock.now - start
    #expect(time < .seconds(120), "\(time)")
    #expect((outcomes["refused"] ?? 0) > 0)
    print("fuzz: \(outcomes) in \(time)")
  }

  @Test func archives() throws {
    let bytes = try Fixtures.bytes("tiny_int1")
    let start = ContinuousClock.now
    var outcomes: [String: Int] = [:]
    var random = Random(state: 1)
    for k in 0..<800 {
      // Half of the cases hit the directory at the end, where the structure is.
      let range = k.isMultiple(of: 2) ? 0..<bytes.count : bytes.count - 9000..<bytes.count
      outcomes[failure(damaged(bytes, in: range, &random)) == nil ? "read" : "refused", default: 0] += 1
    }
    report(outcomes, start)
  }

  /// With correct checksums, so that the damage reaches the interpreter and the reader of the module tree.
  @Test(arguments: ["tiny_int1", "tiny_nonlinear", "tiny_density"])
  func pickles(_ name: String) throws {
    var members = Zip.members(try Fixtures.bytes(name))
    let index = try #require(members.firstIndex { $0.0.hasSuffix("/data.pkl") })
    let pickle = members[index].1
    // The compiled code of e3nn fills most of the pickle and is ignored: aim at the rest.
    let interesting = interestingPositions(pickle)
    let start = ContinuousClock.now
    var outcomes: [String: Int] = [:]
    var random = Random(state: 2)
    for _ in 0..<700 {
      let at = interesting.randomElement(using: &random) ?? 0
      members[index].1 = damaged(pickle, in: at..<min(at + 12, pickle.count), &random)
      outcomes[failure(Zip.archive(members)) == nil ? "read" : "refused", default: 0] += 1
    }
    report(outcomes, start)
  }

  /// Positions outside of long texts.
  private func interestingPositions(_ pickle: [UInt8]) -> [Int] {
    var positions: [Int] = []
    var at = 0
    while at < pickle.count {
      if pickle[at] == UInt8(ascii: "X"), at + 5 <= pickle.count {
        let length = Zip.number(pickle, at + 1, 4)
        if length > 200, length < pickle.count - at { at += 5 + length }
      }
      positions.append(at)
      at += 1
    }
    return positions
  }

  @Test func storages() throws {
    var members = Zip.members(try Fixtures.bytes("tiny_int1"))
    var random = Random(state: 3)
    let start = ContinuousClock.now
    var outcomes: [String: Int] = [:]
    for _ in 0..<200 {
      let index = Int.random(in: 0..<members.count, using: &random)
      let old = members[index].1
      members[index].1 = old.isEmpty ? [1] : damaged(old, in: 0..<old.count, &random)
      outcomes[failure(Zip.archive(members)) == nil ? "read" : "refused", default: 0] += 1
      members[index].1 = old
    }
    report(outcomes, start)
  }

  @Test(arguments: ["tiny_int1", "tiny_nonlinear"])
  func safetensors(_ name: String) throws {
    let bytes = try Fixtures.model(name).safetensors()
    let header = 8 + Zip.number(bytes, 0, 8)
    var random = Random(state: 4)
    let start = ContinuousClock.now
    var outcomes: [String: Int] = [:]
    for _ in 0..<500 {
      var copy = damaged(bytes, in: 0..<header, &random)
      if Bool.random(using: &random) {
        // Keep the length of the header right, so that the damage reaches the JSON reader.
        let length = header - 8 + copy.count - bytes.count
        if length > 0 { copy.replaceSubrange(0..<8, with: Zip.little(length, 8)) }
      }
      outcomes[failure(copy) == nil ? "read" : "refused", default: 0] += 1
    }
    // Other numbers in an intact header.
    let digits = (8..<header).filter { (0x30...0x39).contains(bytes[$0]) }
    for _ in 0..<500 {
      var copy = bytes
      copy[digits.randomElement(using: &random) ?? 8] = UInt8.random(in: 0x30...0x39, using: &random)
      outcomes[failure(copy) == nil ? "read" : "refused", default: 0] += 1
    }
    report(outcomes, start)
  }
}
