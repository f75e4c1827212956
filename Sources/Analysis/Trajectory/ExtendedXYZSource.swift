import Atomistics
import Diagnostics
import ExtendedXYZ

/// Trajectories as extended XYZ: info `time_fs` (or `time`, `Time`; fs), `step`, `unwrapped`; columns `velocities`, or `momenta`.
struct ExtendedXYZSource: TrajectorySource {
  private var reader: ExtendedXYZReader

  init(_ path: String) throws(MACEError) { reader = try ExtendedXYZReader(path: path) }

  mutating func next() throws(MACEError) -> TrajectoryFrame? {
    guard let frame = try reader.next() else { return nil }
    func info(_ names: String...) -> Value? { names.lazy.compactMap { frame.info[$0] }.first }
    return TrajectoryFrame(
      structure: frame.structure, velocities: velocities(frame), time: info("time_fs", "time", "Time")?.real,
      step: info("step", "Step")?.int, isUnwrapped: info("unwrapped")?.bool ?? false)
  }

  private func velocities(_ frame: Frame) -> [SIMD3<Double>]? {
    for name in ["velocities", "velo", "vel"] {
      if let vectors = frame.column(name)?.vectors { return vectors }
    }
    guard let momenta = frame.column("momenta")?.vectors else { return nil }
    let masses = frame.column("masses")?.reals
    return momenta.indices.map { atom in
      momenta[atom] / (masses?[atom] ?? Element.mass(of: frame.structure.atomicNumbers[atom]) ?? 1)
    }
  }
}
