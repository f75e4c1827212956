import Diagnostics
import Glibc

/// What kind of model file it is, by its first bytes.
public enum ModelFileKind: String, Sendable {
  case torch = "mace-torch .model"
  case safetensors = "safetensors"

  /// - Throws: `.io` when the file cannot be opened.
  public init(of path: String) throws(MACEError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw MACEError(.io, "\(path): cannot open the file: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4)
    let count = read(descriptor, &bytes, 4)
    self = count == 4 && bytes == [0x50, 0x4b, 0x03, 0x04] ? .torch : .safetensors
  }
}
