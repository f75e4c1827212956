import Analysis
import ArgumentParser
import Atomistics
import Diagnostics
import ExtendedXYZ
import MACETool

extension TrajectoryOptions.Positions: ExpressibleByArgument {}

/// Trajectories and what is to be known about them, for all analyses of them.
struct TrajectoryArguments: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Extended XYZ, LAMMPS dump or AMBER NetCDF files.", valueName: "file"))
  var trajectory: [String]

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Names of the curves, one per trajectory (default: the file names).", valueName: "name"))
  var labels: [String] = []

  @Option(help: ArgumentHelp("Ignore what is earlier, for example 20ps.", valueName: "time"))
  var from: String?

  @Option(help: ArgumentHelp("Ignore what is later.", valueName: "time"))
  var to: String?

  @Option(help: ArgumentHelp("Take every n-th frame.", valueName: "n"))
  var stride = 1

  @Option(
    help: ArgumentHelp(
      "Time between frames, for example 10fs (default: what the file says).", valueName: "time"))
  var interval: String?

  @Option(
    help: ArgumentHelp("Time of one step, for files that count steps (LAMMPS dumps).", valueName: "time"))
  var timestep: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Elements of the types 1, 2, ... of LAMMPS dumps without the column element.", valueName: "symbol"))
  var types: [String] = []

  @Option(
    help: ArgumentHelp(
      "Extended XYZ whose first frame has the elements, for NetCDF files of other programs.",
      valueName: "file"))
  var topology: String?

  @Option(
    help: ArgumentHelp(
      "Whether positions are continuous in time. auto: as the file says; else displacements between frames are "
        + "taken to the nearest image.", valueName: "kind"))
  var positions = TrajectoryOptions.Positions.auto

  @Option(help: ArgumentHelp("Folder to write, made if need be.", valueName: "folder"))
  var output: String

  func inputs() throws(MACEError) -> TrajectoryInputs {
    var options = TrajectoryOptions()
    func time(_ text: String?) throws(MACEError) -> Double? {
      guard let text else { return nil }
      return try Quantity.time.value(of: text)
    }
    options.from = try time(from)
    options.to = try time(to)
    options.interval = try time(interval)
    options.timestep = try time(timestep)
    options.stride = stride
    options.positions = positions
    for symbol in types {
      guard let z = Element.atomicNumber(of: symbol) else {
        throw MACEError(.invalidArgument, "--types: '\(symbol)' is no element")
      }
      options.types.append(z)
    }
    if let topology {
      var reader = try ExtendedXYZReader(path: topology)
      guard let frame = try reader.next() else {
        throw MACEError(.format, "\(topology): there is no frame in the file")
      }
      options.atomicNumbers = frame.structure.atomicNumbers
    }
    return try TrajectoryInputs(paths: trajectory, labels: labels, options: options)
  }
}

/// "2ps..10ps"
struct TimeWindow: ExpressibleByArgument {
  let from: String
  let to: String

  init?(argument: String) {
    guard let dots = argument.firstRange(of: "..") else { return nil }
    from = String(argument[..<dots.lowerBound])
    to = String(argument[dots.upperBound...])
  }

  func range() throws(MACEError) -> ClosedRange<Double> {
    let (lower, upper) = (try Quantity.time.value(of: from), try Quantity.time.value(of: to))
    guard lower < upper else { throw MACEError(.invalidArgument, "the window \(from)..\(to) is empty") }
    return lower...upper
  }
}
