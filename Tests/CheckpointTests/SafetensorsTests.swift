import Checkpoint
import Diagnostics
import Foundation
import Testing

@Suite struct SafetensorsTests {
  @Test(arguments: ExpectedModel.all.map(\.name))
  func roundTripIsExact(_ name: String) throws {
    var model = try Fixtures.model(name)
    model.metadata = ["training": "{\"lr\": 0.01}\n\t\"quoted\" \\ \u{1} é 💧", "empty": ""]
    let path = Fixtures.temporary("\(name).safetensors")
    defer { try? FileManager.default.removeItem(atPath: path) }
    try model.write(safetensors: path)
    let again = try MACEModel(contentsOf: path)
    #expect(again.configuration == model.configuration)
    #expect(again == model)
    #expect(try MACEModel(bytes: model.safetensors(), name: "memory") == model)
  }

  @Test func writingReplacesAFileAndLeavesNoOthers() throws {
    let directory = Fixtures.temporary("directory")
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let model = try Fixtures.model("tiny_int1")
    for _ in 0..<2 { try model.write(safetensors: directory + "/m.safetensors") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["m.safetensors"])
    #expect(throws: MACEError.self) { try model.write(safetensors: directory + "/missing/m.safetensors") }
    var reserved = model
    reserved.metadata["format"] = "x"
    #expect(throws: MACEError.self) { _ = try reserved.safetensors() }
  }

  /// Header length, header text and data of a file.
  private func parts(_ bytes: [UInt8]) -> (header: String, data: [UInt8]) {
    let length = Zip.number(bytes, 0, 8)
    return (String(decoding: bytes[8..<8 + length], as: UTF8.self), Array(bytes[(8 + length)...]))
  }

  private func file(_ header: String, _ data: [UInt8]) -> [UInt8] {
    Zip.little(header.utf8.count, 8) + Array(header.utf8) + data
  }

  @Test func headerIsAlignedAndPlain() throws {
    let bytes = try Fixtures.model("tiny_int1").safetensors()
    let (header, _) = parts(bytes)
    #expect((8 + header.utf8.count).isMultiple(of: 8))
    let json = try JSONSerialization.jsonObject(with: Data(header.utf8)) as? [String: Any]
    let metadata = try #require(json?["__metadata__"] as? [String: String])
    #expect(metadata["format"] == "mace-swift" && metadata["format_version"] == "1")
    #expect(
      try JSONSerialization.jsonObject(with: Data((metadata["configuration"] ?? "").utf8)) is [String: Any])
    let weight = try #require(json?["node_embedding.linear.weight"] as? [String: Any])
    #expect(weight["dtype"] as? String == "F64" && weight["shape"] as? [Int] == [32])
  }

  @Test func damagedFilesAreRefused() throws {
    let bytes = try Fixtures.model("tiny_int1").safetensors()
    let (header, data) = parts(bytes)
    expectFailure(Array(bytes.dropLast(8)), .format, "offsets")
    expectFailure(bytes + [0], .format, "after the last tensor")
    expectFailure(Array(bytes.prefix(100)), .format, "truncated")
    expectFailure(Zip.little(1 << 40, 8) + Array(bytes.dropFirst(8)), .format, "header")
    func changed(_ old: String, _ new: String) -> [UInt8] {
      #expect(header.contains(old), "\(old)")
      return file(header.replacingOccurrences(of: old, with: new), data)
    }
    expectFailure(changed("mace-swift", "pt"), .unsupported, "not written by this library")
    expectFailure(changed("\"format_version\":\"1\"", "\"format_version\":\"2\""), .unsupported, "version")
    expectFailure(changed("\\\"r_max\\\"", "\\\"r_maxx\\\""), .unsupported, "r_maxx")
    expectFailure(changed(",\\\"cutoff_p\\\":5", ""), .format, "cutoff_p", "missing")
    expectFailure(
      changed("node_embedding.linear.weight\":", "node_embedding.linear.wait\":"), nil, "node_embedding")
    expectFailure(changed("\"F64\",\"shape\":[32]", "\"F63\",\"shape\":[32]"), .unsupported, "F63")
    expectFailure(changed("\"shape\":[32]", "\"shape\":[33]"), .format, "node_embedding.linear.weight")
    expectFailure(changed("\"shape\":[32]", "\"shape\":[4294967296,4294967296]"), .format, "impossible")
    expectFailure(changed("\"shape\":[32]", "\"shape\":[4,8]"), .format, "node_embedding.linear.weight")
    expectFailure(changed("\\\"correlations\\\":[3]", "\\\"correlations\\\":[2]"), .format, "contractions.0")
    expectFailure(changed("\\\"num_basis\\\":8", "\\\"num_basis\\\":9"), .format, "bessel_weights")
  }

  @Test func overlappingTensorsAreRefused() throws {
    let plain = "{\"__metadata__\":{\"format\":\"mace-swift\",\"format_version\":\"1\",\"buffers\":\"[]\","
    let (header, data) = parts(try Fixtures.model("tiny_int1").safetensors())
    #expect(header.hasPrefix(plain.prefix(40)))
    // Two tensors of equal size on the same bytes.
    let first = try #require(
      header.range(of: "interactions.0.linear.weight\":{\"dtype\":\"F64\",\"shape\":[192],"))
    let tail = header[first.upperBound...]
    let offsets = String(tail[..<(try #require(tail.firstIndex(of: "}")))])
    let other = "interactions.0.linear_up.weight\":{\"dtype\":\"F64\",\"shape\":[64],"
    let place = try #require(header.range(of: other))
    let rest = header[place.upperBound...]
    let old = String(rest[..<(try #require(rest.firstIndex(of: "}")))])
    let start = offsets.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }[0]
    let shifted = header.replacingOccurrences(
      of: other + old, with: other + "\"data_offsets\":[\(start),\(start + 512)]")
    expectFailure(file(shifted, data), .format, "overlap")
  }

  @Test func nastyJSONIsRefused() {
    expectFailure(file("{" + String(repeating: "\"a\":{", count: 100_000), []), .format, "nesting")
    expectFailure(file("{\"a\":1,\"a\":2}", []), .format, "second time")
    expectFailure(file("{\"a\":\"\\ud800\"}", []), .format)
    expectFailure(file("{\"a\":1e999}", []), .format)
    expectFailure(file("{\"a\":01}", []), .format)
    expectFailure(
      file("{\"weight\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", [0, 0, 0, 0]),
      .unsupported, "not written by this library")
    expectFailure([], .format, "empty")
    expectFailure(Array("hello, this is a text".utf8), .format, "neither")
    expectFailure([0x80, 2, 0x8a, 10] + [UInt8](repeating: 0, count: 40), .unsupported, "torch")
  }
}
