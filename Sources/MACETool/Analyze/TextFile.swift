import Checkpoint
import Diagnostics

/// Small files of text, which appear complete or not at all.
enum TextFile {
  static func write(_ text: String, to path: String) throws(MACEError) {
    let bytes = Array(text.utf8)
    try AtomicFile.write(to: path) { (put) throws(MACEError) in
      let result: Result<Void, MACEError> = bytes.withUnsafeBytes { buffer in
        do throws(MACEError) { return .success(try put(buffer)) } catch { return .failure(error) }
      }
      try result.get()
    }
  }
}
