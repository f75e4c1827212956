import Diagnostics

extension MACEModel {
  /// Reads a model file: a `.model` of mace-torch (`torch.save` of a MACE or ScaleShiftMACE module), or a
  /// `.safetensors` of this library. The content decides, not the name.
  ///
  /// Nothing in the file is executed. Options that this library does not know are refused by name.
  /// - Throws: `MACEError` of kind `.io`, `.memory`, `.format` or `.unsupported`.
  public init(contentsOf path: String) throws(MACEError) {
    self = try FileBytes.with(path) { (contents) throws(MACEError) in
      try Self.read(contents, name: path)
    }
  }

  /// Reads a model from memory.
  /// - Parameter name: what messages call it.
  public init(bytes: [UInt8], name: String) throws(MACEError) {
    let result = bytes.withUnsafeBytes { memory -> Result<MACEModel, MACEError> in
      do throws(MACEError) {
        return .success(try MACEModel(memory: memory, name: name))
      } catch {
        return .failure(error)
      }
    }
    self = try result.get()
  }

  /// The same from the memory of a host, which is not copied and has to stay for the time of the call.
  public init(memory: UnsafeRawBufferPointer, name: String) throws(MACEError) {
    self = try Self.read(FileContents(memory), name: name)
  }

  private static func read(_ contents: FileContents, name: String) throws(MACEError) -> MACEModel {
    let bytes = contents.bytes
    if bytes.starts(with: [0x50, 0x4b, 0x03, 0x04]) {
      let model = try ModelReader.read(contents, file: name)
      try ModelChecker.check(model, file: name)
      return model
    }
    if bytes.count > 8, bytes[8] == UInt8(ascii: "{") {
      return try SafetensorsReader.read(contents, file: name)
    }
    if bytes.first == 0x80 {
      throw MACEError(
        .unsupported,
        "\(name) is a bare pickle, as torch wrote before version 1.6; load it with a recent torch and "
          + "save it again")
    }
    if bytes.isEmpty { throw MACEError(.format, "\(name) is empty") }
    throw MACEError(
      .format, "\(name) is neither a .model file of mace-torch nor a .safetensors file of this library")
  }
}
