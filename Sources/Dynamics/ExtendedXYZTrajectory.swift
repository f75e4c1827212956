import Atomistics
import Diagnostics
import ExtendedXYZ

/// A trajectory as extended XYZ, compressed if its name ends in .gz or .xz: unwrapped positions (Å), velocities
/// (Å/fs), forces (eV/Å), energy (eV), step and time (fs), under the keys that `mace analyze` reads.
public final class ExtendedXYZTrajectory: RunOutput, Trajectory {
  public let path: String
  private let writer: ExtendedXYZWriter

  public init(path: String) throws(MACEError) {
    self.path = path
    writer = try ExtendedXYZWriter(path: path)
  }

  public init(continuing output: Restart.Output) throws(MACEError) {
    path = output.path
    writer = try ExtendedXYZWriter(
      path: output.path, continuingAt: output.bytes, frameCount: output.frames)
  }

  public var frameCount: Int { writer.frameCount }

  public func write(_ state: DynamicsState, time: Double) throws(MACEError) {
    try writer.write(Self.frame(state, time: time))
    try writer.flush()
  }

  /// The state with the model's results under the keys of `mace evaluate`.
  static func frame(_ state: DynamicsState, time: Double) -> Frame {
    var frame = Frame(structure: state.structure)
    frame.info["step"] = .int(state.step)
    frame.info["time"] = .real(time)
    frame.info["unwrapped"] = .bool(true)
    frame.info["MACE_energy"] = .real(state.potentialEnergy)
    frame.arrays = [
      Column(name: "velocities", vectors: state.velocities),
      Column(name: "MACE_forces", vectors: state.evaluation.forces),
    ]
    if !state.evaluation.deviations.isEmpty {
      frame.arrays.append(
        Column(name: "MACE_force_deviation", width: 1, values: .reals(state.evaluation.deviations)))
    }
    return frame
  }

  public func checkpoint() throws(MACEError) -> Int { try writer.checkpoint() }

  public func close() throws(MACEError) { try writer.close() }
}
