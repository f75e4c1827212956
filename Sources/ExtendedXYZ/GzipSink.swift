import CZlib
import Diagnostics

/// Compresses into one gzip member.
final class GzipSink: ByteSink {
  private let file: FileSink
  private var stream = z_stream()
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

  init(_ file: FileSink) throws(MACEError) {
    self.file = file
    guard czlib_deflate_gzip_init(&stream, Z_DEFAULT_COMPRESSION) == Z_OK else {
      output.deallocate()
      throw MACEError(.memory, "\(file.name): no memory to compress the file")
    }
  }

  deinit {
    deflateEnd(&stream)
    output.deallocate()
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(MACEError) {
    var rest = bytes
    while !rest.isEmpty {
      // zlib counts with 32 bits and does not write to its input.
      let count = min(rest.count, 1 << 30)
      stream.next_in = UnsafeMutablePointer(mutating: rest.baseAddress?.assumingMemoryBound(to: UInt8.self))
      stream.avail_in = UInt32(count)
      while stream.avail_in > 0 { _ = try step(Z_NO_FLUSH) }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  package func finish() throws(MACEError) {
    stream.avail_in = 0
    while try step(Z_FINISH) != Z_STREAM_END {}
    try file.finish()
  }

  private func step(_ flush: Int32) throws(MACEError) -> Int32 {
    stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(output.count)
    let status = deflate(&stream, flush)
    guard status == Z_OK || status == Z_STREAM_END else {
      throw MACEError(.internal, "\(file.name): zlib error \(status) while compressing")
    }
    try file.write(UnsafeRawBufferPointer(rebasing: output[..<(output.count - Int(stream.avail_out))]))
    return status
  }
}
