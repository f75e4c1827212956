import KernelInterface

/// The edges of a tile whose path weights come from tables, in the order of table and interval: what
/// interpolation reads and writes. Edge k of this order is edge `edges[k]` of the tile.
final class EdgeSplines<Element: FeatureScalar> {
  typealias Weight = Element.Weight
  typealias Wide = Element.Wide

  private(set) var count = 0
  let edges: Buffer<Int32>
  /// w_k [edge][taps], dw_k/dr [edge][SplineGrid.tapStride] and ∂e/∂w_k [edge][taps].
  let weights: Buffer<Element>
  let slopes: Buffer<Double>
  let adjoints: Buffer<Element>
  private let tables: Buffer<Int32>
  private let intervals: Buffer<Int32>
  private let rows: Buffer<UnsafePointer<Weight>>
  private let gradientRows: Buffer<UnsafeMutablePointer<Weight>>
  /// w_k as the kernel writes them, τ and 1/h of each edge.
  private let values: Buffer<Double>
  private let fractions: Buffer<Double>
  private let scales: Buffer<Double>
  private let polynomials = Buffer<Double>(SplineGrid.polynomials(taps: Weight.splineTaps))
  // of the edges in the order of the tile: number, table, interval, τ
  private let found: Buffer<Place>
  private let grids = Buffer<Grid>()
  private let bins = Buffer<Int32>(maxBins + 1)
  private var taps: Int { Weight.splineTaps }

  private static var maxBins: Int { 1024 }

  private struct Place {
    var edge: Int32, table: Int32, interval: Int32, bin: Int32
    var fraction: Double
  }

  private struct Grid {
    var first: Double, scale: Double, intervals: Double
    var bin: Int
  }

  init(capacity: Int) {
    let taps = Weight.splineTaps, stride = SplineGrid.tapStride
    edges = Buffer(capacity)
    weights = Buffer(capacity * taps)
    slopes = Buffer(capacity * stride)
    adjoints = Buffer(capacity * taps)
    tables = Buffer(capacity)
    intervals = Buffer(capacity)
    let zero = Buffer<Weight>(1)
    rows = Buffer(Array(repeating: UnsafePointer(zero.base), count: capacity))
    gradientRows = Buffer(Array(repeating: zero.base, count: capacity))
    values = Buffer(capacity * stride)
    fractions = Buffer(capacity)
    scales = Buffer(capacity)
    found = Buffer(capacity)
  }

  var bytes: Int {
    weights.bytes + slopes.bytes + adjoints.bytes + rows.bytes + gradientRows.bytes + values.bytes
      + fractions.bytes + scales.bytes + found.bytes
  }

  /// Takes the tabulated edges of a tile.
  func load(_ tile: EdgeTile<Wide>, _ all: [RadialTable<Weight>], _ kernels: KernelTable<Element>) {
    locate(tile, all)
    let stride = SplineGrid.tapStride
    kernels.splineWeights(
      count, taps, polynomials.base, fractions.base, scales.base, values.base, slopes.base)
    for k in 0..<count {
      let value = values.base + k * stride, slope = slopes.base + k * stride, weight = weights.base + k * taps
      let stretch = Wide.isDual ? tile.stretch.base[Int(edges.base[k])] : 0
      for m in 0..<taps { weight[m] = Element(wide: Wide(value: value[m], tangent: slope[m] * stretch)) }
    }
  }

  /// Intervals of the edges, and the edges in their order: counted into bins of one or a few intervals.
  private func locate(_ tile: EdgeTile<Wide>, _ all: [RadialTable<Weight>]) {
    grids.reserve(all.count)
    var total = 0
    for (index, table) in all.enumerated() {
      let grid = table.grid
      grids.base[index] = Grid(
        first: grid.first, scale: 1 / grid.spacing, intervals: Double(grid.intervals), bin: total)
      total += grid.intervals
    }
    var shift = 0
    while total >> shift >= Self.maxBins { shift += 1 }
    let bins = bins.base
    clearRow(bins, (total >> shift) + 2)
    count = 0
    for e in 0..<tile.count where tile.table.base[e] >= 0 {
      let table = tile.table.base[e], grid = grids.base[Int(table)]
      let x = (tile.distance.base[e] - grid.first) * grid.scale
      let interval = Int32(min(max(x, 0), grid.intervals - 1))
      let bin = Int32(truncatingIfNeeded: (grid.bin + Int(interval)) >> shift)
      found.base[count] = Place(
        edge: Int32(truncatingIfNeeded: e), table: table, interval: interval, bin: bin,
        fraction: x - Double(interval))
      bins[Int(bin) + 1] += 1
      count += 1
    }
    for b in 0...(total >> shift) { bins[b + 1] += bins[b] }
    for n in 0..<count {
      let place = found.base[n]
      let k = Int(bins[Int(place.bin)])
      bins[Int(place.bin)] += 1
      edges.base[k] = place.edge
      tables.base[k] = place.table
      intervals.base[k] = place.interval
      fractions.base[k] = place.fraction
      scales.base[k] = grids.base[Int(place.table)].scale
    }
  }

  /// Where the coefficients of slice p are for each edge.
  /// - Parameter buffer: those of a table, [slice][coefficient][channel].
  func rows(
    _ all: [RadialTable<Weight>], slice p: Int, channels: Int,
    of buffer: (_ index: Int, _ table: RadialTable<Weight>) -> Buffer<Weight>? = { $1.paths }
  ) -> UnsafePointer<UnsafePointer<Weight>> {
    for k in 0..<count {
      let index = Int(tables.base[k]), table = all[index]
      guard let base = buffer(index, table)?.base else { continue }
      rows.base[k] =
        UnsafePointer(base) + (p * table.grid.coefficientCount + Int(intervals.base[k])) * channels
    }
    return UnsafePointer(rows.base)
  }

  /// The same in the gradient of the tables.
  func gradientRows(
    _ all: [RadialTable<Weight>], _ gradients: [RadialTableGradient<Weight>], slice p: Int, channels: Int,
    ofDensity: Bool = false
  ) -> UnsafePointer<UnsafeMutablePointer<Weight>> {
    for k in 0..<count {
      let index = Int(tables.base[k])
      guard let base = ofDensity ? gradients[index].density?.base : gradients[index].paths.base else {
        continue
      }
      gradientRows.base[k] =
        base + (p * all[index].grid.coefficientCount + Int(intervals.base[k])) * channels
    }
    return UnsafePointer(gradientRows.base)
  }
}
