import Analysis
import Checkpoint
import Diagnostics

/// The trajectories of an analysis, each with the name of its curve.
public struct TrajectoryInputs: Sendable {
  public struct Entry: Sendable {
    public let label: String
    public let path: String
  }

  public let entries: [Entry]
  public let options: TrajectoryOptions

  /// - Parameter labels: none, or one per path; none: the names of the files.
  /// - Throws: `.invalidArgument` for other numbers of labels, or no path.
  public init(paths: [String], labels: [String], options: TrajectoryOptions) throws(MACEError) {
    guard !paths.isEmpty else { throw MACEError(.invalidArgument, "name at least one trajectory") }
    guard labels.isEmpty || labels.count == paths.count else {
      throw MACEError(
        .invalidArgument,
        "there are \(labels.count) labels for \(paths.count) trajectories; give one for each")
    }
    let names = labels.isEmpty ? Self.names(paths) : labels
    guard Set(names.map(AnalysisFolder.fileName)).count == names.count else {
      throw MACEError(
        .invalidArgument, "two curves would have the same label or file name; give different ones (--labels)")
    }
    entries = zip(names, paths).map { Entry(label: $0, path: $1) }
    self.options = options
  }

  /// File names without folder and ending, or the whole paths where these are the same.
  private static func names(_ paths: [String]) -> [String] {
    let short = paths.map { path -> String in
      let file = path.split(separator: "/").last.map(String.init) ?? path
      return file.split(separator: ".").first.map(String.init) ?? file
    }
    return Set(short).count == paths.count ? short : paths
  }
}

extension TrajectoryInputs {
  /// For the file that says how results were made.
  var settings: [(key: String, value: JSON)] {
    var result: [(key: String, value: JSON)] = [("labels", .texts(entries.map(\.label)))]
    func add(_ name: String, _ value: Double?) {
      if let value { result.append((name, .number(value))) }
    }
    add("from (fs)", options.from)
    add("to (fs)", options.to)
    add("interval (fs)", options.interval)
    add("timestep (fs)", options.timestep)
    if options.stride != 1 { result.append(("stride", .integer(options.stride))) }
    result.append(("positions", .text(options.positions.rawValue)))
    return result
  }
}
