import Diagnostics
import Foundation

/// Gives `body` an empty directory and removes it afterwards.
func withDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let place = FileManager.default.temporaryDirectory.appendingPathComponent("mace-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: place) }
  return try body(place.path)
}

func write(_ text: String, _ path: String) throws {
  try text.write(toFile: path, atomically: true, encoding: .utf8)
}

/// The error that `body` throws; nil when it throws none.
func failure(_ body: () throws -> Void) -> MACEError? {
  do {
    try body()
    return nil
  } catch {
    return error as? MACEError
  }
}
