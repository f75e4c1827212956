import Analysis
import Atomistics
import CNetCDF
import Foundation
import Testing

private let dump = """
  ITEM: TIMESTEP
  100
  ITEM: UNITS
  metal
  ITEM: TIME
  0.05
  ITEM: NUMBER OF ATOMS
  2
  ITEM: BOX BOUNDS xy xz yz pp pp pp
  -1 12 2
  0 9 -1
  0 8 0.5
  ITEM: ATOMS id element xs ys zs ix iy iz vx
  7 O 0.5 0.25 0.75 1 0 -1 0.1
  3 Ca 0 0 0 0 0 0 0.2

  """

@Test func triclinicDump() throws {
  let folder = try TemporaryFolder()
  let frame = try #require(try frames(try folder.file("a.dump", dump)).first)
  // Bounding box: xlo = −1 − min(0, 2, −1, 1) = 0, xhi = 12 − max(0, 2, −1, 1) = 10; yhi = 9 − 0.5.
  #expect(frame.structure.cell == Cell(SIMD3(10, 0, 0), SIMD3(2, 8.5, 0), SIMD3(-1, 0.5, 8)))
  #expect(frame.structure.atomicNumbers == [20, 8])
  #expect(frame.structure.positions[0] == .zero)
  // s = (1.5, 0.25, −0.25)
  #expect(frame.structure.positions[1] == SIMD3(15 + 0.5 + 0.25, 0.25 * 8.5 - 0.125, -2))
  #expect(frame.step == 100 && frame.time == 50 && frame.isUnwrapped)
}

@Test func dumpColumnsAndTypes() throws {
  let folder = try TemporaryFolder()
  let text = """
    ITEM: TIMESTEP
    5
    ITEM: NUMBER OF ATOMS
    1
    ITEM: BOX BOUNDS pp ff pp
    1 11
    0 10
    0 10
    ITEM: ATOMS id type x y z vx vy vz
    1 2 3 4 5 1e-1 0 2

    """
  let path = try folder.file("b.dump", text)
  #expect(failure { _ = try frames(path) }?.message.contains("--types") == true)
  var options = TrajectoryOptions()
  options.types = [1, 8]
  options.timestep = 0.5
  let frame = try #require(try frames(path, options).first)
  #expect(frame.structure.atomicNumbers == [8] && frame.structure.positions == [SIMD3(3, 4, 5)])
  #expect(frame.velocities == [SIMD3(0.1, 0, 2)] && frame.time == 2.5 && !frame.isUnwrapped)
  #expect(frame.structure.pbc == Periodicity(true, false, true))
}

@Test(arguments: [
  ("7 O", "8 O 1 2 3", "columns"), ("3 Ca", "7 Ca", "same id"), ("0.25", "x", "no number"),
  ("xs ys zs", "a b c", "positions"), ("id element", "od element", "'id'"), ("7 O", "7 Xx", "element"),
  ("BOX BOUNDS xy", "BOX BOUNDS abc", "box"), ("ATOMS\n2", "ATOMS\n3", "cut off"),
  ("ATOMS\n2", "ATOMS\n-2", "number"),
  ("-1 12 2", "-1 nan 2", "bounds"), ("ITEM: UNITS", "ITEM UNITS", "expected"),
])
func damagedDump(_ old: String, _ new: String, _ message: String) throws {
  let folder = try TemporaryFolder()
  let path = try folder.file("c.dump", dump.replacingOccurrences(of: old, with: new))
  let error = failure { _ = try frames(path) }
  #expect(error?.message.contains(message) == true, "\(String(describing: error))")
  #expect(error?.message.contains("frame 1") == true)
}

@Test func netCDF() throws {
  let folder = try TemporaryFolder()
  let path = folder.path + "/a.nc"
  var file: Int32 = 0
  #expect(nc_create(path, NC_CLOBBER | NC_64BIT_OFFSET, &file) == NC_NOERR)
  var (frame, atom, spatial): (Int32, Int32, Int32) = (0, 0, 0)
  nc_def_dim(file, "frame", NC_UNLIMITED, &frame)
  nc_def_dim(file, "atom", 2, &atom)
  nc_def_dim(file, "spatial", 3, &spatial)
  var (time, coordinates, lengths, angles): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
  nc_def_var(file, "time", NC_FLOAT, 1, [frame], &time)
  nc_def_var(file, "coordinates", NC_FLOAT, 3, [frame, atom, spatial], &coordinates)
  nc_def_var(file, "cell_lengths", NC_DOUBLE, 2, [frame, spatial], &lengths)
  nc_def_var(file, "cell_angles", NC_DOUBLE, 2, [frame, spatial], &angles)
  nc_enddef(file)
  for k in 0..<3 {
    nc_put_vara_double(file, time, [k], [1], [0.5 * Double(k)])
    nc_put_vara_double(file, coordinates, [k, 0, 0], [1, 2, 3], [0, 0, 0, 1, 2, Double(k)])
    nc_put_vara_double(file, lengths, [k, 0], [1, 3], [10, 11, 12])
    nc_put_vara_double(file, angles, [k, 0], [1, 3], [90, 90, 60])
  }
  #expect(nc_close(file) == NC_NOERR)
  #expect(failure { _ = try frames(path) }?.message.contains("--topology") == true)
  var options = TrajectoryOptions()
  options.atomicNumbers = [20, 8]
  options.from = 500
  let read = try frames(path, options)
  #expect(read.count == 2 && read[0].time == 500)
  #expect(
    read[1].structure.positions == [.zero, SIMD3(1, 2, 2)] && read[1].structure.atomicNumbers == [20, 8])
  let cell = try #require(read[0].structure.cell)
  #expect(cell.a == SIMD3(10, 0, 0) && abs(cell.b.x - 5.5) < 1e-12 && cell.c == SIMD3(0, 0, 12))
  options.atomicNumbers = [20]
  #expect(failure { _ = try frames(path, options) }?.message.contains("2 atoms") == true)
  let other = try folder.file("b.nc", "CDF\u{1}nonsense")
  #expect(failure { _ = try frames(other) }?.kind == .format)
}

@Test func partOfATrajectory() throws {
  let folder = try TemporaryFolder()
  let positions = (0..<10).map { [SIMD3(Double($0), 0, 0)] }
  let path = try folder.trajectory("a.xyz.gz", elements: [1], cell: nil, interval: 10, positions: positions)
  var options = TrajectoryOptions()
  options.from = 20
  options.to = 70
  options.stride = 2
  #expect(try frames(path, options).map { $0.structure.positions[0].x } == [2, 4, 6])
  options.interval = 20
  #expect(try frames(path, options).map(\.time) == [20, 60])
  let plain = try folder.file("b.xyz", "1\n\nH 0 0 0\n1\n\nO 0 0 0\n")
  options = TrajectoryOptions()
  #expect(failure { _ = try frames(plain) }?.message.contains("frame 2") == true)
  options.from = 1
  #expect(failure { _ = try frames(plain, options) }?.message.contains("--interval") == true)
}

@Test func unwrapping() throws {
  let cell = Cell(SIMD3(10, 0, 0), SIMD3(3, 9, 0), SIMD3(-2, 1, 11))
  var unwrapper = Unwrapper()
  let step = SIMD3(1.3, -0.9, 2.1)
  for k in 0..<50 {
    let position = SIMD3(0.5, 0.5, 0.5) + Double(k) * step
    let s = try #require(cell.fractional(of: position))
    let wrapped = cell.cartesian(of: s - s.rounded(.down))
    let frame = TrajectoryFrame(
      structure: Structure(atomicNumbers: [1], positions: [wrapped], cell: cell, pbc: .all))
    let result = try unwrapper.next(frame)[0]
    let start = try #require(cell.fractional(of: SIMD3(0.5, 0.5, 0.5)))
    let origin = cell.cartesian(of: start - start.rounded(.down))
    let d = result - origin - Double(k) * step
    #expect((d * d).sum() < 1e-20)
  }
  #expect(unwrapper.warning == nil)
  let far = TrajectoryFrame(
    structure: Structure(
      atomicNumbers: [1], positions: [SIMD3(4.5, 0, 0)], cell: Cell(orthorhombic: SIMD3(repeating: 10)),
      pbc: .all))
  var other = Unwrapper()
  _ = try other.next(
    TrajectoryFrame(
      structure: Structure(atomicNumbers: [1], positions: [.zero], cell: far.structure.cell, pbc: .all)))
  _ = try other.next(far)
  #expect(other.warning?.contains("45") == true)
}
