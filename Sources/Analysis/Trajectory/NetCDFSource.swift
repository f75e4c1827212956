import Atomistics
import CNetCDF
import Diagnostics
import Glibc

/// Trajectories in AMBER's NetCDF convention: `coordinates` (Å), `time` (ps), `cell_lengths`, `cell_angles`,
/// `velocities`.
///
/// The convention has no elements: they are in a further variable `atomic_numbers` here, or are given. In
/// files that this program wrote (global attribute `program`), atoms do not jump at the border of the cell.
struct NetCDFSource: TrajectorySource {
  private let file: NetCDFFile
  private let atomicNumbers: [Int]
  private let frameCount: Int
  private let atomCount: Int
  private let velocityScale: Double
  private var frame = 0

  init(_ path: String, _ options: TrajectoryOptions) throws(MACEError) {
    file = try NetCDFFile(path)
    let shape = try file.shape(of: "coordinates")
    guard shape.count == 3, shape[2] == 3 else {
      throw MACEError(
        .format,
        "\(path): 'coordinates' is not [frame][atom][3]; this is no trajectory in AMBER's convention (a restart "
          + "file has no frames)")
    }
    guard shape[1] < Int(Int32.max) else { throw MACEError(.format, "\(path): too many atoms") }
    (frameCount, atomCount) = (shape[0], shape[1])
    if file.has("atomic_numbers") {
      atomicNumbers = try file.reals("atomic_numbers", start: [0], count: [atomCount]).map { Int($0) }
    } else if let given = options.atomicNumbers {
      atomicNumbers = given
    } else {
      throw MACEError(
        .invalidArgument,
        "\(path): NetCDF trajectories of other programs do not say which elements their atoms are; name a file "
          + "with the same atoms (--topology start.xyz)")
    }
    guard atomicNumbers.count == atomCount,
      atomicNumbers.allSatisfy({ (0...Element.maximumAtomicNumber).contains($0) })
    else {
      throw MACEError(
        .format,
        "\(path): the file has \(atomCount) atoms, but there are elements for \(atomicNumbers.count), or some "
          + "are none")
    }
    velocityScale = file.has("velocities") ? file.number("scale_factor", of: "velocities") ?? 1 : 1
  }

  mutating func next() throws(MACEError) -> TrajectoryFrame? {
    guard frame < frameCount else { return nil }
    defer { frame += 1 }
    let positions = try vectors("coordinates")
    let cell = try cell()
    var time: Double?
    if file.has("time") { time = try file.reals("time", start: [frame], count: [1])[0] * 1e3 }
    let velocities = file.has("velocities") ? try vectors("velocities").map { $0 * velocityScale } : nil
    return TrajectoryFrame(
      structure: Structure(
        atomicNumbers: atomicNumbers, positions: positions, cell: cell, pbc: cell == nil ? .none : .all),
      velocities: velocities, time: time, isUnwrapped: file.text("program") == "mace")
  }

  private func vectors(_ name: String) throws(MACEError) -> [SIMD3<Double>] {
    let values = try file.reals(name, start: [frame, 0, 0], count: [1, atomCount, 3])
    return stride(from: 0, to: values.count, by: 3).map { SIMD3(values[$0], values[$0 + 1], values[$0 + 2]) }
  }

  /// a along x, b in the xy plane; nil without cell.
  private func cell() throws(MACEError) -> Cell? {
    guard file.has("cell_lengths"), file.has("cell_angles") else { return nil }
    let lengths = try file.reals("cell_lengths", start: [frame, 0], count: [1, 3])
    let angles = try file.reals("cell_angles", start: [frame, 0], count: [1, 3])
    if lengths == [0, 0, 0] { return nil }
    // Exactly 0 for 90°, where the cosine of the rounded angle is not.
    let cosines = angles.map { $0 == 90 ? 0 : cos($0 * .pi / 180) }
    let sine = (1 - cosines[2] * cosines[2]).squareRoot()
    let c = SIMD3(cosines[1], (cosines[0] - cosines[1] * cosines[2]) / sine, 0)
    let rest = 1 - c.x * c.x - c.y * c.y
    guard lengths.allSatisfy({ $0.isFinite && $0 > 0 }), sine > 0, rest > 0 else {
      throw MACEError(.format, "\(file.path), frame \(frame + 1): its cell has no volume")
    }
    return Cell(
      SIMD3(lengths[0], 0, 0), SIMD3(lengths[1] * cosines[2], lengths[1] * sine, 0),
      lengths[2] * SIMD3(c.x, c.y, rest.squareRoot()))
  }
}
