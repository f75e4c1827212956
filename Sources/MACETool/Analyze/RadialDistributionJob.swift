import Analysis
import Checkpoint
import Diagnostics
import Plotting

/// `mace analyze rdf`
public struct RadialDistributionJob {
  public var inputs: TrajectoryInputs
  public var pairs: [AtomPair]
  /// Å.
  public var maximumRadius = 6.0
  public var binCount = 300
  public var countsImages = false
  public var blocks = 10
  /// Å.
  public var smoothing = 0.04
  public var output: String

  public init(inputs: TrajectoryInputs, pairs: [AtomPair], output: String) {
    self.inputs = inputs
    self.pairs = pairs
    self.output = output
  }

  public func run(_ console: Console) throws(MACEError) {
    guard !pairs.isEmpty else {
      throw MACEError(.invalidArgument, "rdf: name at least one pair, such as Ca-O")
    }
    guard Set(pairs.map(\.text)).count == pairs.count else {
      throw MACEError(.invalidArgument, "rdf: a pair is named twice")
    }
    var folder = try AnalysisFolder(output, console: console)
    var results: [[RadialDistributionResult]] = []
    for entry in inputs.entries { results.append(try distributions(entry)) }
    var table = ResultTable([
      "curve", "pair", "frames", "peak 1 (Å)", "g", "min 1 (Å)", "g min", "n(min 1)", "peak 2 (Å)", "g 2",
    ])
    for (place, pair) in pairs.enumerated() {
      let (a, b) = (pair.first, pair.second)
      var g = Figure(x: Axis("r / Å", from: 0, to: maximumRadius), y: Axis("g(r), \(a)–\(b)", from: 0))
      var n = Figure(
        x: Axis("r / Å", from: 0, to: maximumRadius), y: Axis("number of \(b) within r of \(a)", from: 0),
        legend: .topLeft)
      g.marks = [.horizontal(1)]
      for (curve, entry) in inputs.entries.enumerated() {
        let result = results[curve][place]
        g.series.append(Series(entry.label, x: result.r, y: result.g, yErrors: result.gErrors))
        n.series.append(Series(entry.label, x: result.coordinationRadii, y: result.coordination))
        table.add(Self.row(entry.label, pair, result))
      }
      try folder.write(g, as: "g_\(pair.text)")
      try folder.write(n, as: "n_\(pair.text)")
    }
    try folder.conclude(
      "rdf",
      settings: [
        ("pairs", .texts(pairs.map(\.text))), ("r_max (Å)", .number(maximumRadius)),
        ("bins", .integer(binCount)),
        ("images", .bool(countsImages)), ("blocks", .integer(blocks)), ("smoothing (Å)", .number(smoothing)),
      ] + inputs.settings, inputs: inputs.entries.map(\.path), table: table)
  }

  private func distributions(_ entry: TrajectoryInputs.Entry) throws(MACEError) -> [RadialDistributionResult]
  {
    var reader = try TrajectoryReader(path: entry.path, options: inputs.options)
    var distributions: [RadialDistribution] = []
    do throws(MACEError) {
      while let frame = try reader.next() {
        if distributions.isEmpty {
          for pair in pairs {
            distributions.append(
              try RadialDistribution(
                Selection(pair.first, in: frame.structure), Selection(pair.second, in: frame.structure),
                maximumRadius: maximumRadius, binCount: binCount, countsImages: countsImages))
          }
        }
        for place in distributions.indices { try distributions[place].add(frame.structure) }
      }
      guard !distributions.isEmpty else {
        throw MACEError(.invalidArgument, "there is no frame in the chosen part")
      }
      var results: [RadialDistributionResult] = []
      for distribution in distributions {
        results.append(try distribution.result(blocks: blocks, smoothing: smoothing))
      }
      return results
    } catch {
      throw error.naming(entry.path, frame: reader.frameCount)
    }
  }

  private static func row(
    _ label: String, _ pair: AtomPair, _ result: RadialDistributionResult
  ) -> [ResultTable.Cell] {
    let peaks = result.extrema.filter { $0.kind == .maximum }
    let minimum = result.firstMinimum
    func number(_ value: Double?, _ decimals: Int) -> ResultTable.Cell { ResultTable.number(value, decimals) }
    return [
      .text(label), .text(pair.text), .integer(result.frames), number(peaks.first?.x, 3),
      number(peaks.first?.y, 3),
      number(minimum?.x, 3), number(minimum?.y, 3),
      number(minimum.map { result.coordination(within: $0.x) }, 3),
      number(peaks.dropFirst().first?.x, 3), number(peaks.dropFirst().first?.y, 3),
    ]
  }
}

extension MACEError {
  /// The same with file and frame, unless the message names the file already.
  func naming(_ path: String, frame: Int) -> MACEError {
    message.hasPrefix(path) ? self : MACEError(kind, "\(path), frame \(frame): \(message)")
  }
}
