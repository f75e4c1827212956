import Checkpoint
import Diagnostics
import Foundation
import Testing

/// The models that all test targets share.
enum Fixtures {
  static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appendingPathComponent("Fixtures/models")

  static var names: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    return files.filter { $0.hasSuffix(".model") }.map { String($0.dropLast(6)) }.sorted()
  }

  static func path(_ name: String) -> String { directory.appendingPathComponent(name + ".model").path }

  static func model(_ name: String) throws -> MACEModel { try MACEModel(contentsOf: path(name)) }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: directory.appendingPathComponent(name + ".model")))
  }

  static func temporary(_ name: String) -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString)-\(name)").path
  }
}

/// The error that reading these bytes gives; nil when they are read.
func failure(_ bytes: [UInt8]) -> MACEError? {
  do throws(MACEError) {
    _ = try MACEModel(bytes: bytes, name: "test.model")
    return nil
  } catch {
    return error
  }
}

/// Expects reading to fail with a message that contains all of the words.
func expectFailure(
  _ bytes: [UInt8], _ kind: MACEError.Kind? = nil, _ words: String...,
  location: SourceLocation = #_sourceLocation
) {
  guard let error = failure(bytes) else {
    Issue.record("reading should have failed", sourceLocation: location)
    return
  }
  if let kind { #expect(error.kind == kind, "\(error)", sourceLocation: location) }
  for word in words { #expect(error.message.contains(word), "\(error)", sourceLocation: location) }
}

/// A small deterministic generator (splitmix64).
struct Random: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
