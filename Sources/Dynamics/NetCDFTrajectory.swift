import Atomistics
import CNetCDF
import Diagnostics
import Glibc

/// A trajectory in AMBER's NetCDF convention 1.0 (classic format with 64-bit offsets), single precision:
/// unwrapped positions (Å), velocities (Å/ps), cell lengths and angles, time (ps).
///
/// Cells are stored as lengths and angles, so positions are turned to the orientation that readers give such a
/// cell: a along x, b in the plane xy. Beyond the convention, the variable `atomic_numbers` names the elements and the attribute `unwrapped` says
/// that positions are.
public final class NetCDFTrajectory: Trajectory {
  public let path: String
  public private(set) var frameCount: Int
  private let file: Int32
  private let variables: [Variable: Int32]
  private var isOpen = true

  private enum Variable: String, CaseIterable {
    case time
    case coordinates
    case velocities
    case lengths = "cell_lengths"
    case angles = "cell_angles"
  }

  /// Creates or overwrites a file.
  ///
  /// - Parameter structure: tells the elements and whether there is a cell.
  /// - Throws: `.io`; `.unsupported` for cells that the convention has no form for.
  public init(path: String, for structure: Structure) throws(MACEError) {
    self.path = path
    frameCount = 0
    _ = try CellFrame(structure, path: path)
    var id: Int32 = 0
    try Self.check(nc_create(path, NC_CLOBBER | NC_64BIT_OFFSET, &id), "create", path)
    file = id
    do throws(MACEError) {
      variables = try Self.define(id, structure, path)
    } catch {
      nc_close(id)
      throw error
    }
  }

  /// Continues a file where it stood at a restart.
  ///
  /// libnetcdf cannot shorten a file. In the classic format records are the last thing in it, and bytes 4...7
  /// are their number, big-endian: both are set back before the library opens the file.
  public init(continuing output: Restart.Output) throws(MACEError) {
    path = output.path
    frameCount = output.frames
    try Self.cut(output)
    var id: Int32 = 0
    try Self.check(nc_open(path, NC_WRITE, &id), "open", path)
    file = id
    var found: [Variable: Int32] = [:]
    for variable in Variable.allCases {
      var number: Int32 = 0
      if nc_inq_varid(id, variable.rawValue, &number) == NC_NOERR { found[variable] = number }
    }
    variables = found
  }

  deinit {
    if isOpen { nc_close(file) }
  }

  public func write(_ state: DynamicsState, time: Double) throws(MACEError) {
    let frame = try CellFrame(state.structure, path: path)
    let atoms = state.count
    try put(.time, [Int(1)], [time / 1e3])
    try put(.coordinates, [1, atoms, 3], frame.turned(state.structure.positions, scale: 1))
    try put(.velocities, [1, atoms, 3], frame.turned(state.velocities, scale: 1e3))
    if variables[.lengths] != nil {
      try put(.lengths, [1, 3], frame.lengths)
      try put(.angles, [1, 3], frame.angles)
    }
    frameCount += 1
  }

  /// The library converts to the type in the file.
  private func put(_ variable: Variable, _ counts: [Int], _ values: [Double]) throws(MACEError) {
    guard let number = variables[variable] else {
      throw MACEError(.format, "\(path): the variable \(variable.rawValue) is missing; the file was replaced")
    }
    let start = [frameCount] + [Int](repeating: 0, count: counts.count - 1)
    try Self.check(nc_put_vara_double(file, number, start, counts, values), "write", path)
  }

  public func checkpoint() throws(MACEError) -> Int {
    try Self.check(nc_sync(file), "write", path)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    defer { Glibc.close(descriptor) }
    var status = stat()
    guard descriptor >= 0, fsync(descriptor) == 0, fstat(descriptor, &status) == 0 else {
      throw MACEError(.io, "\(path): cannot write: \(String(cString: strerror(errno)))")
    }
    return Int(status.st_size)
  }

  public func close() throws(MACEError) {
    guard isOpen else { return }
    isOpen = false
    try Self.check(nc_close(file), "finish writing", path)
  }

  // MARK: The file

  private static func check(_ status: Int32, _ action: String, _ path: String) throws(MACEError) {
    guard status != NC_NOERR else { return }
    throw MACEError(.io, "\(path): cannot \(action): \(String(cString: nc_strerror(status)))")
  }

  static func cut(_ output: Restart.Output) throws(MACEError) {
    let path = output.path
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    defer { Glibc.close(descriptor) }
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      throw MACEError(.io, "\(path): cannot open the file: \(String(cString: strerror(errno)))")
    }
    guard status.st_size >= output.bytes, output.bytes > 8, let frames = UInt32(exactly: output.frames) else {
      throw MACEError(
        .io,
        "\(path): the file has \(status.st_size) bytes, but \(output.bytes) at the restart; it was replaced")
    }
    let number = withUnsafeBytes(of: frames.bigEndian) { Array($0) }
    guard ftruncate(descriptor, output.bytes) == 0, pwrite(descriptor, number, 4, 4) == 4 else {
      throw MACEError(.io, "\(path): cannot write: \(String(cString: strerror(errno)))")
    }
  }

  private static func define(
    _ file: Int32, _ structure: Structure, _ path: String
  ) throws(MACEError) -> [Variable: Int32] {
    func dimension(_ name: String, _ length: Int) throws(MACEError) -> Int32 {
      var id: Int32 = 0
      try check(nc_def_dim(file, name, length, &id), "create", path)
      return id
    }
    func variable(_ name: String, _ type: Int32, _ dimensions: [Int32], _ units: String? = nil)
      throws(MACEError) -> Int32
    {
      var id: Int32 = 0
      try check(nc_def_var(file, name, type, Int32(dimensions.count), dimensions, &id), "create", path)
      if let units { try attribute("units", units, id) }
      return id
    }
    func attribute(_ name: String, _ text: String, _ owner: Int32 = NC_GLOBAL) throws(MACEError) {
      try check(nc_put_att_text(file, owner, name, text.utf8.count, text), "create", path)
    }
    var none: Int32 = 0
    nc_set_fill(file, NC_NOFILL, &none)
    let frame = try dimension("frame", NC_UNLIMITED)
    let spatial = try dimension("spatial", 3)
    let atom = try dimension("atom", structure.count)
    try attribute("Conventions", "AMBER")
    try attribute("ConventionVersion", "1.0")
    try attribute("program", "mace")
    try attribute("programVersion", "1")
    try attribute("unwrapped", "yes")
    let axes = try variable("spatial", NC_CHAR, [spatial])
    let numbers = try variable("atomic_numbers", NC_INT, [atom])
    var result: [Variable: Int32] = [:]
    result[.time] = try variable("time", NC_DOUBLE, [frame], "picosecond")
    result[.coordinates] = try variable("coordinates", NC_FLOAT, [frame, atom, spatial], "angstrom")
    result[.velocities] = try variable(
      "velocities", NC_FLOAT, [frame, atom, spatial], "angstrom/picosecond")
    var names: [(Int32, String)] = [(axes, "xyz")]
    if structure.pbc.isAny {
      let cellSpatial = try dimension("cell_spatial", 3)
      let cellAngular = try dimension("cell_angular", 3)
      let label = try dimension("label", 5)
      names.append((try variable("cell_spatial", NC_CHAR, [cellSpatial]), "abc"))
      names.append((try variable("cell_angular", NC_CHAR, [cellAngular, label]), "alphabeta gamma"))
      result[.lengths] = try variable("cell_lengths", NC_DOUBLE, [frame, cellSpatial], "angstrom")
      result[.angles] = try variable("cell_angles", NC_DOUBLE, [frame, cellAngular], "degree")
    }
    try check(nc_enddef(file), "create", path)
    for (id, text) in names { try check(nc_put_var_text(file, id, text), "write", path) }
    try check(nc_put_var_int(file, numbers, structure.atomicNumbers.map { Int32($0) }), "write", path)
    return result
  }
}
