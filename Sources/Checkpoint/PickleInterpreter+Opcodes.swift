import Diagnostics

extension PickleInterpreter {
  mutating func execute(_ opcode: UInt8) throws(MACEError) {
    if try executeScalar(opcode) { return }
    if try executeText(opcode) { return }
    if try executeContainer(opcode) { return }
    if try executeStack(opcode) { return }
    let name = Character(UnicodeScalar(opcode))
    throw MACEError(
      .format,
      "\(file): the pickle uses opcode 0x\(String(opcode, radix: 16)) "
        + "(\(name.isASCII && name.isLetter ? String(name) : "?")), which no model file needs; "
        + "the file is damaged or not a model")
  }

  private mutating func executeScalar(_ opcode: UInt8) throws(MACEError) -> Bool {
    switch opcode {
    case UInt8(ascii: "N"): try push(PickleValue.none)
    case 0x88: try push(.bool(true))
    case 0x89: try push(.bool(false))
    case UInt8(ascii: "J"): try push(.int(Int(Int32(bitPattern: try reader.uint32()))))
    case UInt8(ascii: "K"): try push(.int(Int(try reader.uint8())))
    case UInt8(ascii: "M"): try push(.int(Int(try reader.uint16())))
    case UInt8(ascii: "G"):
      let bits = UInt64(bigEndian: try reader.take(8).loadUnaligned(as: UInt64.self))
      try push(.float(Double(bitPattern: bits)))
    case UInt8(ascii: "F"):
      guard let value = Double(try line()) else { throw malformed("number") }
      try push(.float(value))
    case UInt8(ascii: "I"):
      let text = try line()
      if text == "00" || text == "01" {
        try push(.bool(text == "01"))
      } else {
        guard let value = Int(text) else { throw malformed("number") }
        try push(.int(value))
      }
    case UInt8(ascii: "L"):
      let text = try line()
      guard let value = Int(text.hasSuffix("L") ? String(text.dropLast()) : text) else {
        throw malformed("number")
      }
      try push(.int(value))
    case 0x8a: try pushLong(Int(try reader.uint8()))
    case 0x8b: try pushLong(Int(Int32(bitPattern: try reader.uint32())))
    default: return false
    }
    return true
  }

  /// A two's-complement little-endian integer of `count` bytes.
  private mutating func pushLong(_ count: Int) throws(MACEError) {
    let bytes = try reader.take(count)
    guard count <= 8 else { return try push(.opaque("an integer of \(count) bytes")) }
    var value: UInt64 = (bytes.last ?? 0) >= 0x80 ? .max : 0
    for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
    try push(.int(Int(Int64(bitPattern: value))))
  }

  private mutating func executeText(_ opcode: UInt8) throws(MACEError) -> Bool {
    switch opcode {
    case UInt8(ascii: "X"): try push(.text(try text(Int(try reader.uint32()))))
    case 0x8c: try push(.text(try text(Int(try reader.uint8()))))
    case 0x8d: try push(.text(try text(try reader.size64())))
    case UInt8(ascii: "U"): try push(.text(try text(Int(try reader.uint8()))))
    case UInt8(ascii: "T"): try push(.text(try text(Int(Int32(bitPattern: try reader.uint32())))))
    case UInt8(ascii: "V"): try push(.text(try line()))
    case UInt8(ascii: "S"):
      let quoted = try line()
      guard quoted.utf8.count >= 2, let quote = quoted.first, quote == "'" || quote == "\"",
        quoted.last == quote
      else { throw malformed("text") }
      try push(.text(String(quoted.dropFirst().dropLast())))
    case UInt8(ascii: "C"): try pushBytes(Int(try reader.uint8()))
    case UInt8(ascii: "B"): try pushBytes(Int(try reader.uint32()))
    case 0x8e, 0x96: try pushBytes(try reader.size64())
    case UInt8(ascii: "c"):
      let module = try line()
      try pushGlobal(module: module, name: try line())
    case 0x93:
      let names = try popTuple(2)
      guard let module = heap.text(names[0]), let name = heap.text(names[1]) else { throw malformed("name") }
      try pushGlobal(module: module, name: name)
    default: return false
    }
    return true
  }

  private mutating func pushBytes(_ count: Int) throws(MACEError) {
    let bytes = try reader.take(count)
    try push(count <= 4096 ? .bytes([UInt8](bytes)) : .opaque("\(count) bytes"))
  }

  private mutating func executeContainer(_ opcode: UInt8) throws(MACEError) -> Bool {
    switch opcode {
    case UInt8(ascii: "]"): try push(.list, [])
    case UInt8(ascii: "}"): try push(.dictionary, [])
    case UInt8(ascii: ")"): try push(.tuple, [])
    case 0x8f: try push(.set, [])
    case UInt8(ascii: "l"): try push(.list, try popMark())
    case UInt8(ascii: "t"): try push(.tuple, try popMark())
    case 0x91: try push(.set, try popMark())
    case UInt8(ascii: "d"):
      let items = try popMark()
      guard items.count.isMultiple(of: 2) else { throw malformed("dictionary") }
      try push(.dictionary, items)
    case 0x85: try push(.tuple, try popTuple(1))
    case 0x86: try push(.tuple, try popTuple(2))
    case 0x87: try push(.tuple, try popTuple(3))
    case UInt8(ascii: "a"):
      let items = try popTuple(1)
      try heap.extend(try top(), by: items, kind: .list)
    case UInt8(ascii: "s"):
      let items = try popTuple(2)
      try heap.extend(try top(), by: items, kind: .dictionary)
    case UInt8(ascii: "e"):
      let items = try popMark()
      try heap.extend(try top(), by: items, kind: .list)
    case UInt8(ascii: "u"):
      let items = try popMark()
      try heap.extend(try top(), by: items, kind: .dictionary)
    case 0x90:
      let items = try popMark()
      try heap.extend(try top(), by: items, kind: .set)
    default: return false
    }
    return true
  }

  private mutating func executeStack(_ opcode: UInt8) throws(MACEError) -> Bool {
    switch opcode {
    case 0x80:
      let version = try reader.uint8()
      guard version <= 5 else {
        throw MACEError(
          .unsupported, "\(file): pickle protocol \(version) is newer than the known ones (0 to 5)")
      }
    case 0x95: _ = try reader.uint64()  // a frame: only a hint for buffered readers
    case UInt8(ascii: "("):
      guard marks.count < 10_000 else {
        throw MACEError(
          .format, "\(file): the pickle is nested more than 10000 deep; this is not a MACE model")
      }
      marks.append(stack.count)
    case UInt8(ascii: "0"):
      if stack.count == marks.last { marks.removeLast() } else { _ = try pop() }
    case UInt8(ascii: "1"): _ = try popMark()
    case UInt8(ascii: "2"): try push(try top())
    case UInt8(ascii: "q"): try remember(Int(try reader.uint8()))
    case UInt8(ascii: "r"): try remember(Int(try reader.uint32()))
    case 0x94: try remember(memo.count)
    case UInt8(ascii: "p"): try remember(try memoKey())
    case UInt8(ascii: "h"): try recall(Int(try reader.uint8()))
    case UInt8(ascii: "j"): try recall(Int(try reader.uint32()))
    case UInt8(ascii: "g"): try recall(try memoKey())
    case UInt8(ascii: "Q"): try pushStorage(try pop())
    case UInt8(ascii: "R"):
      let parts = try popTuple(2)
      try push(try reduce(parts[0], parts[1]))
    case 0x81:
      let parts = try popTuple(2)
      try push(try construct(parts[0], parts[1]))
    case 0x92:
      let parts = try popTuple(3)
      guard heap.pairs(parts[2])?.isEmpty == true else { throw malformed("object with keyword arguments") }
      try push(try construct(parts[0], parts[1]))
    case UInt8(ascii: "b"):
      let state = try pop()
      try build(try top(), state)
    default: return false
    }
    return true
  }

  private mutating func memoKey() throws(MACEError) -> Int {
    guard let key = Int(try line()), key >= 0 else { throw malformed("memo key") }
    return key
  }
}
