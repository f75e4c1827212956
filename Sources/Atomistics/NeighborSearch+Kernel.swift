import Diagnostics
import Glibc

/// The cell-list search behind `NeighborList`.
///
/// Bins and wrapped coordinates only propose candidates, with a margin for rounding; the decision is taken on
/// d = (r_j − r_i) + S · cell of the given positions.
struct NeighborSearch {
  private(set) var offsets: [Int] = [0]
  private(set) var neighbors: [Int32] = []
  private(set) var shiftIndices: [Int32] = []
  private(set) var table: ShiftTable

  private let structure: Structure
  private let cutoff: Double
  private let basis: PeriodicBasis
  private let grid: BinGrid
  /// Half width, in bins, of the range of bins around a centre that can hold its neighbours.
  private let reach: SIMD3<Double>
  /// Squared radius of the first selection on wrapped coordinates, slightly larger than cutoff².
  private let outerSquare: Double
  /// Wrapped positions in sorted order.
  private var x: [Double] = []
  private var y: [Double] = []
  private var z: [Double] = []
  /// More neighbours than this around one atom mean wrong units, not matter.
  private let neighborLimit: Int

  init(_ structure: Structure, cutoff: Double) throws(MACEError) {
    self.structure = structure
    self.cutoff = cutoff
    let basis = try PeriodicBasis(cell: structure.cell, pbc: structure.pbc)
    let ball = 4.0 / 3.0 * Double.pi * cutoff * cutoff * cutoff
    let limit = Swift.max(20_000, Swift.min(10 * ball, 1e9))
    neighborLimit = Int(limit)
    try Self.checkImages(basis, cutoff, limit)
    let grid = try BinGrid(positions: structure.positions, basis: basis, cutoff: cutoff)
    self.basis = basis
    self.grid = grid
    var size = cutoff
    for r in structure.positions { size = Swift.max(size, r.max().magnitude, r.min().magnitude) }
    for k in 0..<3 { size = Swift.max(size, basis.rows[k].length) }
    // A generous bound (about 1000 roundings) on the errors of wrapped coordinates.
    let margin = 1e-12 * size
    reach = (SIMD3(repeating: cutoff + margin) / basis.spacing) * grid.scale + SIMD3(repeating: 1e-9)
    outerSquare = (cutoff + margin) * (cutoff + margin) * (1 + 1e-9)
    table = Self.shiftTable(structure, basis, grid, cutoff)
    let wrapped = (0..<structure.count).map { structure.positions[$0] - Self.wrap($0, grid, basis) }
    x = grid.order.map { wrapped[Int($0)].x }
    y = grid.order.map { wrapped[Int($0)].y }
    z = grid.order.map { wrapped[Int($0)].z }
  }

  /// A cell that is tiny in comparison with the cutoff has more images than can be listed.
  private static func checkImages(
    _ basis: PeriodicBasis, _ cutoff: Double, _ limit: Double
  ) throws(MACEError) {
    var images = 1.0
    for k in 0..<3 where basis.periodic[k] { images *= 2 * cutoff / basis.spacing[k] + 1 }
    guard images <= 64 * limit else {
      throw MACEError(
        .geometry,
        "the cell is so small that about \(images) of its images lie within the cutoff of \(cutoff) Å; "
          + "check the units of the lattice vectors (Å)")
    }
  }

  private static func wrap(_ atom: Int, _ grid: BinGrid, _ basis: PeriodicBasis) -> SIMD3<Double> {
    let n = grid.wraps[atom]
    return (Double(n.x) * basis.rows[0] + Double(n.y) * basis.rows[1]) + Double(n.z) * basis.rows[2]
  }

  private static func shiftTable(
    _ structure: Structure, _ basis: PeriodicBasis, _ grid: BinGrid, _ cutoff: Double
  ) -> ShiftTable {
    var low = grid.wraps.first ?? .zero
    var high = low
    for n in grid.wraps {
      low = pointwiseMin(low, n)
      high = pointwiseMax(high, n)
    }
    var bound = SIMD3<Int>.zero
    for k in 0..<3 where basis.periodic[k] {
      bound[k] = Int(high[k]) - Int(low[k]) + Int((cutoff / basis.spacing[k]).rounded(.up)) + 2
    }
    return ShiftTable(
      basis: basis, cell: structure.cell, lower: SIMD3<Int>.zero &- bound, upper: bound,
      denseLimit: 65_536 + 4 * structure.count)
  }

  /// Fills `offsets`, `neighbors` and `shiftIndices`.
  mutating func run() throws(MACEError) {
    let count = structure.count
    offsets.reserveCapacity(count + 1)
    for centre in 0..<count {
      try addNeighbors(of: centre)
      offsets.append(neighbors.count)
      if centre == 999 {
        // The first thousand atoms tell how many edges there will be.
        reserve(neighbors.count / 1000 * count / 16 * 17)
      }
    }
    reserve(0)
  }

  /// Capacity for `edges`; 0 gives back what is left over at the end.
  private mutating func reserve(_ edges: Int) {
    if edges > 0 {
      neighbors.reserveCapacity(edges)
      shiftIndices.reserveCapacity(edges)
    } else if neighbors.capacity > neighbors.count / 4 * 5 + 1024 {
      neighbors = neighbors.withUnsafeBufferPointer { Array($0) }
      shiftIndices = shiftIndices.withUnsafeBufferPointer { Array($0) }
    }
  }

  /// First and last bin along direction k that can hold neighbours of a centre with bin coordinate g.
  private func range(_ g: Double, _ k: Int) -> (first: Int, last: Int) {
    let first = Int((g - reach[k]).rounded(.down))
    let last = Int((g + reach[k]).rounded(.down))
    if basis.periodic[k] { return (first, last) }
    return (Swift.max(first, 0), Swift.min(last, grid.bins[k] - 1))
  }

  /// Quotient and remainder of floor division.
  private func image(_ bin: Int, _ k: Int) -> (image: Int, bin: Int) {
    let count = grid.bins[k]
    if bin >= 0 && bin < count { return (0, bin) }
    let quotient = bin >= 0 ? bin / count : -((count - 1 - bin) / count)
    return (quotient, bin - quotient * count)
  }

  private mutating func addNeighbors(of centre: Int) throws(MACEError) {
    let g = grid.binCoordinates[centre]
    let rangeX = range(g.x, 0)
    let rangeY = range(g.y, 1)
    let rangeZ = range(g.z, 2)
    let origin = structure.positions[centre] - Self.wrap(centre, grid, basis)
    let rows = basis.rows
    let first = neighbors.count
    for binZ in stride(from: rangeZ.first, through: rangeZ.last, by: 1) {
      let (imageZ, z) = image(binZ, 2)
      for binY in stride(from: rangeY.first, through: rangeY.last, by: 1) {
        let (imageY, y) = image(binY, 1)
        let offset = Double(imageY) * rows[1] + Double(imageZ) * rows[2]
        var binX = rangeX.first
        while binX <= rangeX.last {
          // One run of bins that are neighbours in memory: up to the end of this image of the cell.
          let (imageX, x) = image(binX, 0)
          let last = Swift.min(rangeX.last - binX, grid.bins.x - 1 - x)
          let places = grid.places(from: grid.key(x, y, z), through: grid.key(x + last, y, z))
          if !places.isEmpty {
            let point = origin - (Double(imageX) * rows[0] + offset)
            try addRun(places, centre, SIMD3(imageX, imageY, imageZ), point)
          }
          binX += last + 1
        }
      }
      guard neighbors.count - first <= neighborLimit else { throw tooDense(centre) }
    }
    guard neighbors.count <= Int(Int32.max) else {
      throw MACEError(
        .memory,
        "neighbour list: more than \(Int32.max) pairs within \(cutoff) Å; split the structure or use a "
          + "smaller cutoff")
    }
  }

  /// Tests the atoms at sorted `places`, displaced by `image` lattice vectors, against one centre.
  private mutating func addRun(
    _ places: Range<Int>, _ centre: Int, _ image: SIMD3<Int>, _ point: SIMD3<Double>
  ) throws(MACEError) {
    precondition(places.lowerBound >= 0 && places.upperBound <= x.count)
    let limit = outerSquare
    var place = places.lowerBound
    while place < places.upperBound {
      let found = x.withUnsafeBufferPointer { x in
        y.withUnsafeBufferPointer { y in
          z.withUnsafeBufferPointer { z in
            var k = place
            while k < places.upperBound {
              let dx = x[k] - point.x
              let dy = y[k] - point.y
              let dz = z[k] - point.z
              if dx * dx + dy * dy + dz * dz < limit { break }
              k += 1
            }
            return k
          }
        }
      }
      if found < places.upperBound { try addCandidate(Int(grid.order[found]), centre, image) }
      place = found + 1
    }
  }

  private mutating func addCandidate(
    _ neighbor: Int, _ centre: Int, _ image: SIMD3<Int>
  ) throws(MACEError) {
    let nc = grid.wraps[centre]
    let nn = grid.wraps[neighbor]
    let shift = SIMD3(
      image.x &+ Int(nc.x) &- Int(nn.x),
      image.y &+ Int(nc.y) &- Int(nn.y),
      image.z &+ Int(nc.z) &- Int(nn.z))
    let isHome = shift == .zero
    if isHome && neighbor == centre { return }
    let index = isHome ? 0 : try table.index(of: shift)
    let d =
      (structure.positions[neighbor] - structure.positions[centre]) + table.translations[Int(index)]
    let square = d.squaredLength
    guard square < cutoff * cutoff else { return }
    guard square >= 1e-12 else { throw coincidence(centre, neighbor, table.shifts[Int(index)]) }
    neighbors.append(Int32(truncatingIfNeeded: neighbor))
    shiftIndices.append(index)
  }

  private func describe(_ atom: Int) -> String {
    "\(atom) (\(Element.name(of: structure.atomicNumbers[atom])))"
  }

  private func coincidence(_ i: Int, _ j: Int, _ shift: SIMD3<Int32>) -> MACEError {
    let image =
      shift == .zero
      ? "" : " (its periodic image at the cell translation \(shift.x), \(shift.y), \(shift.z))"
    return MACEError(
      .geometry,
      "atoms \(describe(i)) and \(describe(j))\(image), counted from 0, are at the same point; remove one "
        + "of them or correct the positions")
  }

  private func tooDense(_ centre: Int) -> MACEError {
    MACEError(
      .geometry,
      "atom \(describe(centre)), counted from 0, has more than \(neighborLimit) neighbours within "
        + "\(cutoff) Å; check the units of the positions and of the cell (Å)")
  }
}
