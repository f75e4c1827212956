import KernelInterface

/// The edges of a tile whose path weights come from tables, in the order of table and interval: what
/// interpolation reads and writes. Edge k of this order is edge `edges[k]` of the tile.
final class EdgeSplines<Element: FeatureScalar> {
  typealias Weight = Element.Weight
  typealias Wide = Element.Wide

  private(set) var count = 0
  let edges: Buffer<Int32>
  /// w_k and dw_k/dr, [edge][taps], and ∂e/∂w_k.
  let weights: Buffer<Element>
  let slopes: Buffer<Double>
  let adjoints: Buffer<Element>
  private let tables: Buffer<Int32>
  private let intervals: Buffer<Int32>
  private let rows: Buffer<UnsafePointer<Weight>>
  private let gradientRows: Buffer<UnsafeMutablePointer<Weight>>
  private let values: Buffer<Double>
  private let keys: Buffer<UInt64>
  private let spareKeys: Buffer<UInt64>
  private var taps: Int { Weight.splineTaps }

  init(capacity: Int) {
    let taps = Weight.splineTaps
    edges = Buffer(capacity)
    weights = Buffer(capacity * taps)
    slopes = Buffer(capacity * taps)
    adjoints = Buffer(capacity * taps)
    tables = Buffer(capacity)
    intervals = Buffer(capacity)
    let zero = Buffer<Weight>(1)
    rows = Buffer(Array(repeating: UnsafePointer(zero.base), count: capacity))
    gradientRows = Buffer(Array(repeating: zero.base, count: capacity))
    values = Buffer(taps)
    keys = Buffer(capacity)
    spareKeys = Buffer(capacity)
  }

  var bytes: Int {
    weights.bytes + slopes.bytes + adjoints.bytes + keys.bytes + spareKeys.bytes + rows.bytes
      + gradientRows.bytes
  }

  /// Takes the tabulated edges of a tile.
  func load(_ tile: EdgeTile<Wide>, _ all: [RadialTable<Weight>]) {
    count = 0
    for e in 0..<tile.count where tile.table.base[e] >= 0 {
      let table = Int(tile.table.base[e])
      let interval = all[table].grid.locate(tile.distance.base[e]).interval
      keys.base[count] = UInt64(table) << 48 | UInt64(interval) << 32 | UInt64(e)
      count += 1
    }
    sort()
    for k in 0..<count {
      let e = Int(truncatingIfNeeded: keys.base[k] & 0xffff_ffff)
      let table = Int(truncatingIfNeeded: keys.base[k] >> 48)
      let (interval, fraction) = all[table].grid.locate(tile.distance.base[e])
      edges.base[k] = Int32(truncatingIfNeeded: e)
      tables.base[k] = Int32(truncatingIfNeeded: table)
      intervals.base[k] = Int32(truncatingIfNeeded: interval)
      let slope = slopes.base + k * taps
      all[table].grid.evaluate(fraction, values.base, slope)
      let stretch = Wide.isDual ? tile.stretch.base[e] : 0
      for m in 0..<taps {
        weights.base[k * taps + m] = Element(
          wide: Wide(value: values.base[m], tangent: slope[m] * stretch))
      }
    }
  }

  /// Where the coefficients of slice p are for each edge: of the path weights, or of the density.
  func rows(
    _ all: [RadialTable<Weight>], slice p: Int, channels: Int, ofDensity: Bool = false
  ) -> UnsafePointer<UnsafePointer<Weight>> {
    for k in 0..<count {
      let table = all[Int(tables.base[k])]
      guard let base = ofDensity ? table.density?.base : table.paths.base else { continue }
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

  /// Merge sort of the keys, without allocating.
  private func sort() {
    var from = keys.base, to = spareKeys.base
    var width = 1
    while width < count {
      var first = 0
      while first < count {
        let middle = min(first + width, count), end = min(first + 2 * width, count)
        var (i, j) = (first, middle)
        for k in first..<end {
          if i < middle && (j >= end || from[i] <= from[j]) {
            to[k] = from[i]
            i += 1
          } else {
            to[k] = from[j]
            j += 1
          }
        }
        first = end
      }
      (from, to) = (to, from)
      width *= 2
    }
    if from != keys.base { keys.base.update(from: from, count: count) }
  }
}
