import Diagnostics

/// Builds the object graph of a pickle (protocols 0 to 5) without executing anything.
///
/// Opcodes that build data are carried out; names are looked up in `PickleNames`; calls are described for the
/// few known constructors and refused for everything else.
struct PickleInterpreter {
  var reader: ByteReader
  var heap: PickleHeap
  var stack: [PickleValue] = []
  /// Stack heights at the open marks.
  var marks: [Int] = []
  var memo: [Int: PickleValue] = [:]
  let file: String

  init(_ bytes: UnsafeRawBufferPointer, file: String) {
    reader = ByteReader(bytes, subject: "\(file): the pickle")
    heap = PickleHeap(file: file)
    self.file = file
  }

  /// Interprets the whole pickle.
  /// - Returns: the graph and its root.
  static func load(
    _ bytes: UnsafeRawBufferPointer, file: String
  ) throws(MACEError) -> (heap: PickleHeap, root: PickleValue) {
    guard bytes.count <= 1 << 28 else {
      throw MACEError(.format, "\(file): a pickle of \(bytes.count) bytes is not a MACE model")
    }
    var interpreter = PickleInterpreter(bytes, file: file)
    while true {
      let opcode = try interpreter.reader.uint8()
      if opcode == UInt8(ascii: ".") { break }
      try interpreter.execute(opcode)
    }
    return (interpreter.heap, try interpreter.pop())
  }

  // MARK: Stack

  mutating func push(_ value: PickleValue) throws(MACEError) {
    guard stack.count < 4_000_000 else {
      throw MACEError(.format, "\(file): the pickle's stack grows too large; this is not a MACE model")
    }
    stack.append(value)
  }

  mutating func push(_ node: PickleNode) throws(MACEError) {
    try push(try heap.add(node))
  }

  mutating func push(_ kind: PickleNode.Container, _ elements: [PickleValue]) throws(MACEError) {
    try push(try heap.add(kind, elements))
  }

  mutating func pop() throws(MACEError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else { throw underflow }
    return value
  }

  func top() throws(MACEError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else { throw underflow }
    return value
  }

  /// The values above the last mark, which is removed.
  mutating func popMark() throws(MACEError) -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else { throw underflow }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  mutating func popTuple(_ count: Int) throws(MACEError) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw underflow }
    let values = Array(stack.suffix(count))
    stack.removeLast(count)
    return values
  }

  private var underflow: MACEError {
    MACEError(.format, "\(file): the pickle takes more values than it made; the file is damaged")
  }

  // MARK: Memo

  mutating func remember(_ key: Int) throws(MACEError) {
    memo[key] = try top()
  }

  mutating func recall(_ key: Int) throws(MACEError) {
    guard let value = memo[key] else {
      throw MACEError(
        .format, "\(file): the pickle recalls a value \(key) that it never made; the file is damaged")
    }
    try push(value)
  }

  // MARK: Text

  mutating func text(_ count: Int) throws(MACEError) -> String {
    guard let text = String(validating: try reader.take(count), as: UTF8.self) else {
      throw MACEError(.format, "\(file): a text in the pickle is not UTF-8; the file is damaged")
    }
    return text
  }

  mutating func line() throws(MACEError) -> String {
    guard let text = String(validating: try reader.line(), as: UTF8.self) else {
      throw MACEError(.format, "\(file): a line of the pickle is not UTF-8; the file is damaged")
    }
    return text
  }

  mutating func pushGlobal(module: String, name: String) throws(MACEError) {
    let full = PickleNames.canonical(module: module, name: name)
    guard PickleNames.isKnown(full) else { throw PickleNames.refusal(full, file: file) }
    try push(.global(full))
  }

  func malformed(_ what: String) -> MACEError {
    MACEError(.format, "\(file): the pickle holds a malformed \(what); the file is damaged")
  }
}
