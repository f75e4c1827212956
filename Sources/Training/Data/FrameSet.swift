import Atomistics
import Diagnostics
import ExtendedXYZ

/// The frames of one or several files, and the energies of isolated atoms that were found among them.
public struct FrameSet: Sendable {
  public internal(set) var frames: [TrainingFrame] = []
  /// E0 by atomic number, eV: of the last such frame of a file, averaged over files (as mace-torch does).
  public internal(set) var isolatedAtoms: [Int: Double] = [:]
  public internal(set) var labels: LabelTable
  /// What the user should know: keys that were not found, weights without frames.
  public internal(set) var notes: [String] = []

  /// Reads extended XYZ files, also .gz and .xz.
  ///
  /// - Throws: what the reader throws; `.format` naming file, frame and atom for labels that are not usable,
  ///   isolated atoms without energy, and files in which no frame has an energy or forces.
  public init(contentsOf paths: [String], _ options: DataOptions = DataOptions()) throws(MACEError) {
    labels = LabelTable(keys: options.keys)
    var energies: [Int: [Double]] = [:]
    for path in paths {
      for (z, energy) in try add(path, options) { energies[z, default: []].append(energy) }
    }
    isolatedAtoms = energies.mapValues { $0.reduce(0, +) / Double($0.count) }
    notes = labels.notes
    let types = Set(frames.map(\.configurationType))
    for type in options.configurationTypeWeights.keys.sorted()
    where type != "Default" && !types.contains(type) {
      notes.append("config_type_weights: no frame has the config_type '\(type)'")
    }
  }

  /// - Returns: the isolated atoms of this file.
  private mutating func add(_ path: String, _ options: DataOptions) throws(MACEError) -> [Int: Double] {
    let parser = FrameParser(options: options)
    var reader = try ExtendedXYZReader(path: path)
    var file = LabelTable.File(path: path)
    var isolated: [Int: Double] = [:]
    while let raw = try reader.next() {
      if let wanted = options.indices, !wanted.contains(reader.frameCount - 1) { continue }
      let frame = try parser.parse(raw, source: "\(path), frame \(reader.frameCount)")
      if options.takesIsolatedAtoms, FrameParser.isIsolatedAtom(raw) {
        let z = raw.structure.atomicNumbers[0]
        guard let energy = frame.labels.energy else {
          throw MACEError(
            .format,
            "\(frame.source): the isolated atom \(Element.name(of: z)) has no energy '\(options.keys.energy)'"
          )
        }
        isolated[z] = energy
        file.isolatedAtoms += 1
        if !options.keepsIsolatedAtoms { continue }
      }
      file.count(frame, raw)
      frames.append(frame)
    }
    guard file.frames + file.isolatedAtoms > 0 else {
      throw MACEError(.format, "\(path): there is no frame in the file")
    }
    labels.files.append(file)
    if file.frames > 0, file.labelled[.energy] == nil, file.labelled[.forces] == nil,
      !options.allowsUnlabelled
    {
      let found = file.otherKeys.sorted().map { "'\($0)'" }.joined(separator: ", ")
      throw MACEError(
        .format,
        "\(path): no frame has an energy '\(options.keys.energy)' or forces '\(options.keys.forces)'; name the "
          + "keys of the file with energy_key and forces_key, under heads: for the files of one head (it has "
          + "\(found.isEmpty ? "none" : found))")
    }
    return isolated
  }

  /// Atomic numbers that occur, in order.
  public var elements: [Int] { Set(frames.flatMap(\.structure.atomicNumbers)).sorted() }
}

extension LabelTable.File {
  mutating func count(_ frame: TrainingFrame, _ raw: Frame) {
    frames += 1
    atoms += frame.structure.count
    let present: [(LabelTable.Label, Bool)] = [
      (.energy, frame.labels.energy != nil), (.forces, frame.labels.forces != nil),
      (.stress, frame.labels.stress != nil), (.virials, frame.labels.virials != nil),
    ]
    for (label, isPresent) in present where isPresent { labelled[label, default: 0] += 1 }
    if otherKeys.count < 32 {
      otherKeys.formUnion(raw.info.map(\.key))
      otherKeys.formUnion(raw.arrays.map(\.name))
    }
  }
}
