import Atomistics
import Diagnostics
import Dynamics
import ExtendedXYZ
import MACE

/// `mace relax`: every structure of a file to its minimum of energy.
public struct RelaxationJob {
  private let options: RelaxationOptions
  private let console: Console
  private let field: ModelForceField

  /// - Throws: for options that make no sense and models that cannot be read.
  public init(_ options: RelaxationOptions, console: Console) throws(MACEError) {
    try options.validate()
    self.options = options
    self.console = console
    field = try options.forceField.load().field
  }

  /// Relaxes all frames. The output appears when it is complete.
  ///
  /// - Throws: also when all was written but not every structure converged.
  public func run() throws(MACEError) {
    var reader = try ExtendedXYZReader(path: options.configs)
    let output = try OutputFile(options.output, inputs: [options.configs] + options.forceField.models)
    var unconverged = 0
    do throws(MACEError) {
      let writer = try ExtendedXYZWriter(path: output.writingPath)
      while let frame = try reader.next() {
        let (result, isConverged) = try relax(frame, number: reader.frameCount)
        if !isConverged { unconverged += 1 }
        try writer.write(result)
      }
      guard reader.frameCount > 0 else {
        throw MACEError(.format, "\(options.configs): there is no frame in the file")
      }
      try writer.close()
    } catch {
      output.discard()
      throw output.renaming(error)
    }
    try output.commit()
    if unconverged > 0 {
      throw MACEError(
        .geometry,
        "\(unconverged) of \(reader.frameCount) structures did not converge in \(options.stepLimit) steps; in "
          + "\(options.output) they have relax_converged=F")
    }
  }

  private func relax(_ frame: Frame, number: Int) throws(MACEError) -> (Frame, Bool) {
    do throws(MACEError) {
      var relaxation = try Relaxation(
        frame.structure, isFixed: options.fixed?.mask(of: frame.structure), relaxesCell: options.relaxesCell,
        pressure: options.pressure, field: field)
      var minimizer: any Minimizer = options.algorithm == .fire ? FIRE() : LBFGS()
      try say(
        "frame \(number), \(frame.structure.count) atoms\n" + row("step", "energy/eV", "fmax", "smax/GPa"))
      var last = 0
      let isConverged = try relaxation.run(&minimizer, options.criteria, steps: options.stepLimit) {
        (step, relaxation) throws(MACEError) in
        last = step
        if step % 10 == 0 { try say(row(step, relaxation)) }
        return true
      }
      if last % 10 != 0 { try say(row(last, relaxation)) }
      return (annotated(frame, relaxation, isConverged), isConverged)
    } catch {
      throw MACEError(error.kind, "\(options.configs), frame \(number): \(error.message)")
    }
  }

  private func annotated(_ frame: Frame, _ relaxation: Relaxation, _ isConverged: Bool) -> Frame {
    var frame = frame
    frame.structure = relaxation.structure
    frame.info["MACE_energy"] = .real(relaxation.evaluation.energy)
    if frame.structure.pbc.isAll, let volume = frame.structure.cell?.volume {
      let w = relaxation.evaluation.virial
      frame.info["MACE_stress"] = .realMatrix(
        stride(from: 0, to: 9, by: 3).map { k in w[k..<k + 3].map { -$0 / volume } })
    }
    frame.info["relax_converged"] = .bool(isConverged)
    frame.setColumn(Column(name: "MACE_forces", vectors: relaxation.evaluation.forces))
    return frame
  }

  /// The standard output belongs to the frames if they go there.
  private func say(_ text: String) throws(MACEError) {
    if options.output == "-" { console.note(text) } else { try console.output(text) }
  }

  private func row(_ step: Int, _ relaxation: Relaxation) -> String {
    row(
      "\(step)", NumberText.fixed(relaxation.energy, 6), NumberText.fixed(relaxation.largestForce, 5),
      options.relaxesCell ? NumberText.fixed(relaxation.largestStress / Units.gigapascal, 4) : "-")
  }

  private func row(_ cells: String...) -> String {
    zip(cells, [6, 16, 10, 10]).map { String(repeating: " ", count: max($1 - $0.count, 1)) + $0 }.joined()
      + "\n"
  }
}
