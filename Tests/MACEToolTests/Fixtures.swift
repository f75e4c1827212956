import Diagnostics
import Foundation
import MACETool
import Synchronization

/// Files that all test targets share, and places for new ones.
enum Fixtures {
  static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures")

  static func model(_ name: String) -> String {
    directory.appendingPathComponent("models/\(name).model").path
  }

  /// Files of the tests of training.
  static func training(_ name: String) -> String { directory.appendingPathComponent("training/\(name)").path }

  /// Five frames of 65 atoms with REF_energy, REF_forces and REF_stress.
  static let frames = directory.appendingPathComponent("caco3-water.extxyz").path

  /// Gives `body` an empty directory and removes it afterwards.
  static func withDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let place = FileManager.default.temporaryDirectory.appendingPathComponent("mace-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    return try body(place.path)
  }

  static func names(_ directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
  }

  static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  static func write(_ text: String, _ path: String) throws {
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }
}

/// Keeps what a command prints.
final class Transcript: Sendable {
  private let texts = Mutex((output: "", notes: ""))

  var output: String { texts.withLock { $0.output } }
  var notes: String { texts.withLock { $0.notes } }

  func console(isInteractive: Bool = false) -> Console {
    Console(
      output: { (text: String) throws(MACEError) in self.texts.withLock { $0.output += text } },
      note: { text in self.texts.withLock { $0.notes += text } }, isInteractive: isInteractive)
  }
}

/// The error that `body` throws; nil when it throws none.
func failure(_ body: () throws(MACEError) -> Void) -> MACEError? {
  do throws(MACEError) {
    try body()
    return nil
  } catch {
    return error
  }
}
