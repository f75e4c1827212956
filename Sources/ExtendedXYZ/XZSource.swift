import CLZMA
import Diagnostics

/// Decompresses an xz file of one or more streams.
final class XZSource: ByteSource {
  private let file: FileSource
  private var stream = lzma_stream()
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  private var inputEnded = false
  private var isAtEnd = false

  /// Enough for `xz -9` (65 MiB) many times over; a hostile header may ask for 4 GiB.
  private static let memoryLimit: UInt64 = 1 << 30

  init(_ file: FileSource) throws(MACEError) {
    self.file = file
    guard clzma_decoder_init(&stream, Self.memoryLimit) == LZMA_OK else {
      input.deallocate()
      throw MACEError(.memory, "\(file.name): no memory to decompress the file")
    }
  }

  deinit {
    lzma_end(&stream)
    input.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(MACEError) -> Int {
    stream.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = buffer.count
    while !isAtEnd, stream.avail_out == buffer.count {
      if stream.avail_in == 0, !inputEnded {
        stream.avail_in = try file.read(into: input)
        stream.next_in = UnsafePointer(input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        inputEnded = stream.avail_in == 0
      }
      let status = lzma_code(&stream, inputEnded ? LZMA_FINISH : LZMA_RUN)
      if status == LZMA_STREAM_END {
        isAtEnd = true
      } else if status != LZMA_OK {
        throw failure(status)
      }
    }
    return buffer.count - stream.avail_out
  }

  private func failure(_ status: lzma_ret) -> MACEError {
    let reason: String
    switch status {
    case LZMA_BUF_ERROR: reason = "it ends inside the compressed data"
    case LZMA_DATA_ERROR: reason = "the compressed data are corrupt"
    case LZMA_FORMAT_ERROR: reason = "it has no xz header"
    case LZMA_OPTIONS_ERROR: reason = "it uses an unknown xz option"
    case LZMA_MEM_ERROR, LZMA_MEMLIMIT_ERROR:
      return MACEError(.memory, "\(file.name): decompressing the file needs more than 1 GiB of memory")
    default: reason = "lzma error \(status.rawValue)"
    }
    return MACEError(.format, "\(file.name): the xz file is damaged: \(reason); copy or download it again")
  }
}
