import Diagnostics

extension PickleInterpreter {
  // MARK: Objects

  /// `NEWOBJ`: an instance of a known class, before its state.
  mutating func construct(_ callable: PickleValue, _ arguments: PickleValue) throws(MACEError) -> PickleValue
  {
    guard case .global(let name)? = heap.node(callable), heap.elements(arguments) != nil else {
      throw malformed("object")
    }
    if PickleNames.classes.contains(name) {
      return try heap.add(.object(name, arguments: arguments, state: .none))
    }
    return try reduce(callable, arguments)
  }

  /// `BUILD`: the attributes of an object. Attributes of containers, tensors and ignored values have no
  /// meaning here.
  mutating func build(_ target: PickleValue, _ state: PickleValue) throws(MACEError) {
    guard case .node(let index) = target else { throw malformed("object") }
    switch heap.nodes[index] {
    case .object(let name, let arguments, _):
      heap.replace(index, with: .object(name, arguments: arguments, state: state))
    case .container(.dictionary, _), .opaque, .tensor: break
    default: throw malformed("object")
    }
  }

  // MARK: Calls

  /// `REDUCE`: describes the result of a known function.
  mutating func reduce(_ callable: PickleValue, _ arguments: PickleValue) throws(MACEError) -> PickleValue {
    guard case .global(let name)? = heap.node(callable), let items = heap.elements(arguments) else {
      throw malformed("call")
    }
    switch name {
    case "torch.Size":
      guard items.count == 1, let sizes = heap.elements(items[0]) else { throw malformed("torch.Size") }
      return try heap.add(.tuple, sizes)
    case _ where PickleNames.classes.contains(name):
      return try heap.add(.object(name, arguments: arguments, state: .none))
    case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3":
      return try rebuildTensor(items, version3: name.hasSuffix("_v3"))
    case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
      guard let first = items.first, case .tensor(var tensor)? = heap.node(first) else {
        throw malformed(name)
      }
      tensor.isParameter = true
      return try heap.add(.tensor(tensor))
    case "torch._tensor._rebuild_from_type_v2":
      guard items.count >= 3, case .global(let inner)? = heap.node(items[0]), inner.hasPrefix("torch._utils.")
      else {
        throw malformed(name)
      }
      return try reduce(items[0], items[2])
    case "torch.fx.graph_module.reduce_graph_module": return try heap.add(.opaque("generated code"))
    case "_codecs.encode": return try encode(items)
    case "builtins.getattr": return try attribute(items)
    case "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar": return try numpyScalar(items)
    case "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct":
      return try heap.add(.object("numpy.ndarray", arguments: arguments, state: .none))
    default: return try collection(name, items)
    }
  }

  private mutating func collection(_ name: String, _ items: [PickleValue]) throws(MACEError) -> PickleValue {
    switch name {
    case "builtins.set", "builtins.frozenset", "builtins.list", "builtins.tuple":
      guard items.count <= 1 else { throw malformed(name) }
      let elements = items.first.map { heap.elements($0) } ?? []
      guard let elements else { throw malformed(name) }
      if name == "builtins.list" { return try heap.add(.list, elements) }
      return try heap.add(name == "builtins.tuple" ? .tuple : .set, elements)
    case "collections.defaultdict": return try heap.add(.dictionary, [])
    case "collections.OrderedDict", "builtins.dict":
      guard let source = items.first else { return try heap.add(.dictionary, []) }
      if let pairs = heap.pairs(source) {
        return try heap.add(.dictionary, pairs)
      }
      guard let list = heap.elements(source) else { throw malformed(name) }
      try heap.charge(2 * list.count)
      var pairs: [PickleValue] = []
      for entry in list {
        guard let pair = heap.elements(entry), pair.count == 2 else { throw malformed(name) }
        pairs.append(contentsOf: pair)
      }
      return try heap.add(.dictionary, pairs)
    case "builtins.bytearray": return try heap.add(.opaque("a bytearray"))
    default:
      throw MACEError(.unsupported, "\(file): refused: a call of \(shortened(name)); models do not need it")
    }
  }

  /// `codecs.encode(text, "latin1")`, the protocol-2 spelling of bytes.
  private mutating func encode(_ items: [PickleValue]) throws(MACEError) -> PickleValue {
    guard items.count == 2, let text = heap.text(items[0]), heap.text(items[1]) == "latin1" else {
      throw malformed("_codecs.encode")
    }
    guard text.utf8.count <= 4096 else { return try heap.add(.opaque("bytes")) }
    try heap.charge(text.utf8.count)
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      guard scalar.value <= 0xff else { throw malformed("_codecs.encode") }
      bytes.append(UInt8(scalar.value))
    }
    return try heap.add(.bytes(bytes))
  }

  /// `getattr(torch._C._VariableFunctionsClass, "tanh")`: how `torch.tanh` is pickled. Nothing else is looked
  /// up.
  private mutating func attribute(_ items: [PickleValue]) throws(MACEError) -> PickleValue {
    guard items.count == 2, let name = heap.text(items[1]) else { throw malformed("builtins.getattr") }
    guard case .global("torch._C._VariableFunctionsClass")? = heap.node(items[0]),
      ["tanh", "abs", "sigmoid", "absolute"].contains(name)
    else {
      throw MACEError(
        .unsupported,
        "\(file): refused: getattr(\(heap.describe(items[0])), '\(shortened(name))'); as "
          + "activations this library knows silu, tanh, abs and sigmoid")
    }
    return try heap.add(.global("torch." + name))
  }

  // MARK: Tensors

  /// `BINPERSID`: ("storage", class, key, location, count). The location (`cpu`, `cuda:0`, …) does not
  /// matter.
  mutating func pushStorage(_ identifier: PickleValue) throws(MACEError) {
    guard let items = heap.elements(identifier), items.count >= 5, heap.text(items[0]) == "storage",
      case .global(let name)? = heap.node(items[1]), let key = heap.text(items[2]),
      case .int(let count) = items[4],
      count >= 0
    else { throw malformed("storage") }
    let type = name.split(separator: ".").last.map(String.init) ?? ""
    guard let scalar = TorchScalar(rawValue: type) else {
      throw MACEError(.unsupported, "\(file): storages of type \(shortened(name)) are not supported")
    }
    try push(.storage(TorchStorage(scalar: scalar, key: key, count: count)))
  }

  private mutating func rebuildTensor(_ items: [PickleValue], version3: Bool) throws(MACEError) -> PickleValue
  {
    guard items.count >= 4, case .storage(let storage)? = heap.node(items[0]),
      case .int(let offset) = items[1],
      let size = integers(items[2]), let stride = integers(items[3]), size.count == stride.count, offset >= 0,
      !size.contains(where: { $0 < 0 }), !stride.contains(where: { $0 < 0 })
    else { throw malformed("tensor") }
    var scalar = storage.scalar
    if version3 {
      guard items.count >= 7, case .global(let name)? = heap.node(items[6]), name.hasPrefix("torch."),
        let type = TorchScalar(dtype: String(name.dropFirst(6)))
      else { throw malformed("tensor") }
      scalar = type
    }
    return try heap.add(
      .tensor(
        TorchTensor(
          storage: storage, scalar: scalar, offset: offset, size: size, stride: stride, isParameter: false)))
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard let items = heap.elements(value), items.count <= 16 else { return nil }
    var result: [Int] = []
    for item in items {
      guard case .int(let i) = item else { return nil }
      result.append(i)
    }
    return result
  }

  // MARK: numpy

  /// A numpy scalar (`numpy.float64(61.9)`), which older training scripts left in a model's attributes.
  private mutating func numpyScalar(_ items: [PickleValue]) throws(MACEError) -> PickleValue {
    guard items.count == 2, case .object("numpy.dtype", let arguments, let state)? = heap.node(items[0]),
      let first = heap.elements(arguments)?.first, let code = heap.text(first),
      case .bytes(let bytes)? = heap.node(items[1])
    else { throw malformed("numpy scalar") }
    if let fields = heap.elements(state), fields.count > 1, heap.text(fields[1]) == ">" {
      throw MACEError(.unsupported, "\(file): big-endian numpy values are not supported")
    }
    var bits: UInt64 = 0
    for byte in bytes.prefix(8).reversed() { bits = bits << 8 | UInt64(byte) }
    switch (code, bytes.count) {
    case ("f8", 8): return .float(Double(bitPattern: bits))
    case ("f4", 4): return .float(Double(Float(bitPattern: UInt32(bits))))
    case ("i8", 8): return .int(Int(Int64(bitPattern: bits)))
    case ("i4", 4): return .int(Int(Int32(bitPattern: UInt32(bits))))
    case ("b1", 1): return .bool(bits != 0)
    default:
      throw MACEError(.unsupported, "\(file): numpy scalars of type '\(shortened(code))' are not supported")
    }
  }
}
