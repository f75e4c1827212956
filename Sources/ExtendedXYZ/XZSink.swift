import CLZMA
import Diagnostics

/// Compresses into one xz stream.
final class XZSink: ByteSink {
  private let file: FileSink
  private var stream = lzma_stream()
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

  init(_ file: FileSink) throws(MACEError) {
    self.file = file
    guard clzma_encoder_init(&stream, 6) == LZMA_OK else {
      output.deallocate()
      throw MACEError(.memory, "\(file.name): no memory to compress the file")
    }
  }

  deinit {
    lzma_end(&stream)
    output.deallocate()
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(MACEError) {
    stream.next_in = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_in = bytes.count
    while stream.avail_in > 0 { _ = try step(LZMA_RUN) }
  }

  package func finish() throws(MACEError) {
    stream.avail_in = 0
    while try step(LZMA_FINISH) != LZMA_STREAM_END {}
    try file.finish()
  }

  private func step(_ action: lzma_action) throws(MACEError) -> lzma_ret {
    stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = output.count
    let status = lzma_code(&stream, action)
    guard status == LZMA_OK || status == LZMA_STREAM_END else {
      let kind: MACEError.Kind = status == LZMA_MEM_ERROR ? .memory : .internal
      throw MACEError(kind, "\(file.name): lzma error \(status.rawValue) while compressing")
    }
    try file.write(UnsafeRawBufferPointer(rebasing: output[..<(output.count - stream.avail_out)]))
    return status
  }
}
