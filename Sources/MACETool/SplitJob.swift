import Diagnostics
import ExtendedXYZ
import Glibc
import Training

/// `mace split`: a test set and nested training sets, the same frames for several files.
public struct SplitJob {
  private let options: SplitOptions
  private let console: Console

  public init(_ options: SplitOptions, console: Console) {
    self.options = options
    self.console = console
  }

  /// - Throws: `.invalidArgument` for sizes that do not fit and files that would overwrite each other, and what
  ///   reading and writing throw. Files that are complete by then stay.
  public func run() throws(MACEError) {
    guard let first = options.inputs.first else {
      throw MACEError(.invalidArgument, "there is no file to split")
    }
    if options.inputs.contains("-") {
      throw MACEError(.invalidArgument, "frames are read twice: name a file, not the standard input")
    }
    let stems = options.inputs.map(Self.stem)
    if let twice = stems.first(where: { stem in stems.count { $0.name == stem.name } > 1 }) {
      throw MACEError(
        .invalidArgument, "two input files are called '\(twice.name)': their parts would overwrite each other")
    }
    let split =
      if let path = options.indices {
        try NestedSplit(contentsOf: path)
      } else {
        try NestedSplit(
          drawingFrom: first, draw: options.frames, test: options.test, sizes: options.sizes,
          seed: options.seed)
      }
    var table = TextTable()
    table.add(["file", "frames", "atoms"])
    table.addRule()
    guard mkdir(options.directory, 0o777) == 0 || errno == EEXIST else {
      throw MACEError(.io, "\(options.directory): cannot make the directory: \(String(cString: strerror(errno)))")
    }
    for (input, stem) in zip(options.inputs, stems) {
      let application = try split.application(to: input)
      if !application.changed.isEmpty {
        console.warn(
          "\(input): \(application.changed.count) of \(split.drawn.count) frames are other structures than in the "
            + "file that was drawn from")
      }
      for (path, frames, atoms) in try write(application.parts, of: input, stem) {
        table.add([path, "\(frames)", "\(atoms)"])
      }
    }
    if let path = options.savedIndices ?? (options.indices == nil ? options.directory + "/split.json" : nil) {
      try split.write(to: path)
      console.note("mace: list of frames: \(path)\n")
    }
    try console.output(table.text)
  }

  /// "data/train.extxyz.xz": ("train", ".extxyz").
  private static func stem(_ path: String) -> (name: String, ending: String) {
    var name = path.split(separator: "/").last.map { String($0) } ?? path
    for packed in [".gz", ".xz"] where name.hasSuffix(packed) { name.removeLast(3) }
    for ending in [".extxyz", ".xyz"] where name.hasSuffix(ending) {
      return (String(name.dropLast(ending.count)), ending)
    }
    return (name, ".xyz")
  }

  private func write(
    _ parts: [NestedSplit.Part], of input: String, _ stem: (name: String, ending: String)
  ) throws(MACEError) -> [(path: String, frames: Int, atoms: Int)] {
    var files: [OutputFrames] = []
    var atoms = [Int](repeating: 0, count: parts.count)
    let paths = parts.map { "\(options.directory)/\(stem.name)_\($0.name)\(stem.ending)" }
    do throws(MACEError) {
      for path in paths { files.append(try OutputFrames(path, inputs: options.inputs)) }
      let members = parts.map { Set($0.frames) }
      var reader = try ExtendedXYZReader(path: input)
      while let frame = try reader.next() {
        for (k, file) in files.enumerated() where members[k].contains(reader.frameCount - 1) {
          try file.write(frame)
          atoms[k] += frame.structure.count
        }
      }
      for file in files { try file.commit() }
    } catch {
      for file in files { file.discard() }
      throw error
    }
    return parts.indices.map { (paths[$0], parts[$0].frames.count, atoms[$0]) }
  }
}
