/// A minimal writer and reader of stored zip archives, independent of the library's.
enum Zip {
  static func crc(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var crc: UInt32 = 0xffff_ffff
    for byte in bytes { crc = (crc >> 8) ^ table[Int((crc ^ UInt32(byte)) & 0xff)] }
    return ~crc
  }

  private static let table: [UInt32] = (0..<256).map { i in
    (0..<8).reduce(UInt32(i)) { c, _ in c & 1 == 1 ? 0xedb8_8320 ^ (c >> 1) : c >> 1 }
  }

  static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  static func number(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int {
    (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
  }

  struct Options {
    var method = 0
    var flags = 0
    var zip64 = false
    var crcError = false
  }

  static func archive(_ members: [(String, [UInt8])], _ options: Options = .init()) -> [UInt8] {
    var out: [UInt8] = []
    var directory: [UInt8] = []
    for (name, data) in members {
      let offset = out.count
      let sum = little(Int(crc(data)) ^ (options.crcError ? 1 : 0), 4)
      let sizes = little(data.count, 4)
      let head = little(20, 2) + little(options.flags, 2) + little(options.method, 2) + little(0, 4) + sum
      out +=
        [0x50, 0x4b, 3, 4] + head + sizes + sizes + little(name.utf8.count, 2) + little(0, 2) + name.utf8
        + data
      var extra: [UInt8] = []
      var fields = sizes + sizes
      var position = little(offset, 4)
      if options.zip64 {
        extra =
          little(1, 2) + little(24, 2) + little(data.count, 8) + little(data.count, 8) + little(offset, 8)
        fields = [UInt8](repeating: 0xff, count: 8)
        position = [UInt8](repeating: 0xff, count: 4)
      }
      directory += [0x50, 0x4b, 1, 2] + little(20, 2) + head + fields + little(name.utf8.count, 2)
      directory += little(extra.count, 2) + little(0, 10) + position + name.utf8 + extra
    }
    let start = out.count
    out += directory
    if options.zip64 {
      let record = out.count
      out += [0x50, 0x4b, 6, 6] + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 8)
      out +=
        little(members.count, 8) + little(members.count, 8) + little(directory.count, 8) + little(start, 8)
      out += [0x50, 0x4b, 6, 7] + little(0, 4) + little(record, 8) + little(1, 4)
      return out + [0x50, 0x4b, 5, 6] + little(0, 4) + [UInt8](repeating: 0xff, count: 12) + little(0, 2)
    }
    out += [0x50, 0x4b, 5, 6] + little(0, 4) + little(members.count, 2) + little(members.count, 2)
    return out + little(directory.count, 4) + little(start, 4) + little(0, 2)
  }

  static func members(_ bytes: [UInt8]) -> [(String, [UInt8])] {
    let end = bytes.count - 22
    var at = number(bytes, end + 16, 4)
    var result: [(String, [UInt8])] = []
    for _ in 0..<number(bytes, end + 10, 2) {
      let (size, offset) = (number(bytes, at + 20, 4), number(bytes, at + 42, 4))
      let lengths = (number(bytes, at + 28, 2), number(bytes, at + 30, 2), number(bytes, at + 32, 2))
      let name = String(decoding: bytes[at + 46..<at + 46 + lengths.0], as: UTF8.self)
      let start = offset + 30 + number(bytes, offset + 26, 2) + number(bytes, offset + 28, 2)
      result.append((name, Array(bytes[start..<start + size])))
      at += 46 + lengths.0 + lengths.1 + lengths.2
    }
    return result
  }

  /// An archive with only this pickle.
  static func pickle(_ bytes: [UInt8]) -> [UInt8] { archive([("m/data.pkl", bytes)]) }
}
