import Diagnostics
import Glibc

/// Atoms sorted into bins along the three directions of a `PeriodicBasis`, x fastest.
///
/// Never more than a few bins per atom are stored: where the grid would be larger (atoms far apart), only the
/// occupied bins are kept, sorted by their position in the grid.
struct BinGrid {
  /// Number of bins along each direction.
  private(set) var bins: SIMD3<Int>
  /// Bin coordinate of basis coordinate s (wrapped): (s − origin) · scale.
  private(set) var origin: SIMD3<Double> = .zero
  private(set) var scale: SIMD3<Double> = .zero
  /// Atom at each sorted place.
  private(set) var order: [Int32] = []
  /// Integer cell of every atom, in the given order: s = wrapped s + wraps.
  private(set) var wraps: [SIMD3<Int32>] = []
  /// Wrapped bin coordinate of every atom, in the given order.
  private(set) var binCoordinates: [SIMD3<Double>] = []
  /// Dense: first sorted place of every bin, one more at the end. Sparse: of every occupied bin.
  private var starts: [Int32] = []
  /// Sparse only: sorted grid positions of the occupied bins.
  private var occupied: [Int] = []

  /// Below 2^20 bins along each direction the position of a bin fits 60 bits.
  private static let maximumBinsPerDirection = 1 << 20

  init(positions: [SIMD3<Double>], basis: PeriodicBasis, cutoff: Double) throws(MACEError) {
    bins = SIMD3(repeating: 1)
    var coordinates = try wrapCoordinates(positions, basis)
    chooseBins(coordinates, basis, width: cutoff / 2)
    let denseLimit = 4 * positions.count + 64
    if !isDense(limit: denseLimit) {
      // Bins of the whole cutoff, since an empty bin of a sparse grid costs a search.
      chooseBins(coordinates, basis, width: cutoff)
    }
    for atom in coordinates.indices { coordinates[atom] = (coordinates[atom] - origin) * scale }
    let keys = coordinates.map { key(bin($0.x, 0), bin($0.y, 1), bin($0.z, 2)) }
    binCoordinates = coordinates
    if isDense(limit: denseLimit) {
      countingSort(keys, bins.x * bins.y * bins.z)
    } else {
      sparseSort(keys)
    }
  }

  /// Basis coordinates of all atoms, those of periodic directions wrapped into [0, 1].
  private mutating func wrapCoordinates(
    _ positions: [SIMD3<Double>], _ basis: PeriodicBasis
  ) throws(MACEError) -> [SIMD3<Double>] {
    var coordinates: [SIMD3<Double>] = []
    coordinates.reserveCapacity(positions.count)
    wraps.reserveCapacity(positions.count)
    let u = (basis.reciprocal[0], basis.reciprocal[1], basis.reciprocal[2])
    let periodic = SIMD3<Double>(
      basis.periodic[0] ? 1 : 0, basis.periodic[1] ? 1 : 0, basis.periodic[2] ? 1 : 0)
    for (atom, r) in positions.enumerated() {
      let s = SIMD3(r.dot(u.0), r.dot(u.1), r.dot(u.2))
      let floor = s.rounded(.down) * periodic
      guard floor.max() < 0x1p24, floor.min() > -0x1p24 else {
        throw MACEError(
          .geometry,
          "atom \(atom) (counted from 0) lies more than 16 million cells away from the origin; wrap the "
            + "positions into the cell")
      }
      wraps.append(SIMD3<Int32>(Int32(floor.x), Int32(floor.y), Int32(floor.z)))
      coordinates.append(s - floor)
    }
    return coordinates
  }

  private mutating func chooseBins(
    _ coordinates: [SIMD3<Double>], _ basis: PeriodicBasis, width: Double
  ) {
    var lower = coordinates.first ?? .zero
    var upper = lower
    for s in coordinates {
      lower = pointwiseMin(lower, s)
      upper = pointwiseMax(upper, s)
    }
    for k in 0..<3 {
      let extent = basis.periodic[k] ? 1 : upper[k] - lower[k]
      let wanted = (extent * basis.spacing[k] / width).rounded(.down)
      let count = Int(Swift.max(1, Swift.min(wanted, Double(Self.maximumBinsPerDirection))))
      bins[k] = count
      origin[k] = basis.periodic[k] ? 0 : lower[k]
      // One bin holds all of a direction that does not repeat, however small its extent.
      scale[k] = basis.periodic[k] || count > 1 ? Double(count) / extent : 0
    }
  }

  private func isDense(limit: Int) -> Bool {
    Double(bins.x) * Double(bins.y) * Double(bins.z) <= Double(limit)
  }

  /// The bin of bin coordinate g along direction k, the last one for g at the upper border.
  private func bin(_ g: Double, _ k: Int) -> Int {
    Swift.min(Swift.max(Int(g), 0), bins[k] - 1)
  }

  /// Position in the grid of a bin.
  func key(_ x: Int, _ y: Int, _ z: Int) -> Int { (z &* bins.y &+ y) &* bins.x &+ x }

  private mutating func countingSort(_ keys: [Int], _ total: Int) {
    starts = [Int32](repeating: 0, count: total + 1)
    for key in keys { starts[key + 1] += 1 }
    for bin in 0..<total { starts[bin + 1] += starts[bin] }
    var next = starts
    order = [Int32](repeating: 0, count: keys.count)
    for (atom, key) in keys.enumerated() {
      order[Int(next[key])] = Int32(atom)
      next[key] += 1
    }
  }

  private mutating func sparseSort(_ keys: [Int]) {
    let sorted = keys.indices.sorted { keys[$0] == keys[$1] ? $0 < $1 : keys[$0] < keys[$1] }
    order = sorted.map { Int32($0) }
    for (place, atom) in sorted.enumerated() where occupied.last != keys[atom] {
      occupied.append(keys[atom])
      starts.append(Int32(place))
    }
    starts.append(Int32(keys.count))
  }

  /// The sorted places of the atoms in the bins with positions `first` ... `last` of the grid.
  func places(from first: Int, through last: Int) -> Range<Int> {
    if occupied.isEmpty {
      return Int(starts[first])..<Int(starts[last + 1])
    }
    let lower = lowerBound(first)
    let upper = lowerBound(last + 1)
    return Int(starts[lower])..<Int(starts[upper])
  }

  /// The number of occupied bins before grid position `key`.
  private func lowerBound(_ key: Int) -> Int {
    var low = 0
    var high = occupied.count
    while low < high {
      let middle = (low + high) / 2
      if occupied[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
