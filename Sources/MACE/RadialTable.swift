import KernelInterface

/// B-spline coefficients of a layer's path weights (and density) in the distance, for one pair of species or
/// for all of them.
final class RadialTable<Weight: PlainScalar>: @unchecked Sendable {
  let grid: SplineGrid
  /// [slice][coefficient][channel], the slices of the radial network.
  let paths: Buffer<Weight>
  /// [coefficient][channelAlignment] of the density network.
  let density: Buffer<Weight>?

  init(grid: SplineGrid, paths: Buffer<Weight>, density: Buffer<Weight>?) {
    self.grid = grid
    self.paths = paths
    self.density = density
  }

  var bytes: Int { paths.bytes + (density?.bytes ?? 0) }
}

/// The tables of a layer for the species that were met so far.
struct RadialTables<Weight: PlainScalar>: Sendable {
  /// [receiver][sender] species: index into `tables`; −1 where the network is evaluated.
  var lookup: [Int32]
  var tables: [RadialTable<Weight>] = []

  init(elements: Int) { lookup = Array(repeating: -1, count: elements * elements) }
}

/// ∂L/∂T of one thread.
final class RadialTableGradient<Weight: PlainScalar> {
  let paths: Buffer<Weight>
  let density: Buffer<Weight>?

  init(_ table: RadialTable<Weight>) {
    paths = Buffer(table.paths.capacity)
    density = table.density.map { Buffer($0.capacity) }
  }

  func clear() {
    paths.zero(paths.capacity)
    density?.zero(density?.capacity ?? 0)
  }

  func add(_ other: RadialTableGradient) {
    paths.add(other.paths)
    if let theirs = other.density { density?.add(theirs) }
  }
}
