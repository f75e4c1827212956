import Atomistics
import Diagnostics

/// The trajectory format that belongs to the ending of a file name: ".nc" is NetCDF, others are extended XYZ.
public enum Trajectories {
  static let netCDFEnding = ".nc"

  /// A new file. - Throws: `.io`, `.unsupported`
  public static func create(_ path: String, for structure: Structure) throws(MACEError) -> any Trajectory {
    path.hasSuffix(netCDFEnding)
      ? try NetCDFTrajectory(path: path, for: structure) : try ExtendedXYZTrajectory(path: path)
  }

  /// A file as it stood at a restart. - Throws: `.io`
  public static func continuing(_ output: Restart.Output) throws(MACEError) -> any Trajectory {
    output.path.hasSuffix(netCDFEnding)
      ? try NetCDFTrajectory(continuing: output) : try ExtendedXYZTrajectory(continuing: output)
  }
}
