import Diagnostics
import Equivariance

/// A torch module inside a pickle's object graph: its class, attributes, parameters, buffers and submodules.
struct ModuleView {
  let archive: TorchArchive
  /// Path from the root, for messages and tensor names; empty for the root.
  let path: String
  /// Full Python name of the class.
  let className: String
  private let state: PickleValue

  init(_ value: PickleValue, path: String, in archive: TorchArchive) throws(MACEError) {
    guard case .object(let name, _, let state)? = archive.heap.node(value),
      archive.heap.lookup("_modules", in: state) != nil
    else {
      throw MACEError(
        .format,
        "\(archive.file): \(path.isEmpty ? "the model" : path) is \(archive.heap.describe(value)), "
          + "not a torch module")
    }
    self.archive = archive
    self.path = path
    self.state = state
    className = name
  }

  var file: String { archive.file }
  private var heap: PickleHeap { archive.heap }
  /// Last component of the class name.
  var kind: String { className.split(separator: ".").last.map(String.init) ?? className }

  func pathTo(_ name: String) -> String { path.isEmpty ? name : path + "." + name }

  // MARK: Errors

  func damaged(_ what: String) -> MACEError {
    MACEError(.format, "\(file): \(path.isEmpty ? "model" : path) (\(kind)): \(what); the file is damaged")
  }

  func unsupported(_ what: String) -> MACEError {
    MACEError(.unsupported, "\(file): \(path.isEmpty ? "model" : path) (\(kind)): \(what) is not supported")
  }

  func require(_ condition: Bool, _ what: @autoclosure () -> String) throws(MACEError) {
    if !condition { throw unsupported(what()) }
  }

  // MARK: Checks

  /// Attributes that torch or e3nn put on every module and that say nothing about its mathematics.
  private static let ignored: Set<String> = [
    "training", "_parameters", "_buffers", "_modules", "_non_persistent_buffers_set",
    "_is_full_backward_hook",
    "_optimize_einsums", "_profiling_str", "_prof_str", "_specialized_code", "__codegen__", "_in1_dim",
    "_in2_dim",
    "_version", "_backend",
  ]
  private static let ignoredHooks: Set<String> = [
    "_backward_pre_hooks", "_backward_hooks", "_forward_hooks_with_kwargs", "_forward_hooks_always_called",
    "_forward_pre_hooks_with_kwargs", "_state_dict_hooks", "_state_dict_pre_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_post_hooks",
  ]

  /// Refuses by name every attribute, tensor and submodule that is not listed.
  func allow(
    attributes: Set<String> = [], tensors: Set<String> = [], modules: Set<String> = []
  ) throws(MACEError) {
    let pairs = heap.pairs(state) ?? []
    for i in stride(from: 0, to: pairs.count, by: 2) {
      guard let name = heap.text(pairs[i]) else { throw damaged("an attribute without a name") }
      if Self.ignored.contains(name) || Self.ignoredHooks.contains(name) || attributes.contains(name) {
        continue
      }
      if name == "_forward_hooks" || name == "_forward_pre_hooks" {
        guard heap.pairs(pairs[i + 1])?.isEmpty == true else { throw unsupported("a hook in '\(name)'") }
        continue
      }
      throw unsupported("the option '\(shortened(name))' = \(heap.describe(pairs[i + 1]))")
    }
    for (group, known) in [("_parameters", tensors), ("_buffers", tensors), ("_modules", modules)] {
      for (name, value) in try entries(group) where !known.contains(name) && value != .none {
        throw unsupported("the \(group == "_modules" ? "component" : "tensor") '\(shortened(name))'")
      }
    }
  }

  private func entries(_ group: String) throws(MACEError) -> [(String, PickleValue)] {
    guard let dictionary = heap.lookup(group, in: state), let pairs = heap.pairs(dictionary) else {
      throw damaged("'\(group)' is missing")
    }
    var result: [(String, PickleValue)] = []
    for i in stride(from: 0, to: pairs.count, by: 2) {
      guard let name = heap.text(pairs[i]) else { throw damaged("an entry of '\(group)' has no name") }
      result.append((name, pairs[i + 1]))
    }
    return result
  }

  // MARK: Attributes

  func attribute(_ name: String) -> PickleValue? { heap.lookup(name, in: state) }

  func value(_ name: String) throws(MACEError) -> PickleValue {
    guard let value = attribute(name) else { throw damaged("the attribute '\(name)' is missing") }
    return value
  }

  func describe(_ value: PickleValue) -> String { heap.describe(value) }

  /// A Boolean attribute; `fallback` when it is absent.
  func flag(_ name: String, default fallback: Bool) throws(MACEError) -> Bool {
    guard let value = attribute(name) else { return fallback }
    guard case .bool(let flag) = value else { throw unsupported("'\(name)' = \(describe(value))") }
    return flag
  }

  func integer(_ name: String) throws(MACEError) -> Int {
    let value = try value(name)
    if case .int(let i) = value { return i }
    if case .float(let x) = value, let i = Int(exactly: x) { return i }
    throw damaged("'\(name)' is \(describe(value)), not an integer")
  }

  func number(_ name: String) throws(MACEError) -> Double {
    let value = try value(name)
    var result = Double.nan
    if case .int(let i) = value { result = Double(i) }
    if case .float(let x) = value { result = x }
    if case .tensor(let tensor)? = heap.node(value), tensor.size.allSatisfy({ $0 == 1 }) {
      result = try archive.materialize(tensor, name: pathTo(name)).values[0]
    }
    guard result.isFinite else { throw damaged("'\(name)' is \(describe(value)), not a finite number") }
    return result
  }

  func text(_ name: String) throws(MACEError) -> String {
    let value = try value(name)
    guard let text = heap.text(value) else { throw damaged("'\(name)' is \(describe(value)), not a text") }
    return text
  }

  func list(_ name: String) throws(MACEError) -> [PickleValue] {
    let value = try value(name)
    guard let items = heap.elements(value) else {
      throw damaged("'\(name)' is \(describe(value)), not a list")
    }
    return items
  }

  func integers(_ name: String) throws(MACEError) -> [Int] {
    try integers(in: try value(name), name)
  }

  func integers(in value: PickleValue, _ name: String) throws(MACEError) -> [Int] {
    var result: [Int] = []
    for item in heap.elements(value) ?? [.none] {
      if case .int(let i) = item {
        result.append(i)
      } else if case .float(let x) = item, let i = Int(exactly: x) {
        result.append(i)
      } else {
        throw damaged("'\(name)' is \(describe(value)), not a list of integers")
      }
    }
    return result
  }

  func texts(_ name: String) throws(MACEError) -> [String] {
    var result: [String] = []
    for item in try list(name) {
      guard let text = heap.text(item) else { throw damaged("'\(name)' is not a list of texts") }
      result.append(text)
    }
    return result
  }

  /// Constructor arguments of a value of the class with this last name.
  func arguments(_ value: PickleValue, of kind: String) -> [PickleValue]? {
    guard case .object(let name, let arguments, _)? = heap.node(value), name.hasSuffix("." + kind) else {
      return nil
    }
    return heap.elements(arguments)
  }

  /// Full name of a function used as a value; nil for None.
  func function(_ value: PickleValue) throws(MACEError) -> String? {
    if value == .none { return nil }
    guard case .global(let name)? = heap.node(value) else {
      throw unsupported("\(describe(value)) as a function")
    }
    return name
  }

  // MARK: Submodules

  func hasModule(_ name: String) throws(MACEError) -> Bool {
    guard let value = try moduleValue(name) else { return false }
    return value != .none
  }

  private func moduleValue(_ name: String) throws(MACEError) -> PickleValue? {
    guard let dictionary = heap.lookup("_modules", in: state) else { throw damaged("'_modules' is missing") }
    return heap.lookup(name, in: dictionary)
  }

  func module(_ name: String, _ kinds: String...) throws(MACEError) -> ModuleView {
    guard let value = try moduleValue(name), value != .none else {
      throw damaged("the component '\(name)' is missing")
    }
    let module = try ModuleView(value, path: pathTo(name), in: archive)
    guard kinds.isEmpty || kinds.contains(module.kind) else {
      throw MACEError(
        .unsupported, "\(file): \(module.path) is a \(module.className), which is not supported there")
    }
    return module
  }

  /// The entries "0", "1", … of a `ModuleList` or `Sequential`.
  func children(_ name: String, _ kind: String = "ModuleList") throws(MACEError) -> [ModuleView] {
    let list = try module(name, kind)
    var result: [ModuleView] = []
    for (i, entry) in try list.entries("_modules").enumerated() {
      guard entry.0 == "\(i)" else { throw list.damaged("its entries are not numbered") }
      result.append(try ModuleView(entry.1, path: list.pathTo(entry.0), in: archive))
    }
    return result
  }

  /// Names of the submodules, those that are None included.
  func moduleNames() throws(MACEError) -> [String] { try entries("_modules").map(\.0) }

  // MARK: Tensors

  private func tensorReference(_ name: String) throws(MACEError) -> TorchTensor? {
    for group in ["_parameters", "_buffers"] {
      guard let dictionary = heap.lookup(group, in: state), let value = heap.lookup(name, in: dictionary),
        value != .none
      else { continue }
      guard case .tensor(var tensor)? = heap.node(value) else {
        throw damaged("'\(name)' is \(describe(value)), not a tensor")
      }
      tensor.isParameter = group == "_parameters"
      return tensor
    }
    return nil
  }

  func hasTensor(_ name: String) throws(MACEError) -> Bool { try tensorReference(name) != nil }

  /// Number of elements of a tensor that may be missing; 0 then.
  func tensorSize(_ name: String) throws(MACEError) -> [Int]? { try tensorReference(name)?.size }

  func tensor(_ name: String) throws(MACEError) -> Tensor {
    guard let reference = try tensorReference(name) else { throw damaged("the tensor '\(name)' is missing") }
    let tensor = try archive.materialize(reference, name: pathTo(name))
    for value in tensor.values where !value.isFinite {
      throw MACEError(
        .format, "\(file): \(pathTo(name)) holds a number that is not finite; train or copy it again")
    }
    return tensor
  }

  func tensor(_ name: String, shape: [Int]) throws(MACEError) -> Tensor {
    let tensor = try tensor(name)
    guard tensor.shape == shape else {
      throw damaged("'\(name)' has shape \(tensor.shape), but the architecture needs \(shape)")
    }
    return tensor
  }

  /// A buffer with exactly one number.
  func scalar(_ name: String) throws(MACEError) -> Double {
    let tensor = try tensor(name)
    guard tensor.count == 1 else { throw damaged("'\(name)' has \(tensor.count) numbers instead of one") }
    return tensor.values[0]
  }

  // MARK: Irreps

  func irreps(_ name: String) throws(MACEError) -> Irreps {
    try irreps(of: try value(name), name)
  }

  /// e3nn's `Irreps((_MulIr((8, Irrep((0, 1)))), …))`, in any nesting of argument tuples, or a plain text.
  func irreps(of value: PickleValue, _ name: String) throws(MACEError) -> Irreps {
    if let text = heap.text(value) {
      guard let irreps = Irreps(text) else { throw damaged("'\(name)' = '\(shortened(text))' are no irreps") }
      return try checked(irreps, name)
    }
    guard var terms = arguments(value, of: "Irreps") else {
      throw damaged("'\(name)' is \(describe(value)), not irreps")
    }
    if terms.count == 1, let text = heap.text(terms[0]), let irreps = Irreps(text) {
      return try checked(irreps, name)
    }
    if terms.count == 1, let inner = heap.elements(terms[0]) { terms = inner }
    var blocks: [Irreps.Block] = []
    for term in terms {
      guard let pair = nested(term, "_MulIr"), pair.count == 2, case .int(let multiplicity) = pair[0],
        let irrep = nested(pair[1], "Irrep"), irrep.count == 2, case .int(let l) = irrep[0],
        case .int(let parity) = irrep[1], multiplicity >= 0, l >= 0, abs(parity) == 1
      else { throw damaged("'\(name)' holds malformed irreps") }
      blocks.append(.init(multiplicity: multiplicity, irrep: Irrep(l: l, parity: parity)))
    }
    return try checked(Irreps(blocks), name)
  }

  /// The fields of a tuple subclass, whether pickled as `(a, b)` or as `((a, b),)`.
  private func nested(_ value: PickleValue, _ kind: String) -> [PickleValue]? {
    guard let fields = arguments(value, of: kind) ?? heap.elements(value) else { return nil }
    if fields.count == 1 { return heap.elements(fields[0]) }
    return fields
  }

  /// Limits that keep every product of dimensions far from overflow.
  private func checked(_ irreps: Irreps, _ name: String) throws(MACEError) -> Irreps {
    guard irreps.blocks.count <= 512,
      irreps.blocks.allSatisfy({ $0.multiplicity <= 1 << 16 && $0.irrep.l <= 12 })
    else { throw unsupported("'\(name)' = \(shortened(irreps.description))") }
    return irreps
  }
}
