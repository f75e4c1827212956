import Diagnostics

/// A file written by `torch.save`: the object graph of `data.pkl` and the storages it refers to.
final class TorchArchive {
  let heap: PickleHeap
  let root: PickleValue
  let file: String
  private let members: ZipArchive
  /// Directory of the members inside the archive, with a trailing slash.
  private let prefix: String
  /// Numbers that tensors may still expand to.
  private var budget: Int
  private let contents: FileContents
  private var verified: [String: UnsafeRawBufferPointer] = [:]
  /// Storages whose memory was given back.
  private var released: [String: UnsafeRawBufferPointer] = [:]
  /// Bytes from which on that is worth the while.
  private static let releasedSize = 1 << 20

  /// - Parameter contents: must stay valid while the archive is used.
  init(_ contents: FileContents, file: String) throws(MACEError) {
    let bytes = contents.bytes
    let archive = try ZipArchive(bytes, file: file)
    self.contents = contents
    members = archive
    self.file = file
    budget = bytes.count + (1 << 20)
    let pickles = archive.members.map(\.name).filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
    let compiled = archive.members.contains {
      $0.name.hasSuffix("/constants.pkl") || $0.name.contains("/code/")
    }
    guard !compiled else {
      throw MACEError(
        .unsupported,
        "\(file) is a compiled (TorchScript) model, as *_compiled.model and *-lammps.pt files are; "
          + "use the uncompiled .model file from which it was made")
    }
    guard pickles.count == 1, let pickle = pickles.first else {
      throw MACEError(.format, "\(file): the archive holds no data.pkl; it was not written by torch.save")
    }
    prefix = String(pickle.dropLast("data.pkl".count))
    if archive.contains(prefix + "byteorder") {
      let order = String(decoding: try archive.read(prefix + "byteorder"), as: UTF8.self)
      guard order == "little" else {
        throw MACEError(
          .unsupported,
          "\(file): the numbers are stored in byte order '\(shortened(order))'; save the model on a "
            + "little-endian machine")
      }
    }
    (heap, root) = try PickleInterpreter.load(try archive.read(pickle), file: file)
  }

  private func data(_ storage: TorchStorage) throws(MACEError) -> UnsafeRawBufferPointer {
    if let known = verified[storage.key] { return known }
    if let known = released.removeValue(forKey: storage.key) { try contents.restore(known, file: file) }
    let bytes = try members.read(prefix + "data/" + storage.key)
    verified[storage.key] = bytes
    return bytes
  }

  /// The numbers of a tensor, contiguous and row-major.
  func materialize(_ tensor: TorchTensor, name: String) throws(MACEError) -> Tensor {
    let count = try elementCount(tensor, name: name)
    guard count <= budget else {
      throw MACEError(
        .format, "\(file): the tensors claim more numbers than the file can hold (at \(name)); damaged")
    }
    budget -= count
    let element = try element(tensor.scalar, name: name)
    var values: [Double] = []
    if count > 0 {
      let bytes = try data(tensor.storage)
      guard tensor.storage.count <= bytes.count / tensor.storage.scalar.size else {
        throw MACEError(
          .format,
          "\(file): \(name): its storage '\(shortened(tensor.storage.key))' has \(bytes.count) bytes, too "
            + "few for \(tensor.storage.count) numbers; the file is damaged")
      }
      let limit = tensor.storage.count * tensor.storage.scalar.size / tensor.scalar.size
      try checkExtent(tensor, limit: limit, name: name)
      let indices = Self.isContiguous(tensor) ? nil : Self.indices(tensor, count: count)
      values = Self.convert(bytes, tensor, count: count, indices: indices)
      if bytes.count >= Self.releasedSize, contents.release(bytes) {
        released[tensor.storage.key] = bytes
        verified[tensor.storage.key] = nil
      }
    }
    return Tensor(element: element, shape: tensor.size, values: values, isParameter: tensor.isParameter)
  }

  private func elementCount(_ tensor: TorchTensor, name: String) throws(MACEError) -> Int {
    if tensor.size.contains(0) { return 0 }
    var count = 1
    for size in tensor.size {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow else {
        throw MACEError(
          .format, "\(file): \(name): the shape \(tensor.size) is impossible; the file is damaged")
      }
      count = product
    }
    return count
  }

  private func checkExtent(_ tensor: TorchTensor, limit: Int, name: String) throws(MACEError) {
    var last = tensor.offset
    for (size, stride) in zip(tensor.size, tensor.stride) {
      let (step, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflow2) = last.addingReportingOverflow(step)
      guard !overflow, !overflow2 else {
        last = .max
        break
      }
      last = sum
    }
    guard last < limit else {
      throw MACEError(
        .format,
        "\(file): \(name): shape \(tensor.size) at offset \(tensor.offset) reaches beyond its storage of "
          + "\(limit) numbers; the file is damaged")
    }
  }

  private func element(_ scalar: TorchScalar, name: String) throws(MACEError) -> Tensor.Element {
    switch scalar {
    case .double: return .float64
    case .float: return .float32
    case .half, .bfloat16: return .float32  // widened exactly
    case .long: return .int64
    case .int: return .int32
    case .short, .char, .byte: return .int32
    case .bool: return .bool
    case .untyped:
      throw MACEError(.format, "\(file): \(name): a tensor without number type; the file is damaged")
    }
  }

  private static func isContiguous(_ tensor: TorchTensor) -> Bool {
    var expected = 1
    for (size, stride) in zip(tensor.size, tensor.stride).reversed() {
      if size != 1 && stride != expected { return false }
      expected *= size
    }
    return true
  }

  /// Position in the storage of every element, row-major. The extent was checked before.
  private static func indices(_ tensor: TorchTensor, count: Int) -> [Int] {
    var result = [Int](repeating: 0, count: count)
    var index = [Int](repeating: 0, count: tensor.size.count)
    var position = tensor.offset
    for i in 0..<count {
      result[i] = position
      var axis = tensor.size.count - 1
      while axis >= 0 {
        index[axis] += 1
        position += tensor.stride[axis]
        if index[axis] < tensor.size[axis] { break }
        position -= tensor.stride[axis] * tensor.size[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return result
  }

  private static func convert(
    _ bytes: UnsafeRawBufferPointer, _ tensor: TorchTensor, count: Int, indices: [Int]?
  ) -> [Double] {
    let offset = tensor.offset
    switch tensor.scalar {
    case .double: return gather(bytes, UInt64.self, offset, count, indices) { Double(bitPattern: $0) }
    case .float: return gather(bytes, UInt32.self, offset, count, indices) { Double(Float(bitPattern: $0)) }
    case .half: return gather(bytes, UInt16.self, offset, count, indices) { Number.half($0) }
    case .bfloat16:
      return gather(bytes, UInt16.self, offset, count, indices) {
        Double(Float(bitPattern: UInt32($0) << 16))
      }
    case .long: return gather(bytes, Int64.self, offset, count, indices) { Double($0) }
    case .int: return gather(bytes, Int32.self, offset, count, indices) { Double($0) }
    case .short: return gather(bytes, Int16.self, offset, count, indices) { Double($0) }
    case .char: return gather(bytes, Int8.self, offset, count, indices) { Double($0) }
    case .byte: return gather(bytes, UInt8.self, offset, count, indices) { Double($0) }
    case .bool, .untyped: return gather(bytes, UInt8.self, offset, count, indices) { $0 == 0 ? 0 : 1 }
    }
  }

  @inline(__always)
  private static func gather<T: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _: T.Type, _ offset: Int, _ count: Int, _ indices: [Int]?,
    _ convert: (T) -> Double
  ) -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { out, filled in
      let size = MemoryLayout<T>.size
      if let indices {
        for i in 0..<count {
          let word = bytes.loadUnaligned(fromByteOffset: indices[i] * size, as: T.self)
          out[i] = convert(T(littleEndian: word))
        }
      } else {
        for i in 0..<count {
          let word = bytes.loadUnaligned(fromByteOffset: (offset + i) * size, as: T.self)
          out[i] = convert(T(littleEndian: word))
        }
      }
      filled = count
    }
  }
}
