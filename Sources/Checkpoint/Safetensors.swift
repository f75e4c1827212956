import Diagnostics

/// The contents of a safetensors file: texts, and tensors of finite numbers.
package struct Safetensors {
  /// Longest header that is read; real ones have some tens of kB.
  static let headerLimit = 16 << 20

  package var metadata: [String: String]
  package var tensors: [String: Tensor]

  private struct Entry {
    var name: String
    var element: Tensor.Element
    var shape: [Int]
    var data: Range<Int>
  }

  /// Reads the file at `path`.
  /// - Parameter check: sees the metadata before anything else is read, to refuse files of other kinds.
  /// - Throws: `.io` or `.memory`, `.format` for a damaged file, or what `check` throws.
  package init(
    contentsOf path: String, check: ([String: String]) throws(MACEError) -> Void
  ) throws(MACEError) {
    self = try FileBytes.with(path) { (contents) throws(MACEError) in
      try Safetensors(contents, file: path, check: check)
    }
  }

  init(
    _ contents: FileContents, file: String, check: ([String: String]) throws(MACEError) -> Void
  ) throws(MACEError) {
    let bytes = contents.bytes
    var reader = ByteReader(bytes, subject: file)
    let length = try reader.size64()
    guard length <= Self.headerLimit else {
      throw MACEError(.format, "\(file): a safetensors header of \(length) bytes is not one of this library")
    }
    let text = [UInt8](try reader.take(length))
    let header = try JSONParser.parse(text, subject: "\(file): the header")
    guard case .object(let fields) = header else {
      throw MACEError(.format, "\(file): the safetensors header is not a JSON object; the file is damaged")
    }
    metadata = try Self.metadata(fields, file: file)
    try check(metadata)
    let data = UnsafeRawBufferPointer(rebasing: bytes[reader.position...])
    tensors = [:]
    for entry in try Self.entries(fields, size: data.count, file: file) {
      let part = UnsafeRawBufferPointer(rebasing: data[entry.data])
      tensors[entry.name] = try Self.tensor(entry, part, file: file)
      // no other tensor lies there
      _ = contents.release(part)
    }
  }

  private static func metadata(
    _ fields: [(key: String, value: JSON)], file: String
  ) throws(MACEError) -> [String: String] {
    var result: [String: String] = [:]
    if case .object(let entries)? = fields.first(where: { $0.key == "__metadata__" })?.value {
      for entry in entries {
        guard case .text(let text) = entry.value else {
          throw MACEError(
            .format, "\(file): '__metadata__' holds something other than texts; the file is damaged")
        }
        result[entry.key] = text
      }
    }
    return result
  }

  private static func entries(
    _ fields: [(key: String, value: JSON)], size: Int, file: String
  ) throws(MACEError) -> [Entry] {
    var entries: [Entry] = []
    for (name, value) in fields where name != "__metadata__" {
      let path = "\(file): tensor '\(shortened(name))'"
      let fields = try JSONFields(value, path, keys: ["dtype", "shape", "data_offsets"])
      let shape = try fields.integers("shape")
      let offsets = try fields.integers("data_offsets")
      let element = try fields.choice("dtype", Tensor.Element.self)
      var bytes = element.size
      for length in shape {
        let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
        guard !overflow else {
          throw MACEError(.format, "\(path): the shape is impossible; the file is damaged")
        }
        bytes = product
      }
      guard shape.count <= 16, offsets.count == 2, offsets[0] <= offsets[1], offsets[1] <= size,
        offsets[1] - offsets[0] == bytes
      else {
        throw MACEError(
          .format,
          "\(path): its offsets \(offsets.prefix(4)) do not fit shape and file; it is truncated or damaged")
      }
      entries.append(Entry(name: name, element: element, shape: shape, data: offsets[0]..<offsets[1]))
    }
    var end = 0
    for entry in entries.sorted(by: {
      ($0.data.lowerBound, $0.data.upperBound) < ($1.data.lowerBound, $1.data.upperBound)
    }) {
      guard entry.data.lowerBound == end else {
        throw MACEError(
          .format, "\(file): tensors overlap or leave a hole at '\(shortened(entry.name))'; damaged file")
      }
      end = entry.data.upperBound
    }
    guard end == size else {
      throw MACEError(.format, "\(file): \(size - end) bytes after the last tensor; the file is damaged")
    }
    return entries
  }

  private static func tensor(
    _ entry: Entry, _ bytes: UnsafeRawBufferPointer, file: String
  ) throws(MACEError) -> Tensor {
    let count = bytes.count / entry.element.size
    var element = entry.element
    let values: [Double]
    switch entry.element {
    case .float64: values = bytes.converted(UInt64.self, count) { Double(bitPattern: $0) }
    case .float32: values = bytes.converted(UInt32.self, count) { Double(Float(bitPattern: $0)) }
    case .float16:
      values = bytes.converted(UInt16.self, count) { Number.half($0) }
      element = .float32
    case .bfloat16:
      values = bytes.converted(UInt16.self, count) { Double(Float(bitPattern: UInt32($0) << 16)) }
      element = .float32
    case .int64: values = bytes.converted(Int64.self, count) { Double($0) }
    case .int32: values = bytes.converted(Int32.self, count) { Double($0) }
    case .bool: values = bytes.converted(UInt8.self, count) { $0 == 0 ? 0 : 1 }
    }
    guard values.allSatisfy(\.isFinite) else {
      throw MACEError(
        .format, "\(file): '\(shortened(entry.name))' holds a number that is not finite; damaged file")
    }
    return Tensor(element: element, shape: entry.shape, values: values, isParameter: true)
  }
}

extension Tensor.Element {
  /// Bytes per number in a file.
  var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16: 2
    case .bool: 1
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Little-endian words, converted.
  @inline(__always)
  func converted<T: FixedWidthInteger>(_: T.Type, _ count: Int, _ convert: (T) -> Double) -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { out, filled in
      for i in 0..<count {
        out[i] = convert(T(littleEndian: loadUnaligned(fromByteOffset: i * MemoryLayout<T>.size, as: T.self)))
      }
      filled = count
    }
  }
}
