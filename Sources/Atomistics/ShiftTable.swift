import Diagnostics

/// Numbers the lattice translations that occur in a neighbour list, in the order of first use.
struct ShiftTable {
  /// S in units of the cell vectors; entry 0 is zero.
  private(set) var shifts: [SIMD3<Int32>] = [.zero]
  /// S · cell in Å, one per entry of `shifts`.
  private(set) var translations: [SIMD3<Double>] = [.zero]

  private let basis: PeriodicBasis
  private let cell: Cell?
  /// Dense table over the box lower ..< lower + extent of basis shifts (-1: not numbered yet), if it is small.
  private var dense: [Int32] = []
  private let lower: SIMD3<Int>
  private let extent: SIMD3<Int>
  private var sparse: [SIMD3<Int>: Int32] = [:]

  /// - Parameters:
  ///   - lower, upper: inclusive bounds of the basis shifts that can occur.
  ///   - denseLimit: the largest number of entries of a dense table.
  init(
    basis: PeriodicBasis, cell: Cell?, lower: SIMD3<Int>, upper: SIMD3<Int>, denseLimit: Int
  ) {
    self.basis = basis
    self.cell = cell
    self.lower = lower
    extent = upper &- lower &+ SIMD3(repeating: 1)
    let entries = Double(extent.x) * Double(extent.y) * Double(extent.z)
    if entries <= Double(denseLimit) {
      dense = [Int32](repeating: -1, count: extent.x * extent.y * extent.z)
    }
    if let slot = denseSlot(.zero) { dense[slot] = 0 }
    sparse[.zero] = 0
  }

  private func denseSlot(_ shift: SIMD3<Int>) -> Int? {
    if dense.isEmpty { return nil }
    let x = shift.x &- lower.x
    let y = shift.y &- lower.y
    let z = shift.z &- lower.z
    guard x >= 0, x < extent.x, y >= 0, y < extent.y, z >= 0, z < extent.z else { return nil }
    return (z &* extent.y &+ y) &* extent.x &+ x
  }

  /// The number of the shift given in units of the periodic basis.
  mutating func index(of shift: SIMD3<Int>) throws(MACEError) -> Int32 {
    if let slot = denseSlot(shift) {
      let known = dense[slot]
      if known >= 0 { return known }
      let new = try append(shift)
      dense[slot] = new
      return new
    }
    if let known = sparse[shift] { return known }
    let new = try append(shift)
    sparse[shift] = new
    return new
  }

  private mutating func append(_ shift: SIMD3<Int>) throws(MACEError) -> Int32 {
    guard let cellShift = basis.cellShift(of: shift), shifts.count < Int(Int32.max) else {
      throw MACEError(
        .geometry,
        "an atom lies so many cells away that its lattice translation does not fit 32 bits; wrap the "
          + "positions into the cell")
    }
    shifts.append(cellShift)
    translations.append(cell?.translation(of: cellShift) ?? .zero)
    return Int32(shifts.count - 1)
  }
}
