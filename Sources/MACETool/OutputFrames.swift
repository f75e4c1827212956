import Diagnostics
import ExtendedXYZ

/// Writes frames to a file that appears when it is complete.
struct OutputFrames {
  let file: OutputFile
  let writer: ExtendedXYZWriter

  init(_ path: String, inputs: [String]) throws(MACEError) {
    let file = try OutputFile(path, inputs: inputs)
    do {
      writer = try ExtendedXYZWriter(path: file.writingPath)
    } catch {
      throw file.renaming(error)
    }
    self.file = file
  }

  func write(_ frame: Frame) throws(MACEError) {
    do throws(MACEError) { try writer.write(frame) } catch { throw file.renaming(error) }
  }

  func commit() throws(MACEError) {
    do throws(MACEError) { try writer.close() } catch { throw file.renaming(error) }
    try file.commit()
  }

  func discard() { file.discard() }
}
