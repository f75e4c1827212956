import Diagnostics

/// The directory of a zip archive whose members are stored without compression, as `torch.save` writes it.
///
/// Read from the central directory (zip64 included). Members that overlap, repeat a name, lie outside the
/// file, are compressed or encrypted are refused; a member's CRC-32 is verified when it is read.
struct ZipArchive {
  struct Member {
    var name: String
    /// Where the data lie in the file.
    var data: Range<Int>
    var crc: UInt32
  }

  private let bytes: UnsafeRawBufferPointer
  private let file: String
  private(set) var members: [Member] = []
  private var indices: [String: Int] = [:]

  init(_ bytes: UnsafeRawBufferPointer, file: String) throws(MACEError) {
    self.bytes = bytes
    self.file = file
    let directory = try Self.locateDirectory(bytes, file: file)
    var reader = ByteReader(bytes, at: directory.offset, subject: "\(file): the archive's directory")
    var extents: [Range<Int>] = []
    for _ in 0..<directory.count {
      let entry = try Self.readEntry(&reader, file: file)
      let member = try Self.locate(entry, in: bytes, before: directory.offset, file: file)
      guard indices.updateValue(members.count, forKey: member.name) == nil else {
        throw MACEError(
          .format, "\(file): the archive holds two members named '\(member.name)'; it is damaged")
      }
      members.append(member)
      extents.append(entry.offset..<member.data.upperBound)
    }
    guard reader.position == directory.offset + directory.size else {
      throw MACEError(.format, "\(file): the archive's directory has a wrong length; the file is damaged")
    }
    extents.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    for (a, b) in zip(extents, extents.dropFirst()) where a.upperBound > b.lowerBound {
      throw MACEError(.format, "\(file): members of the archive overlap; the file is damaged or malicious")
    }
  }

  func contains(_ name: String) -> Bool { indices[name] != nil }

  /// The verified bytes of a member.
  func read(_ name: String) throws(MACEError) -> UnsafeRawBufferPointer {
    guard let index = indices[name] else {
      throw MACEError(.format, "\(file): the archive has no member '\(name)'; the file is incomplete")
    }
    let member = members[index]
    let data = UnsafeRawBufferPointer(rebasing: bytes[member.data])
    guard CRC32.checksum(data) == member.crc else {
      throw MACEError(
        .format, "\(file): the checksum of '\(name)' is wrong; the file is damaged, copy it again")
    }
    return data
  }

  // MARK: Directory

  private struct Entry {
    var name: String
    var crc: UInt32
    var size: Int
    var offset: Int
  }

  private static func locateDirectory(
    _ bytes: UnsafeRawBufferPointer, file: String
  ) throws(MACEError) -> (offset: Int, size: Int, count: Int) {
    let end = try findEnd(bytes, file: file)
    var reader = ByteReader(bytes, at: end + 4, subject: "\(file): the archive's end record")
    let disks = (try reader.uint16(), try reader.uint16())
    let counts = (try reader.uint16(), try reader.uint16())
    var size = Int(try reader.uint32())
    var offset = Int(try reader.uint32())
    var count = Int(counts.1)
    var limit = end
    if let wide = try zip64End(bytes, before: end, file: file) {
      (offset, size, count, limit) = wide
    } else if disks != (0, 0) || counts.0 != counts.1 {
      throw MACEError(.format, "\(file): an archive in several parts cannot be read")
    }
    let (sum, overflow) = offset.addingReportingOverflow(size)
    guard !overflow, offset >= 0, size >= 0, sum <= limit, count >= 0, count <= size / 46 else {
      throw MACEError(.format, "\(file): the archive's directory lies outside the file; it is damaged")
    }
    return (offset, size, count)
  }

  /// Offset of the end-of-central-directory record: the last one whose comment reaches exactly to the end.
  private static func findEnd(_ bytes: UnsafeRawBufferPointer, file: String) throws(MACEError) -> Int {
    var at = bytes.count - 22
    let lowest = max(0, bytes.count - 22 - 0xffff)
    while at >= lowest, at >= 0 {
      if UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)) == 0x0605_4b50 {
        let comment = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 20, as: UInt16.self))
        if at + 22 + Int(comment) == bytes.count { return at }
      }
      at -= 1
    }
    throw MACEError(
      .format, "\(file): the archive has no directory; the file is truncated, copy or download it again")
  }

  private static func zip64End(
    _ bytes: UnsafeRawBufferPointer, before end: Int, file: String
  ) throws(MACEError) -> (Int, Int, Int, Int)? {
    guard end >= 20 else { return nil }
    var locator = ByteReader(bytes, at: end - 20, subject: "\(file): the archive's zip64 locator")
    guard try locator.uint32() == 0x0706_4b50 else { return nil }
    _ = try locator.uint32()
    let start = try locator.size64()
    guard start <= end - 20 else {
      throw MACEError(.format, "\(file): the archive's zip64 record lies outside the file; it is damaged")
    }
    var record = ByteReader(bytes, at: start, subject: "\(file): the archive's zip64 record")
    guard try record.uint32() == 0x0606_4b50 else {
      throw MACEError(.format, "\(file): the archive's zip64 record is missing; the file is damaged")
    }
    _ = try record.take(20)  // record size, versions, disk numbers
    let first = try record.size64()
    let count = try record.size64()
    guard first == count else {
      throw MACEError(.format, "\(file): an archive in several parts cannot be read")
    }
    let size = try record.size64()
    let offset = try record.size64()
    return (offset, size, count, start)
  }

  private static func readEntry(_ reader: inout ByteReader, file: String) throws(MACEError) -> Entry {
    guard try reader.uint32() == 0x0201_4b50 else {
      throw MACEError(.format, "\(file): an entry of the archive's directory is damaged")
    }
    _ = try reader.take(4)  // versions
    let flags = try reader.uint16()
    let method = try reader.uint16()
    _ = try reader.take(4)  // time and date
    let crc = try reader.uint32()
    let stored = Int(try reader.uint32())
    let size = Int(try reader.uint32())
    let lengths = (Int(try reader.uint16()), Int(try reader.uint16()), Int(try reader.uint16()))
    _ = try reader.take(8)  // disk, attributes
    let offset = Int(try reader.uint32())
    let nameBytes = try reader.take(lengths.0)
    guard let name = String(validating: nameBytes, as: UTF8.self) else {
      throw MACEError(.format, "\(file): a member's name in the archive is not UTF-8; the file is damaged")
    }
    let extra = try reader.take(lengths.1)
    _ = try reader.take(lengths.2)
    guard flags & 0x41 == 0 else {
      throw MACEError(
        .unsupported, "\(file): member '\(name)' is encrypted; save the model without a password")
    }
    guard method == 0 else {
      throw MACEError(
        .unsupported,
        "\(file): member '\(name)' is compressed (zip method \(method)); model files are stored "
          + "without compression: use the file as torch.save wrote it, or repack it with 'zip -0'")
    }
    let wide = try zip64Sizes(extra, size: size, stored: stored, offset: offset, file: file)
    guard wide.size == wide.stored else {
      throw MACEError(.format, "\(file): the sizes of member '\(name)' disagree; the file is damaged")
    }
    return Entry(name: name, crc: crc, size: wide.size, offset: wide.offset)
  }

  /// Replaces the 32-bit fields that are all ones by those of the zip64 extra field.
  private static func zip64Sizes(
    _ extra: UnsafeRawBufferPointer, size: Int, stored: Int, offset: Int, file: String
  ) throws(MACEError) -> (size: Int, stored: Int, offset: Int) {
    let full = 0xffff_ffff
    guard size == full || stored == full || offset == full else { return (size, stored, offset) }
    var result = (size: size, stored: stored, offset: offset)
    var reader = ByteReader(extra, subject: "\(file): an extra field of the archive")
    while reader.remaining >= 4 {
      let id = try reader.uint16()
      let length = Int(try reader.uint16())
      let field = try reader.take(length)
      guard id == 1 else { continue }
      var wide = ByteReader(field, subject: "\(file): a zip64 field of the archive")
      if size == full { result.size = try wide.size64() }
      if stored == full { result.stored = try wide.size64() }
      if offset == full { result.offset = try wide.size64() }
      return result
    }
    return result
  }

  private static func locate(
    _ entry: Entry, in bytes: UnsafeRawBufferPointer, before limit: Int, file: String
  ) throws(MACEError) -> Member {
    var header = ByteReader(bytes, at: entry.offset, subject: "\(file): the header of member '\(entry.name)'")
    guard entry.offset < limit, try header.uint32() == 0x0403_4b50 else {
      throw MACEError(
        .format, "\(file): member '\(entry.name)' of the archive has no header; the file is damaged")
    }
    _ = try header.take(22)
    let nameLength = Int(try header.uint16())
    let extraLength = Int(try header.uint16())
    let name = try header.take(nameLength)
    guard name.elementsEqual(entry.name.utf8) else {
      throw MACEError(
        .format, "\(file): header and directory disagree about member '\(entry.name)'; damaged file")
    }
    _ = try header.take(extraLength)
    let start = header.position
    let (end, overflow) = start.addingReportingOverflow(entry.size)
    guard !overflow, entry.size >= 0, end <= limit else {
      throw MACEError(
        .format, "\(file): member '\(entry.name)' lies outside the file; it is truncated or damaged")
    }
    return Member(name: entry.name, data: start..<end, crc: entry.crc)
  }
}
