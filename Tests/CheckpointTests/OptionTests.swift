import Checkpoint
import Diagnostics
import Testing

/// Options that this library does not know must be refused by name, whatever the numbers are.
@Suite struct OptionTests {
  /// The archive with every occurrence (or the first ones) of `old` in its pickle replaced.
  private func patched(
    _ name: String, _ old: [UInt8], _ new: [UInt8], limit: Int = .max
  ) throws -> [UInt8] {
    var members = Zip.members(try Fixtures.bytes(name))
    let index = try #require(members.firstIndex { $0.0.hasSuffix("/data.pkl") })
    let pickle = members[index].1
    var result: [UInt8] = []
    var at = 0
    var count = 0
    while at < pickle.count {
      if count < limit, pickle[at] == old[0], pickle[at...].starts(with: old) {
        result += new
        at += old.count
        count += 1
      } else {
        result.append(pickle[at])
        at += 1
      }
    }
    #expect(count > 0, "\(String(decoding: old, as: UTF8.self)) does not occur in \(name)")
    members[index].1 = result
    return Zip.archive(members)
  }

  private func patched(_ name: String, _ old: String, _ new: String, limit: Int = .max) throws -> [UInt8] {
    try patched(name, Array(old.utf8), Array(new.utf8), limit: limit)
  }

  @Test func unknownOptionsAreRefusedByName() throws {
    expectFailure(try patched("tiny_int1", "use_so3", "use_so7"), .unsupported, "use_so7")
    expectFailure(try patched("tiny_int1", "avg_num_neighbors", "avg_num_neighbours"), .format)
    expectFailure(
      try patched("tiny_int1", "radial_MLP", "radial_XYZ"), .unsupported, "radial_XYZ", "interactions.0")
    expectFailure(
      try patched("tiny_int1", "weights_max_zeroed", "weights_max_zeroEd"), .unsupported, "zeroEd")
    expectFailure(try patched("tiny_zbl", "a_prefactor", "a_prefacTor"), .unsupported, "a_prefacTor")
  }

  @Test func otherMathematicsIsRefused() throws {
    expectFailure(try patched("tiny_int1", "component", "norm_____"), .unsupported, "norm_____")
    expectFailure(try patched("tiny_int1", "uvu", "uuu"), .unsupported, "uuu")
    expectFailure(
      try patched("tiny_int1", "functional\nsilu", "functional\ngelu"), .unsupported, "functional.gelu")
    expectFailure(try patched("tiny_gate_none", "BesselBasis", "BessalBasis"), .unsupported, "BessalBasis")
    expectFailure(
      try patched(
        "tiny_density", "RealAgnosticDensityInteractionBlock", "RealAgnosticFancyyyInteractionBlock"),
      .unsupported, "RealAgnosticFancyyyInteractionBlock")
    func real(_ x: Double) -> [UInt8] { Zip.little(Int(bitPattern: UInt(x.bitPattern)), 8).reversed() }
    // √3, a path weight of conv_tp; 1/√8, one of Linear; 1/√32, one of skip_tp
    expectFailure(
      try patched("tiny_int1", real(3.0.squareRoot()), real(1.75)), .unsupported, "conv_tp", "weight 1.75")
    expectFailure(try patched("tiny_int1", real(0.3535533905932738), real(0.36)), .unsupported, "weight 0.36")
    expectFailure(
      try patched("tiny_int1", real(0.1767766952966369), real(0.18)), .unsupported, "skip_tp", "0.18")
  }

  /// Scripts that computed the mean number of neighbours with numpy left such objects in the attributes.
  @Test func numpyScalarsAreNumbers() throws {
    let value: [UInt8] = [0x40, 0x36, 0x80, 0, 0, 0, 0, 0]  // 22.5, big-endian as BINFLOAT has it
    func text(_ text: String) -> [UInt8] { [0x58] + Zip.little(text.utf8.count, 4) + text.utf8 }
    for module in ["numpy.core.multiarray", "numpy._core.multiarray"] {
      var scalar = Array("c\(module)\nscalar\ncnumpy\ndtype\n".utf8) + text("f8") + [0x89, 0x88, 0x87, 0x52]
      scalar +=
        [0x28, 0x4b, 3] + text("<") + [0x4e, 0x4e, 0x4e, 0x4a, 255, 255, 255, 255, 0x4a, 255, 255, 255, 255]
      scalar += [0x4b, 0, 0x74, 0x62] + [0x43, 8] + value.reversed() + [0x86, 0x52]
      let bytes = try patched("tiny_int1", [0x47] + value, scalar)
      #expect(try MACEModel(bytes: bytes, name: "numpy") == Fixtures.model("tiny_int1"))
    }
  }

  @Test func locationsDoNotMatter() throws {
    let bytes = try patched(
      "tiny_int1", [3, 0, 0, 0] + Array("cpu".utf8), [6, 0, 0, 0] + Array("cuda:0".utf8))
    #expect(try MACEModel(bytes: bytes, name: "cuda") == Fixtures.model("tiny_int1"))
  }

  /// The same bits in 16-bit storages are other numbers, widened exactly.
  @Test func halfPrecisionIsWidenedExactly() throws {
    let single = try Fixtures.model("tiny_f32")
    // The first occurrence defines the class; others are inside of compiled code.
    let bytes = try patched("tiny_f32", "torch\nFloatStorage", "torch\nBFloat16Storage", limit: 1)
    var members = Zip.members(bytes)
    // Storages 0, 2 and 9 of this fixture are integers (elements, layers, cutoff p), those of one byte Booleans.
    let integers = ["0", "2", "9"].map { "/data/\($0)" }
    for (i, (name, data)) in members.enumerated() where name.contains("/data/") {
      guard data.count.isMultiple(of: 4), !integers.contains(where: { name.hasSuffix($0) }) else { continue }
      members[i].1 = stride(from: 0, to: data.count, by: 4).flatMap { Array(data[$0 + 2..<$0 + 4]) }
    }
    let model = try MACEModel(bytes: Zip.archive(members), name: "bfloat16")
    #expect(model.configuration.dtype == "float32")
    for (name, tensor) in single.tensors where tensor.element == .float32 {
      let truncated = tensor.values.map { Double(Float(bitPattern: Float($0).bitPattern & 0xffff_0000)) }
      #expect(model.tensors[name]?.values == truncated, "\(name)")
      #expect(model.tensors[name]?.element == .float32)
    }
  }
}
