import Diagnostics

/// The object graph of a pickle.
struct PickleHeap {
  private(set) var nodes: [PickleNode] = []
  /// Elements of the containers, apart from the nodes so that they grow in place.
  private(set) var containers: [[PickleValue]] = []
  /// Elements that containers and copies may still take, so that a small file cannot ask for much memory.
  private var budget = 16_000_000
  let file: String

  init(file: String) {
    self.file = file
  }

  mutating func add(_ node: PickleNode) throws(MACEError) -> PickleValue {
    guard nodes.count < 2_000_000 else {
      throw MACEError(
        .format, "\(file): the pickle builds more than 2000000 objects; this is not a MACE model")
    }
    nodes.append(node)
    return .node(nodes.count - 1)
  }

  /// Accounts for `count` elements that an operation stores.
  mutating func charge(_ count: Int) throws(MACEError) {
    guard count <= budget else {
      throw MACEError(.format, "\(file): the pickle asks for too much memory; this is not a MACE model")
    }
    budget -= count
  }

  func node(_ value: PickleValue) -> PickleNode? {
    guard case .node(let index) = value else { return nil }
    return nodes[index]
  }

  mutating func replace(_ index: Int, with node: PickleNode) {
    nodes[index] = node
  }

  mutating func add(_ kind: PickleNode.Container, _ elements: [PickleValue]) throws(MACEError) -> PickleValue
  {
    try charge(elements.count)
    containers.append(elements)
    return try add(.container(kind, containers.count - 1))
  }

  /// Appends to a list, a set, or (in pairs) to a dictionary. Additions to ignored values are ignored.
  mutating func extend(
    _ value: PickleValue, by items: [PickleValue], kind: PickleNode.Container
  ) throws(MACEError) {
    try charge(items.count)
    switch node(value) {
    case .container(let found, let index)? where found == kind:
      guard kind != .dictionary || items.count.isMultiple(of: 2) else { throw misuse(kind) }
      containers[index].append(contentsOf: items)
    case .opaque?: break
    default: throw misuse(kind)
    }
  }

  private func misuse(_ kind: PickleNode.Container) -> MACEError {
    MACEError(.format, "\(file): the pickle extends as a \(kind.rawValue) what is none; the file is damaged")
  }

  // MARK: Views

  func text(_ value: PickleValue) -> String? {
    if case .text(let text)? = node(value) { return text }
    return nil
  }

  /// Elements of a list, tuple or set.
  func elements(_ value: PickleValue) -> [PickleValue]? {
    guard case .container(let kind, let index)? = node(value), kind != .dictionary else { return nil }
    return containers[index]
  }

  /// Keys and values in turn of a dictionary.
  func pairs(_ value: PickleValue) -> [PickleValue]? {
    guard case .container(.dictionary, let index)? = node(value) else { return nil }
    return containers[index]
  }

  /// The value under a string key of a dictionary.
  func lookup(_ key: String, in value: PickleValue) -> PickleValue? {
    guard let pairs = pairs(value) else { return nil }
    var i = pairs.count - 2
    while i >= 0 {
      if text(pairs[i]) == key { return pairs[i + 1] }
      i -= 2
    }
    return nil
  }

  /// What a value is, in a few words for messages.
  func describe(_ value: PickleValue) -> String {
    switch value {
    case .none: return "None"
    case .bool(let b): return b ? "True" : "False"
    case .int(let i): return "\(i)"
    case .float(let x): return "\(x)"
    case .node(let index):
      switch nodes[index] {
      case .text(let text): return "'\(shortened(text))'"
      case .bytes(let bytes): return "\(bytes.count) bytes"
      case .opaque(let what): return what
      case .container(.dictionary, let index): return "a dictionary of \(containers[index].count / 2)"
      case .container(let kind, let index): return "a \(kind.rawValue) of \(containers[index].count)"
      case .global(let name): return shortened(name)
      case .object(let name, _, _): return "a \(shortened(name))"
      case .storage: return "a storage"
      case .tensor(let tensor): return "a tensor of shape \(tensor.size)"
      }
    }
  }
}

/// At most 120 characters of text from a file, for messages.
func shortened(_ text: String) -> String {
  text.utf8.count <= 120 ? text : text.prefix(100) + "…"
}
