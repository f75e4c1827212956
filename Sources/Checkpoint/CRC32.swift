/// CRC-32 as zip archives use it (reflected polynomial 0xEDB88320), eight bytes at a time.
enum CRC32 {
  /// Table k maps a byte to its CRC followed by k zero bytes; the eight tables lie one after the other.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for i in 0..<256 {
      var c = UInt32(i)
      for _ in 0..<8 { c = (c & 1) == 1 ? 0xedb8_8320 ^ (c >> 1) : c >> 1 }
      tables[i] = c
    }
    for k in 1..<8 {
      for i in 0..<256 {
        let c = tables[(k - 1) * 256 + i]
        tables[k * 256 + i] = (c >> 8) ^ tables[Int(c & 0xff)]
      }
    }
    return tables
  }()

  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    tables.withUnsafeBufferPointer { t in
      var crc: UInt32 = 0xffff_ffff
      var i = 0
      while bytes.count - i >= 8 {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self)) ^ UInt64(crc)
        crc = t[7 * 256 + Int(word & 0xff)] ^ t[6 * 256 + Int((word >> 8) & 0xff)]
        crc ^= t[5 * 256 + Int((word >> 16) & 0xff)] ^ t[4 * 256 + Int((word >> 24) & 0xff)]
        crc ^= t[3 * 256 + Int((word >> 32) & 0xff)] ^ t[2 * 256 + Int((word >> 40) & 0xff)]
        crc ^= t[256 + Int((word >> 48) & 0xff)] ^ t[Int(word >> 56)]
        i += 8
      }
      while i < bytes.count {
        crc = (crc >> 8) ^ t[Int((crc ^ UInt32(bytes[i])) & 0xff)]
        i += 1
      }
      return ~crc
    }
  }
}
