import Checkpoint
import Diagnostics
import ExtendedXYZ
import MACE

/// `mace evaluate`: reads frames one by one, adds what the model says and writes them.
public struct EvaluationJob {
  private let options: EvaluationOptions
  private let console: Console
  private let potential: Potential
  private let columns: [Int]
  private var calculators: HeadCalculators
  private var labels: ReferenceLabels
  public private(set) var report = ErrorReport()
  public private(set) var frameCount = 0
  private var framesWithoutStress = 0

  /// - Throws: when the model cannot be read or does not have what is asked for.
  public init(_ options: EvaluationOptions, console: Console) throws(MACEError) {
    self.options = options
    self.console = console
    labels = options.labels
    potential = try Potential(
      try MACEModel(contentsOf: options.model), precision: options.precision, radial: options.radial)
    calculators = try HeadCalculators(potential, head: options.head, threads: options.threads)
    columns = try options.descriptors?.columns(of: potential) ?? []
  }

  /// Evaluates all frames. The output appears when it is complete.
  public mutating func run() throws(MACEError) {
    var reader = try ExtendedXYZReader(path: options.configs)
    let output = try OutputFile(options.output, inputs: [options.configs, options.model])
    let writer: ExtendedXYZWriter
    do throws(MACEError) {
      writer = try ExtendedXYZWriter(path: output.writingPath)
    } catch {
      throw output.renaming(error)
    }
    var progress = ProgressMeter(console, total: try totals())
    do throws(MACEError) {
      while let frame = try reader.next() {
        let result = try evaluate(frame, number: reader.frameCount)
        try writer.write(result)
        frameCount += 1
        progress.advance(atoms: frame.structure.count)
      }
      guard frameCount > 0 else {
        throw MACEError(.format, "\(options.configs): there is no frame in the file")
      }
      try writer.close()
    } catch {
      progress.finish()
      output.discard()
      throw output.renaming(error)
    }
    progress.finish()
    try output.commit()
    try conclude()
  }

  /// Frames and atoms of a file that can be read twice, if there is somebody to tell.
  private func totals() throws(MACEError) -> (frames: Int, atoms: Int)? {
    guard console.isInteractive, OutputFile.isRegular(options.configs) else { return nil }
    var reader = try ExtendedXYZReader(path: options.configs)
    var atoms = 0
    while let frame = try reader.next() { atoms += frame.structure.count }
    return (reader.frameCount, atoms)
  }

  private mutating func evaluate(_ frame: Frame, number: Int) throws(MACEError) -> Frame {
    do {
      let calculator = try calculators.calculator(for: frame)
      let result = try calculator.evaluate(frame.structure, options.properties)
      try compare(result, frame)
      return annotated(frame, result)
    } catch {
      throw MACEError(error.kind, "\(options.configs), frame \(number): \(error.message)")
    }
  }

  /// The frame with all it had and the results.
  private mutating func annotated(_ frame: Frame, _ result: Evaluation) -> Frame {
    var frame = frame
    let prefix = options.prefix
    frame.info[prefix + "energy"] = .real(result.energy)
    frame.setColumn(Column(name: prefix + "forces", vectors: result.forces))
    if options.stress {
      // Where there is none, one of an earlier run must not stay.
      frame.info[prefix + "stress"] = result.stress.map { s in
        .realMatrix(stride(from: 0, to: s.count, by: 3).map { Array(s[$0..<$0 + 3]) })
      }
      if result.stress == nil { framesWithoutStress += 1 }
    }
    if options.nodeEnergies {
      frame.setColumn(Column(name: prefix + "node_energies", width: 1, values: .reals(result.atomicEnergies)))
    }
    if options.atomicVirials {
      frame.setColumn(Column(name: prefix + "atomic_virials", width: 9, values: .reals(result.atomicVirials)))
    }
    if let descriptors = options.descriptors {
      descriptors.write(
        result.descriptors, width: potential.descriptorWidth, columns: columns, key: prefix + "descriptors",
        to: &frame)
    }
    return frame
  }

  private mutating func compare(_ result: Evaluation, _ frame: Frame) throws(MACEError) {
    let atoms = frame.structure.count
    let energy = try labels.energy(of: frame)
    let forces = try labels.forces(of: frame)
    let stress = options.stress ? try labels.stress(of: frame) : nil
    var stressErrors: [Double]?
    if let stress, let computed = result.stress { stressErrors = zip(computed, stress).map { $0 - $1 } }
    let computedForces = result.forces.flatMap { [$0.x, $0.y, $0.z] }
    report.add(
      type: frame.info["config_type"]?.name ?? "Default",
      energyPerAtom: atoms == 0 ? nil : energy.map { (result.energy - $0) / Double(atoms) },
      forces: forces.map { zip(computedForces, $0).map { $0 - $1 } },
      stress: stressErrors, comparesStress: options.stress)
  }

  private func conclude() throws(MACEError) {
    for note in labels.notes { console.note("mace: note: \(note)\n") }
    if framesWithoutStress > 0 {
      console.warn(
        "\(framesWithoutStress) of \(frameCount) frames are not periodic in all three directions: no stress"
      )
    }
    guard !report.isEmpty else { return }
    // The standard output belongs to the frames if they go there.
    if options.output == "-" { console.note(report.text) } else { try console.output(report.text) }
  }
}
