import ExtendedXYZ
import Foundation
import Testing

/// A file in the temporary folder, to be removed by the test.
struct TemporaryFile {
  let path: String

  init(_ suffix: String = ".extxyz") {
    path = NSTemporaryDirectory() + "mace-" + UUID().uuidString + suffix
  }

  init(text: String, _ suffix: String = ".extxyz") throws {
    try self.init(bytes: Array(text.utf8), suffix)
  }

  init(bytes: [UInt8], _ suffix: String = ".extxyz") throws {
    self.init(suffix)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  var bytes: [UInt8] { get throws { Array(try Data(contentsOf: URL(fileURLWithPath: path))) } }

  var text: String { get throws { String(decoding: try bytes, as: UTF8.self) } }
}

func fixture(_ name: String) throws -> String {
  try #require(Bundle.module.url(forResource: "Fixtures/" + name, withExtension: nil)).path
}

/// The frames of a text.
func frames(_ text: String) throws -> [Frame] {
  let file = try TemporaryFile(text: text)
  defer { file.remove() }
  return try ExtendedXYZReader.frames(path: file.path)
}

/// The info of a frame with one atom and this comment line.
func info(_ comment: String) throws -> Info {
  let frames = try frames("1\n\(comment)\nH 0 0 0\n")
  return try #require(frames.first).info
}
