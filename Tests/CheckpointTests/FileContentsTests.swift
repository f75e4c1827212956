import Diagnostics
import Foundation
import Testing

@testable import Checkpoint

/// Memory of files that is given back and read again.
struct FileContentsTests {
  @Test func releasedAndRestored() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("mace-\(UUID()).bin").path
    let expected = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) | 1 }
    try Data(expected).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try FileBytes.with(path) { (contents) throws(MACEError) in
      #expect(contents.bytes.elementsEqual(expected))
      let part = UnsafeRawBufferPointer(rebasing: contents.bytes[5000..<90_000])
      #expect(contents.release(part))
      // what shares a page with other parts is kept
      #expect(contents.bytes.prefix(8192).elementsEqual(expected.prefix(8192)))
      #expect(contents.bytes[40_000] == 0)
      try contents.restore(part, file: path)
      #expect(contents.bytes.elementsEqual(expected))
      #expect(!contents.release(UnsafeRawBufferPointer(rebasing: contents.bytes[5000..<6000])))
    }
  }

  /// Bytes that came from no file are never given back.
  @Test func memory() throws {
    let bytes = [UInt8](repeating: 1, count: 100_000)
    bytes.withUnsafeBytes { #expect(!FileContents($0).release($0)) }
    #expect(bytes.allSatisfy { $0 == 1 })
  }
}
