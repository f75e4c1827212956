import Atomistics
import CNetCDF
import Diagnostics
import Dynamics
import ExtendedXYZ
import Foundation
import Testing

@Suite struct TrajectoryTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "trajectory-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func state(_ step: Int, cell: Cell? = nil) throws -> DynamicsState {
    var structure = Systems.crystal(1)
    if let cell { structure.cell = cell }
    structure.positions[1].x += Double(step)
    let velocities = structure.positions.map { $0 * 1e-3 }
    return try DynamicsState(
      structure, velocities: velocities, masses: Systems.masses(structure), field: IdealGas())
  }

  /// Frames after the mark are taken away, and what is written then is what would have been written.
  @Test(arguments: ["xyz", "xyz.gz", "xyz.xz", "nc"]) func continues(_ ending: String) throws {
    try withFolder { folder in
      func write(_ path: String, _ trajectory: any Trajectory, _ steps: Range<Int>) throws {
        for k in steps { try trajectory.write(try state(k), time: Double(k)) }
      }
      let (whole, broken) = (folder + "/whole." + ending, folder + "/broken." + ending)
      let straight = try Trajectories.create(whole, for: Systems.crystal(1))
      try write(whole, straight, 0..<3)
      _ = try straight.checkpoint()
      try write(whole, straight, 3..<6)
      try straight.close()
      let first = try Trajectories.create(broken, for: Systems.crystal(1))
      try write(broken, first, 0..<3)
      let mark = try first.mark()
      #expect(mark.frames == 3)
      try write(broken, first, 10..<15)
      try first.close()
      let second = try Trajectories.continuing(mark)
      #expect(second.frameCount == 3)
      try write(broken, second, 3..<6)
      try second.close()
      let contents = try [whole, broken].map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
      #expect(contents[0] == contents[1])
      try mark.cut()
      #expect(try Data(contentsOf: URL(fileURLWithPath: broken)).count == mark.bytes)
      if ending != "nc" { #expect(try ExtendedXYZReader.frames(path: broken).count == 3) }
      try Data([1, 2, 3]).write(to: URL(fileURLWithPath: broken))
      #expect(throws: MACEError.self) { _ = try Trajectories.continuing(mark) }
    }
  }

  @Test func extendedXYZHasEverything() throws {
    try withFolder { folder in
      let trajectory = try ExtendedXYZTrajectory(path: folder + "/t.xyz")
      try trajectory.write(try state(7), time: 3.5)
      try trajectory.close()
      let frame = try ExtendedXYZReader.frames(path: folder + "/t.xyz")[0]
      #expect(frame.structure == (try state(7).structure))
      #expect(frame.column("velocities")?.vectors == (try state(7).velocities))
      #expect(frame.column("MACE_forces")?.vectors == [SIMD3<Double>](repeating: .zero, count: 4))
      #expect(
        frame.info["step"]?.int == 0 && frame.info["time"]?.real == 3.5
          && frame.info["unwrapped"]?.bool == true)
      #expect(frame.info["MACE_energy"]?.real == 0)
    }
  }

  /// A cell in any orientation: distances and fractional coordinates survive in lengths and angles.
  @Test func netCDFTurnsTheCell() throws {
    try withFolder { folder in
      let path = folder + "/t.nc"
      let cell = Cell(SIMD3(0, 5, 0.3), SIMD3(0.2, 0.4, 6), SIMD3(7, 0.5, 0.1))
      let trajectory = try NetCDFTrajectory(path: path, for: try state(0, cell: cell).structure)
      try trajectory.write(try state(0, cell: cell), time: 250)
      try trajectory.write(try state(2, cell: cell), time: 500)
      try trajectory.close()
      var file: Int32 = 0
      #expect(nc_open(path, NC_NOWRITE, &file) == NC_NOERR)
      defer { nc_close(file) }
      func read(_ name: String, _ count: Int) -> [Double] {
        var id: Int32 = 0
        var values = [Double](repeating: .nan, count: count)
        #expect(nc_inq_varid(file, name, &id) == NC_NOERR)
        #expect(nc_get_var_double(file, id, &values) == NC_NOERR)
        return values
      }
      #expect(read("time", 2) == [0.25, 0.5])
      #expect(read("atomic_numbers", 4) == [18, 18, 18, 18])
      let (lengths, angles) = (read("cell_lengths", 6), read("cell_angles", 6).map { $0 * .pi / 180 })
      let (ca, cb, cg) = (cos(angles[0]), cos(angles[1]), cos(angles[2]))
      let sg = sin(angles[2])
      let u = (ca - cb * cg) / sg
      let standard = Cell(
        SIMD3(lengths[0], 0, 0), SIMD3(lengths[1] * cg, lengths[1] * sg, 0),
        SIMD3(lengths[2] * cb, lengths[2] * u, lengths[2] * (1 - cb * cb - u * u).squareRoot()))
      #expect(abs(standard.volume - cell.volume) < 1e-9)
      let positions = read("coordinates", 24)
      let velocities = read("velocities", 24)
      let second = try state(2, cell: cell)
      for atom in 0..<4 {
        let k = 12 + 3 * atom
        let r = SIMD3(positions[k], positions[k + 1], positions[k + 2])
        let d = standard.fractional(of: r)! - cell.fractional(of: second.structure.positions[atom])!
        #expect((d * d).sum() < 1e-12)
        let v = SIMD3(velocities[k], velocities[k + 1], velocities[k + 2]) - r
        #expect((v * v).sum() < 1e-10)
      }
      var leftHanded = try state(0).structure
      leftHanded.cell = Cell(cell.b, cell.a, cell.c)
      #expect(throws: MACEError.self) { _ = try NetCDFTrajectory(path: path, for: leftHanded) }
    }
  }
}
