import Checkpoint
import Diagnostics
import ExtendedXYZ
import MACE
import Training

/// `mace select`: frames of a large set, for replay in fine-tuning.
public struct SelectionJob {
  private let options: SelectionOptions
  private let console: Console

  public init(_ options: SelectionOptions, console: Console) {
    self.options = options
    self.console = console
  }

  /// - Throws: what selecting, reading and writing throw.
  public func run() throws(MACEError) {
    var selection = options.selection
    if !options.fineTuning.isEmpty {
      selection.elements = []
      for path in options.fineTuning {
        var reader = try ExtendedXYZReader(path: path)
        while let frame = try reader.next() { selection.elements.formUnion(frame.structure.atomicNumbers) }
      }
    }
    var foundation: Foundation?
    if selection.method == .fps, let path = options.model {
      let potential = try Potential(try MACEModel(contentsOf: path), precision: options.precision)
      // Descriptors do not depend on the head.
      foundation = try Foundation(potential)
    }
    var progress = ProgressMeter(console, total: nil)
    let result: FrameSelection.Result
    do throws(MACEError) {
      result = try selection.select(from: options.configurations, foundation: foundation) {
        progress.advance(atoms: $0)
      }
      progress.finish()
    } catch {
      progress.finish()
      throw error
    }
    try write(Set(result.indices))
    if result.padding > 0 {
      console.warn("\(result.padding) of the frames are random ones that do not pass the filter")
    }
    try console.output(
      "\(options.output): \(result.indices.count) of \(result.frameCount) frames (\(result.passing) pass the filter)\n")
  }

  /// "out.xyz": "out_combined.xyz", also before .gz and .xz.
  private var combinedPath: String {
    for ending in [".extxyz", ".xyz"] {
      for packed in ["", ".gz", ".xz"] where options.output.hasSuffix(ending + packed) {
        return options.output.dropLast(ending.count + packed.count) + "_combined" + ending + packed
      }
    }
    return options.output + "_combined"
  }

  private func write(_ chosen: Set<Int>) throws(MACEError) {
    let inputs = [options.configurations] + options.fineTuning
    var files: [OutputFrames] = []
    do throws(MACEError) {
      files.append(try OutputFrames(options.output, inputs: inputs))
      if !options.fineTuning.isEmpty { files.append(try OutputFrames(combinedPath, inputs: inputs)) }
      var reader = try ExtendedXYZReader(path: options.configurations)
      while let frame = try reader.next() {
        guard chosen.contains(reader.frameCount - 1) else { continue }
        let frame = marked(frame, pretrained: true)
        for file in files { try file.write(frame) }
      }
      for path in options.fineTuning {
        var reader = try ExtendedXYZReader(path: path)
        while let frame = try reader.next() { try files[1].write(marked(frame, pretrained: false)) }
      }
      for file in files { try file.commit() }
    } catch {
      for file in files { file.discard() }
      throw error
    }
  }

  private func marked(_ frame: Frame, pretrained: Bool) -> Frame {
    var frame = frame
    frame.info["pretrained"] = .bool(pretrained)
    frame.info["config_weight"] = .real(pretrained ? options.weight : options.fineTuningWeight)
    if let head = pretrained ? options.head : options.fineTuningHead { frame.info["head"] = .string(head) }
    return frame
  }
}
