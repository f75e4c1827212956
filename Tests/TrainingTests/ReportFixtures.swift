import Diagnostics
import Foundation

/// Files for options and reports: what a run of mace-torch 0.3.16 wrote.
enum ReportFixtures {
  static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/training").path

  static func lines(_ name: String) throws -> [String] {
    try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8).split(separator: "\n").map(String.init)
  }

  /// Gives `body` an empty directory and removes it afterwards.
  static func withDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let place = FileManager.default.temporaryDirectory.appendingPathComponent("mace-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    return try body(place.path)
  }

  /// The error that `body` throws; nil when it throws none.
  static func failure(_ body: () throws(MACEError) -> Void) -> MACEError? {
    do throws(MACEError) {
      try body()
      return nil
    } catch {
      return error
    }
  }
}
