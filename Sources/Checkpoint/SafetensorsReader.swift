import Diagnostics

/// Reads this library's own model files: safetensors with the architecture in `__metadata__`.
enum SafetensorsReader {
  static let format = "mace-swift"
  static let version = "1"
  static let reservedKeys: Set<String> = ["format", "format_version", "configuration", "buffers"]

  static func read(_ contents: FileContents, file: String) throws(MACEError) -> MACEModel {
    let contents = try Safetensors(contents, file: file) { (metadata) throws(MACEError) in
      try checkFormat(metadata, file: file)
    }
    let metadata = contents.metadata
    let configuration = try Configuration(
      json: try JSONParser.parse(
        Array((metadata["configuration"] ?? "").utf8), subject: "\(file): the configuration"),
      path: "\(file): the configuration")
    var tensors = contents.tensors
    let list = try JSONParser.parse(Array((metadata["buffers"] ?? "").utf8), subject: "\(file): 'buffers'")
    guard case .array(let names) = list else { throw MACEError(.format, "\(file): 'buffers' is not a list") }
    for case .text(let name) in names {
      guard tensors[name] != nil else {
        throw MACEError(
          .format, "\(file): the buffer '\(shortened(name))' is missing; the file is damaged")
      }
      tensors[name]?.isParameter = false
    }
    let model = MACEModel(
      configuration: configuration, tensors: tensors,
      metadata: metadata.filter { !reservedKeys.contains($0.key) })
    try ModelChecker.check(model, file: file)
    return model
  }

  private static func checkFormat(_ metadata: [String: String], file: String) throws(MACEError) {
    guard metadata["format"] == format else {
      throw MACEError(
        .unsupported,
        "\(file): these safetensors were not written by this library and do not describe a MACE "
          + "architecture; convert the .model file of mace-torch instead")
    }
    guard let found = metadata["format_version"], found == version else {
      throw MACEError(
        .unsupported,
        "\(file): format version '\(shortened(metadata["format_version"] ?? "none"))' is not supported "
          + "(this library reads version \(version)); update the library")
    }
  }
}
