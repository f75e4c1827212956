import CZlib
import Diagnostics

/// Decompresses a gzip file of one or more members.
final class GzipSource: ByteSource {
  private let file: FileSource
  private var stream = z_stream()
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  private var isAtEnd = false

  init(_ file: FileSource) throws(MACEError) {
    self.file = file
    guard czlib_inflate_gzip_init(&stream) == Z_OK else {
      input.deallocate()
      throw MACEError(.memory, "\(file.name): no memory to decompress the file")
    }
  }

  deinit {
    inflateEnd(&stream)
    input.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(MACEError) -> Int {
    let capacity = min(buffer.count, Int(Int32.max))
    stream.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(capacity)
    while !isAtEnd, Int(stream.avail_out) == capacity {
      try refill()
      let hadInput = stream.avail_in > 0
      let status = inflate(&stream, Z_NO_FLUSH)
      switch status {
      case Z_OK, Z_BUF_ERROR:
        if !hadInput { throw damaged("it ends inside the compressed data") }
      case Z_STREAM_END:
        try nextMember()
      case Z_MEM_ERROR:
        throw MACEError(.memory, "\(file.name): no memory to decompress the file")
      default:
        throw damaged(stream.msg.map { String(cString: $0) } ?? "zlib error \(status)")
      }
    }
    return capacity - Int(stream.avail_out)
  }

  private func refill() throws(MACEError) {
    guard stream.avail_in == 0 else { return }
    let count = try file.read(into: input)
    stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_in = UInt32(count)
  }

  /// Another member may follow; zero padding at the end, as tapes have it, is ignored.
  private func nextMember() throws(MACEError) {
    while true {
      try refill()
      if stream.avail_in == 0 {
        isAtEnd = true
        return
      }
      guard stream.next_in.pointee == 0 else { break }
      stream.next_in += 1
      stream.avail_in -= 1
    }
    guard inflateReset(&stream) == Z_OK else { throw damaged("zlib cannot continue") }
  }

  private func damaged(_ reason: String) -> MACEError {
    MACEError(.format, "\(file.name): the gzip file is damaged: \(reason); copy or download it again")
  }
}
