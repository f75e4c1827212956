import Checkpoint
import Diagnostics
import KernelInterface
import Kernels

/// Makes the tables of a layer's radial networks, and leads the gradient of a loss with respect to a table back
/// to the parameters.
///
/// The networks are functions of the distance alone, or of the distance and the two species (distance transforms,
/// the scalars that species bring to the NonLinear block). They are sampled in float64 on grids of 256 to
/// 2048 intervals until interpolation between the knots errs by less than `Weight.splineTolerance` of the largest
/// value of its path. Where no grid is fine enough there is no table, and the network is evaluated for each edge.
final class RadialTabulation: @unchecked Sendable {
  /// Tables are used from here on, Å; shorter edges are evaluated by the network.
  static let first = 0.6
  /// Intervals that a grid begins before that: splines are less accurate at their ends. (At the cutoff, path weights or
  /// the factor on them vanish with their slopes.)
  private static let margin = 4
  /// Tables of one layer take no more bytes than this; further pairs of species are evaluated by the network.
  static let byteLimit = 256 << 20
  private static let intervals = [256, 320, 384, 512, 640, 768, 1024, 1536, 2048]
  /// For estimates of what tables cost.
  static let usualIntervals = 256
  private static let chunk = 64

  /// Whether pairs of species differ.
  let isPerPair: Bool
  private let isSymmetric: Bool
  private let basis: RadialBasis
  private let cutoff: Double
  private let networks: [EdgeNetwork<Double>]
  private let kernels: KernelTable<Double>
  /// [element][endpointWidth] of the NonLinear block.
  private let sources: [[Double]]
  private let targets: [[Double]]

  /// - Returns: nil where edges bring features of their nodes to the network.
  init?(_ model: MACEModel, layer t: Int, basis: RadialBasis, _ set: InstructionSet) throws(MACEError) {
    let layer = model.configuration.layers[t], prefix = "interactions.\(t)."
    guard layer.block != .realAgnosticAttResidual, model.configuration.cutoff >= 2 * Self.first else {
      return nil
    }
    self.basis = basis
    cutoff = model.configuration.cutoff
    kernels = Double.kernels(set)
    var networks = [
      try EdgeNetwork<Double>(
        model, prefix: prefix + "conv_tp_weights", layer.radialNetwork,
        slices: layer.paths.map { layer.edgeIrreps.blocks[$0.input].multiplicity },
        channels: FeatureLayout(layer.edgeIrreps).channels)
    ]
    if let density = layer.densityNetwork {
      networks.append(
        try EdgeNetwork(
          model, prefix: prefix + "density_fn", density, slices: [1], channels: channelAlignment))
    }
    self.networks = networks
    let elements = model.configuration.atomicNumbers.count
    func endpoints(_ name: String) throws(MACEError) -> [[Double]] {
      let values = try model.values(prefix + name), width = values.count / elements
      return (0..<elements).map { z in
        (0..<width).map { values[z * width + $0] / Double(elements).squareRoot() }
      }
    }
    let hasEndpoints = layer.block == .realAgnosticResidualNonLinear
    sources = hasEndpoints ? try endpoints("source_embedding.weight") : []
    targets = hasEndpoints ? try endpoints("target_embedding.weight") : []
    isPerPair = hasEndpoints || model.configuration.distanceTransform != .none
    isSymmetric = !hasEndpoints
  }

  /// Adds the tables of all pairs of the given species.
  func complete<Weight: PlainScalar>(_ tables: inout RadialTables<Weight>, for species: [Int]) {
    let elements = Int(Double(tables.lookup.count).squareRoot().rounded())
    guard isPerPair else {
      if tables.tables.isEmpty, let table = table(0, 0) as RadialTable<Weight>? {
        tables.tables.append(table)
        tables.lookup = Array(repeating: 0, count: elements * elements)
      }
      return
    }
    for i in species {
      for j in species where tables.lookup[i * elements + j] < 0 {
        let bytes = tables.tables.reduce(0) { $0 + $1.bytes }
        if isSymmetric && tables.lookup[j * elements + i] >= 0 {
          tables.lookup[i * elements + j] = tables.lookup[j * elements + i]
        } else if bytes < Self.byteLimit, let table = table(i, j) as RadialTable<Weight>? {
          tables.lookup[i * elements + j] = Int32(tables.tables.count)
          tables.tables.append(table)
        }
      }
    }
  }

  /// Few functions that make all path weights of a table to the tables' accuracy, and their spline coefficients
  /// [coefficient][rank]; nil if more than `limit` are needed.
  func momentBasis<Weight: PlainScalar>(
    _ tables: RadialTables<Weight>, table index: Int, limit: Int
  ) -> (basis: MomentBasis, coefficients: Buffer<Double>)? {
    let elements = Int(Double(tables.lookup.count).squareRoot().rounded())
    guard let pair = tables.lookup.firstIndex(of: Int32(index)) else { return nil }
    let (i, j) = isPerPair ? (pair / elements, pair % elements) : (0, 0)
    let grid = tables.tables[index].grid, network = networks[0]
    let basis = MomentBasis(
      sample(network, grid.sites, i, j), sites: grid.sites.count, slices: network.slices.count,
      channels: network.sliceChannels, tolerance: Weight.splineTolerance, limit: limit)
    return basis.map {
      let coefficients = Buffer($0.functions)
      grid.solve(coefficients.base, width: $0.rank)
      return ($0, coefficients)
    }
  }

  // MARK: Sampling

  private func table<Weight: PlainScalar>(_ i: Int, _ j: Int) -> RadialTable<Weight>? {
    for intervals in Self.intervals {
      let spacing = (cutoff - Self.first) / Double(intervals - Self.margin)
      let grid = SplineGrid(
        cutoff - Double(intervals) * spacing, cutoff, intervals: intervals, taps: Weight.splineTaps)
      let coefficients = networks.map { network -> Buffer<Double> in
        let x = sample(network, grid.sites, i, j)
        grid.solve(x.base, width: network.outputWidth)
        return x
      }
      let isFine = zip(networks, coefficients).allSatisfy {
        isAccurate($0, $1, grid, i, j, tolerance: Weight.splineTolerance)
      }
      guard isFine else { continue }
      let packed = zip(networks, coefficients).map { pack($0, $1, grid) as Buffer<Weight> }
      return RadialTable(grid: grid, paths: packed[0], density: packed.count > 1 ? packed[1] : nil)
    }
    return nil
  }

  /// The network's output [site][slice][channel].
  private func sample(_ network: EdgeNetwork<Double>, _ radii: [Double], _ i: Int, _ j: Int) -> Buffer<Double>
  {
    let result = Buffer<Double>(radii.count * network.outputWidth)
    forEachChunk(network, radii, i, j) { first, count, input, tape, output in
      network.forward(
        kernels, edges: count, input: input.base, output: output.base,
        sliceStride: Self.chunk * network.sliceChannels, tape)
      for p in network.slices.indices {
        for e in 0..<count {
          let row = output.base + (p * Self.chunk + e) * network.sliceChannels
          (result.base + ((first + e) * network.slices.count + p) * network.sliceChannels).update(
            from: row, count: network.sliceChannels)
        }
      }
    }
    return result
  }

  private func forEachChunk(
    _ network: EdgeNetwork<Double>, _ radii: [Double], _ i: Int, _ j: Int,
    _ body: (
      _ first: Int, _ count: Int, _ input: Buffer<Double>, _ tape: EdgeNetwork<Double>.Tape<Double>,
      _ output: Buffer<Double>
    ) -> Void
  ) {
    let nb = basis.count, padded = network.inputPadded
    let tape = EdgeNetwork<Double>.Tape<Double>(network, tile: Self.chunk)
    let input = Buffer<Double>(Self.chunk * padded), slopes = Buffer<Double>(nb)
    let output = Buffer<Double>(Self.chunk * network.outputWidth)
    for first in stride(from: 0, to: radii.count, by: Self.chunk) {
      let count = min(Self.chunk, radii.count - first)
      for e in 0..<count {
        let x = input.base + e * padded
        _ = basis.evaluate(radii[first + e], i, j, x, slopes.base)
        guard !sources.isEmpty else { continue }
        for (k, value) in (sources[j] + targets[i]).enumerated() { x[nb + k] = value }
      }
      body(first, count, input, tape, output)
    }
  }

  /// Whether the spline meets the network in every other interval that is used, away from the sites.
  private func isAccurate(
    _ network: EdgeNetwork<Double>, _ coefficients: Buffer<Double>, _ grid: SplineGrid, _ i: Int, _ j: Int,
    tolerance: Double
  ) -> Bool {
    let width = network.outputWidth, channels = network.sliceChannels
    let place = 0.3
    let intervals = Array(stride(from: Self.margin - 1, to: grid.intervals, by: 2))
    let exact = sample(network, intervals.map { grid.first + (Double($0) + place) * grid.spacing }, i, j)
    var errors = [Double](repeating: 0, count: network.slices.count)
    var sizes = errors
    let weights = Buffer<Double>(grid.taps), slopes = Buffer<Double>(grid.taps)
    grid.evaluate(place, weights.base, slopes.base)
    for (row, k) in intervals.enumerated() {
      for p in network.slices.indices {
        for c in 0..<network.slices[p].count {
          var value = 0.0
          for m in 0..<grid.taps {
            value += weights.base[m] * coefficients.base[(k + m) * width + p * channels + c]
          }
          let expected = exact.base[row * width + p * channels + c]
          guard value.isFinite && expected.isFinite else { return false }
          errors[p] = max(errors[p], abs(value - expected))
          sizes[p] = max(sizes[p], abs(expected))
        }
      }
    }
    return zip(errors, sizes).allSatisfy { $0 <= tolerance * $1 }
  }

  /// From [coefficient][slice][channel] to the table's [slice][coefficient][channel].
  private func pack<Weight: PlainScalar>(
    _ network: EdgeNetwork<Double>, _ coefficients: Buffer<Double>, _ grid: SplineGrid
  ) -> Buffer<Weight> {
    let n = grid.coefficientCount, channels = network.sliceChannels, slices = network.slices.count
    let packed = Buffer<Weight>(n * network.outputWidth)
    for p in 0..<slices {
      for k in 0..<n {
        let from = coefficients.base + (k * slices + p) * channels
        let to = packed.base + (p * n + k) * channels
        for c in 0..<channels { to[c] = Weight(from[c]) }
      }
    }
    return packed
  }

  // MARK: The way back

  /// Adds what ∂L/∂T owes to the networks' parameters, and to the species' scalars of the NonLinear block.
  func pull<Weight: PlainScalar>(
    _ tables: RadialTables<Weight>, _ gradients: [RadialTableGradient<Weight>],
    to sums: inout [String: [Double]],
    source: inout [Double], target: inout [Double], frequencies: inout [Double]
  ) {
    guard !tables.tables.isEmpty else { return }
    let elements = Int(Double(tables.lookup.count).squareRoot().rounded())
    let parts = networks.map { $0.makeGradient() }
    for (index, table) in tables.tables.enumerated() {
      guard let pair = tables.lookup.firstIndex(of: Int32(index)) else { continue }
      let (i, j) = isPerPair ? (pair / elements, pair % elements) : (0, 0)
      let packed = [gradients[index].paths, gradients[index].density].compactMap { $0 }
      for (k, network) in networks.enumerated() {
        let adjoint = unpack(network, packed[k], table.grid)
        table.grid.solveTransposed(adjoint.base, width: network.outputWidth)
        addGradient(network, table.grid.sites, i, j, adjoint, parts[k], &source, &target, &frequencies)
      }
    }
    for (network, part) in zip(networks, parts) { network.pull(part, to: &sums) }
  }

  private func unpack<Weight: PlainScalar>(
    _ network: EdgeNetwork<Double>, _ packed: Buffer<Weight>, _ grid: SplineGrid
  ) -> Buffer<Double> {
    let n = grid.coefficientCount, channels = network.sliceChannels, slices = network.slices.count
    let result = Buffer<Double>(n * network.outputWidth)
    for p in 0..<slices {
      for k in 0..<n {
        let from = packed.base + (p * n + k) * channels
        let to = result.base + (k * slices + p) * channels
        for c in 0..<channels { to[c] = Double(from[c]) }
      }
    }
    return result
  }

  private func addGradient(
    _ network: EdgeNetwork<Double>, _ radii: [Double], _ i: Int, _ j: Int, _ adjoint: Buffer<Double>,
    _ gradient: EdgeNetworkGradient<Double>, _ source: inout [Double], _ target: inout [Double],
    _ frequencies: inout [Double]
  ) {
    let values = Buffer<Double>(basis.count), slopes = Buffer<Double>(basis.count)
    let inputAdjoint = Buffer<Double>(Self.chunk * network.inputPadded)
    let nb = basis.count, channels = network.sliceChannels, slices = network.slices.count
    let stride = Self.chunk * channels
    forEachChunk(network, radii, i, j) { first, count, input, tape, output in
      network.forward(
        kernels, edges: count, input: input.base, output: output.base, sliceStride: stride, tape)
      for p in 0..<slices {
        for e in 0..<count {
          (output.base + (p * Self.chunk + e) * channels).update(
            from: adjoint.base + ((first + e) * slices + p) * channels, count: channels)
        }
      }
      network.backward(
        kernels, edges: count, input: input.base, outputAdjoint: output.base, sliceStride: stride,
        inputAdjoint: inputAdjoint.base, gradient: gradient, tape)
      if !frequencies.isEmpty {
        for e in 0..<count {
          basis.frequencySlopes(radii[first + e], i, j, values.base, slopes.base)
          let dx = inputAdjoint.base + e * network.inputPadded
          for n in 0..<nb { frequencies[n] += dx[n] * values.base[n] }
        }
      }
      guard let width = sources.first?.count else { return }
      for e in 0..<count {
        let dx = inputAdjoint.base + (e * network.inputPadded + nb)
        for k in 0..<width {
          source[j * width + k] += dx[k]
          target[i * width + k] += dx[width + k]
        }
      }
    }
  }
}
