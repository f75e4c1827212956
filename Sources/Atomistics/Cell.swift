/// Three lattice vectors a, b, c in Å: the rows of ASE's cell matrix.
///
/// Left-handed cells and rows of zeros (in directions that are not periodic) are allowed.
public struct Cell: Sendable, Hashable {
  public var a: SIMD3<Double>
  public var b: SIMD3<Double>
  public var c: SIMD3<Double>

  public init(_ a: SIMD3<Double>, _ b: SIMD3<Double>, _ c: SIMD3<Double>) {
    self.a = a
    self.b = b
    self.c = c
  }

  /// An orthorhombic cell with the edges `lengths` (Å) along x, y and z.
  public init(orthorhombic lengths: SIMD3<Double>) {
    self.init(SIMD3(lengths.x, 0, 0), SIMD3(0, lengths.y, 0), SIMD3(0, 0, lengths.z))
  }

  /// Row 0 (a), 1 (b) or 2 (c).
  public subscript(row: Int) -> SIMD3<Double> {
    get {
      precondition(row >= 0 && row < 3)
      return row == 0 ? a : row == 1 ? b : c
    }
    set {
      precondition(row >= 0 && row < 3)
      switch row {
      case 0: a = newValue
      case 1: b = newValue
      default: c = newValue
      }
    }
  }

  /// a · (b × c) in Å³: negative for a left-handed cell.
  public var determinant: Double { a.dot(b.cross(c)) }

  /// |a · (b × c)| in Å³.
  public var volume: Double { determinant.magnitude }

  /// True when all nine entries are finite.
  public var isFinite: Bool { a.isFinite && b.isFinite && c.isFinite }

  /// True when all nine entries are zero.
  public var isZero: Bool { a == .zero && b == .zero && c == .zero }

  /// The inverse matrix in 1/Å (rows as here, M · M⁻¹ = 1), or nil when the volume is zero or not finite.
  public var inverse: Cell? {
    let determinant = self.determinant
    guard determinant != 0, determinant.isFinite else { return nil }
    let u = b.cross(c) / determinant
    let v = c.cross(a) / determinant
    let w = a.cross(b) / determinant
    let result = Cell(SIMD3(u.x, v.x, w.x), SIMD3(u.y, v.y, w.y), SIMD3(u.z, v.z, w.z))
    return result.isFinite ? result : nil
  }

  /// The row vector `fractional` · M: fractional (cell) coordinates to Å.
  public func cartesian(of fractional: SIMD3<Double>) -> SIMD3<Double> {
    (fractional.x * a + fractional.y * b) + fractional.z * c
  }

  /// The row vector `cartesian` · M⁻¹: Å to fractional coordinates, not wrapped; nil without volume.
  public func fractional(of cartesian: SIMD3<Double>) -> SIMD3<Double>? {
    inverse?.cartesian(of: cartesian)
  }

  /// The lattice translation S · M in Å of an integer vector S.
  ///
  /// Exactly odd: the translation of −S is the negative of that of S, bit for bit.
  public func translation(of shift: SIMD3<Int32>) -> SIMD3<Double> {
    cartesian(of: SIMD3(Double(shift.x), Double(shift.y), Double(shift.z)))
  }
}
