import Diagnostics
import Glibc

extension MACEModel {
  /// Writes the model as safetensors, which Python opens with `safetensors.numpy.load_file`.
  ///
  /// Tensors have mace-torch's `state_dict` names; `__metadata__` holds `format`, `format_version`, the
  /// architecture as JSON text (`configuration`), the names of the tensors that are not trainable
  /// (`buffers`), and this model's `metadata`. The file appears under its name only when it is complete
  /// (temporary file, fsync, rename).
  /// - Throws: `MACEError` of kind `.io`, or `.invalidArgument` for a model that cannot be written exactly.
  public func write(safetensors path: String) throws(MACEError) {
    try Safetensors.write(tensors, metadata: try safetensorsMetadata(), to: path)
  }

  /// The bytes that `write(safetensors:)` puts into a file.
  public func safetensors() throws(MACEError) -> [UInt8] {
    var bytes: [UInt8] = []
    try Safetensors.encode(tensors, metadata: try safetensorsMetadata()) { part in
      bytes.append(contentsOf: part)
    }
    return bytes
  }

  private func safetensorsMetadata() throws(MACEError) -> [(key: String, text: String)] {
    for key in metadata.keys where SafetensorsReader.reservedKeys.contains(key) {
      throw MACEError(
        .invalidArgument, "the metadata key '\(key)' is reserved by the file format; choose another")
    }
    try ModelChecker.check(self, file: "the model")
    let buffers = Safetensors.order(tensors).filter { tensors[$0]?.isParameter == false }
    return [
      ("format", SafetensorsReader.format), ("format_version", SafetensorsReader.version),
      ("configuration", configuration.json.encoded), ("buffers", JSON.texts(buffers).encoded),
    ] + metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

extension Safetensors {
  /// Writes a file that appears under its name only when it is complete.
  /// - Throws: `.io`, or `.invalidArgument` for numbers that cannot be written exactly.
  package static func write(
    _ tensors: [String: Tensor], metadata: [(key: String, text: String)], to path: String
  ) throws(MACEError) {
    try AtomicFile.write(to: path) {
      (write: (UnsafeRawBufferPointer) throws(MACEError) -> Void) throws(MACEError) in
      try encode(tensors, metadata: metadata) { (part) throws(MACEError) in
        let failure = part.withUnsafeBytes { memory -> MACEError? in
          do throws(MACEError) {
            try write(memory)
            return nil
          } catch {
            return error
          }
        }
        if let failure { throw failure }
      }
    }
  }

  /// Gives `put` the header, then the tensors in the order of the file.
  fileprivate static func encode(
    _ tensors: [String: Tensor], metadata: [(key: String, text: String)],
    _ put: ([UInt8]) throws(MACEError) -> Void
  ) throws(MACEError) {
    let order = order(tensors)
    try put(try header(tensors, order, metadata))
    for name in order {
      if let tensor = tensors[name] { try put(try tensor.littleEndianBytes(name)) }
    }
  }

  /// Widest numbers first, so that all are aligned.
  fileprivate static func order(_ tensors: [String: Tensor]) -> [String] {
    tensors.keys.sorted { a, b in
      let (x, y) = (tensors[a]?.element.size ?? 0, tensors[b]?.element.size ?? 0)
      return x != y ? x > y : a < b
    }
  }

  /// Length and text of the header.
  private static func header(
    _ tensors: [String: Tensor], _ order: [String], _ metadata: [(key: String, text: String)]
  ) throws(MACEError) -> [UInt8] {
    var fields: [(key: String, value: JSON)] = [
      ("__metadata__", .object(metadata.map { ($0.key, .text($0.text)) }))
    ]
    var offset = 0
    for name in order {
      guard let tensor = tensors[name] else { continue }
      let end = offset + tensor.count * tensor.element.size
      fields.append(
        (
          name,
          .object([
            ("dtype", .text(tensor.element.rawValue)), ("shape", .integers(tensor.shape)),
            ("data_offsets", .integers([offset, end])),
          ])
        ))
      offset = end
    }
    var text = Array(JSON.object(fields).encoded.utf8)
    while !text.count.isMultiple(of: 8) { text.append(0x20) }
    guard text.count <= headerLimit else {
      throw MACEError(
        .invalidArgument, "the metadata are too long (\(text.count) bytes); keep them below 16 MB")
    }
    let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
    return length + text
  }
}

extension Tensor {
  fileprivate func littleEndianBytes(_ name: String) throws(MACEError) -> [UInt8] {
    let inexact = MACEError(
      .invalidArgument,
      "the tensor '\(name)' of type \(element.rawValue) cannot be written exactly; convert the model "
        + "to float64 or float32 first")
    guard values.allSatisfy(\.isFinite) else {
      throw MACEError(.invalidArgument, "the tensor '\(name)' holds a number that is not finite")
    }
    switch element {
    case .float64: return bytes { $0.bitPattern }
    case .float32:
      guard values.allSatisfy({ Double(Float($0)) == $0 }) else { throw inexact }
      return bytes { Float($0).bitPattern }
    case .int64:
      guard values.allSatisfy({ Int64(exactly: $0) != nil }) else { throw inexact }
      return bytes { Int64($0) }
    case .int32:
      guard values.allSatisfy({ Int32(exactly: $0) != nil }) else { throw inexact }
      return bytes { Int32($0) }
    case .bool:
      guard values.allSatisfy({ $0 == 0 || $0 == 1 }) else { throw inexact }
      return bytes { UInt8($0) }
    case .float16, .bfloat16: throw inexact
    }
  }

  @inline(__always)
  private func bytes<T: FixedWidthInteger>(_ convert: (Double) -> T) -> [UInt8] {
    let size = MemoryLayout<T>.size
    return [UInt8](unsafeUninitializedCapacity: values.count * size) { out, filled in
      let raw = UnsafeMutableRawBufferPointer(out)
      for (i, value) in values.enumerated() {
        raw.storeBytes(of: convert(value).littleEndian, toByteOffset: i * size, as: T.self)
      }
      filled = values.count * size
    }
  }
}
