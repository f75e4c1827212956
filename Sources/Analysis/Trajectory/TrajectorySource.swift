import Diagnostics
import Glibc

/// Frames of one file, one by one.
protocol TrajectorySource {
  mutating func next() throws(MACEError) -> TrajectoryFrame?
}

enum TrajectorySources {
  /// Opens a file by its first bytes: NetCDF, LAMMPS dump, or extended XYZ.
  static func open(_ path: String, _ options: TrajectoryOptions) throws(MACEError) -> any TrajectorySource {
    if path == "-" { return try ExtendedXYZSource(path) }
    if try isNetCDF(path) { return try NetCDFSource(path, options) }
    return try isDump(path) ? try LAMMPSDumpSource(path, options) : try ExtendedXYZSource(path)
  }

  /// "CDF" (classic) or the signature of HDF5.
  private static func isNetCDF(_ path: String) throws(MACEError) -> Bool {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw MACEError(.io, "\(path): cannot open the file for reading: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var head = [UInt8](repeating: 0, count: 4)
    let count = read(descriptor, &head, 4)
    return count == 4 && (head.starts(with: Array("CDF".utf8)) || head == [0x89, 0x48, 0x44, 0x46])
  }

  private static func isDump(_ path: String) throws(MACEError) -> Bool {
    try LAMMPSDumpSource.starts(path)
  }
}
