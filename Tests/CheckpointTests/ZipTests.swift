import Checkpoint
import Diagnostics
import Testing

@Suite struct ZipTests {
  @Test func otherLayoutsOfTheSameMembers() throws {
    let model = try Fixtures.model("tiny_int1")
    let members = Zip.members(try Fixtures.bytes("tiny_int1"))
    #expect(members.count > 40)
    #expect(try MACEModel(bytes: Zip.archive(members), name: "repacked") == model)
    #expect(try MACEModel(bytes: Zip.archive(members, .init(zip64: true)), name: "zip64") == model)
    let renamed = members.map { ("archive/" + $0.0.split(separator: "/", maxSplits: 1)[1], $0.1) }
    #expect(try MACEModel(bytes: Zip.archive(renamed), name: "renamed") == model)
  }

  @Test func damagedArchivesAreRefused() throws {
    let bytes = try Fixtures.bytes("tiny_int1")
    let members = Zip.members(bytes)
    expectFailure(Zip.archive(members, .init(method: 8)), .unsupported, "compressed")
    expectFailure(Zip.archive(members, .init(flags: 1)), .unsupported, "encrypted")
    expectFailure(Zip.archive(members, .init(crcError: true)), .format, "checksum")
    expectFailure(Zip.archive(members + [members[0]]), .format, "two members")
    expectFailure(Zip.archive([("m/readme", [1, 2])]), .format, "data.pkl")
    expectFailure(Array(bytes.prefix(bytes.count / 2)), .format, "truncated")
    for cut in [1, 5, 21, 22, 23, 40, 70, 1000] { expectFailure(Array(bytes.dropLast(cut)), .format) }
    let big = members.map { $0.0.hasSuffix("/byteorder") ? ($0.0, Array("big".utf8)) : $0 }
    expectFailure(Zip.archive(big), .unsupported, "byte order")
    expectFailure(Zip.archive(members + [("m/constants.pkl", [])]), .unsupported, "compiled")
    let missing = members.filter { !$0.0.hasSuffix("data/12") }
    expectFailure(Zip.archive(missing), .format, "data/12")
    let short = members.map { $0.0.hasSuffix("data/12") ? ($0.0, Array($0.1.dropLast(8))) : $0 }
    expectFailure(Zip.archive(short), .format, "too few")
  }

  @Test func overlappingMembersAreRefused() throws {
    var bytes = Zip.archive([("m/data.pkl", Array("N.".utf8)), ("m/x", [1, 2, 3]), ("m/x", [1, 2, 3])])
    let start = Zip.number(bytes, bytes.count - 6, 4)
    // Give the third entry another name and then the data of the second member.
    let third = start + 46 + 10 + 46 + 3
    bytes[third + 46 + 2] = UInt8(ascii: "y")
    let header = Zip.number(bytes, third + 42, 4)
    bytes[header + 30 + 2] = UInt8(ascii: "y")
    let fine = failure(bytes)
    #expect(fine?.message.contains("overlap") == false, "\(String(describing: fine))")
    // Longer by the following directory's first bytes: outside; by the next member: overlap.
    let second = start + 46 + 10
    bytes[second + 20] = 8
    bytes[second + 24] = 8
    expectFailure(bytes, .format, "overlap")
    bytes[second + 21] = 8
    bytes[second + 25] = 8
    expectFailure(bytes, .format, "outside")
  }
}
