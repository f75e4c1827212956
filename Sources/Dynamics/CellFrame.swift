import Atomistics
import Diagnostics
import Glibc

/// A cell as lengths and angles, and the rotation into the orientation that belongs to them: a along x, b in the
/// plane xy.
struct CellFrame {
  /// |a|, |b|, |c|, Å.
  private(set) var lengths: [Double] = [0, 0, 0]
  /// α = ∠(b, c), β = ∠(a, c), γ = ∠(a, b), degrees.
  private(set) var angles: [Double] = [90, 90, 90]
  /// Unit vectors of the new axes; nil when the cell stands like this already.
  private var axes: [SIMD3<Double>]?

  /// - Throws: `.unsupported` for left-handed cells and for vectors of zero length among others.
  init(_ structure: Structure, path: String) throws(MACEError) {
    guard structure.pbc.isAny, let cell = structure.cell else { return }
    guard cell.determinant > 0 else {
      throw MACEError(
        .unsupported,
        "\(path): a cell that is left-handed or without volume has no form in AMBER's NetCDF convention; write "
          + "extended XYZ")
    }
    lengths = [cell.a.length, cell.b.length, cell.c.length]
    func angle(_ u: SIMD3<Double>, _ v: SIMD3<Double>) -> Double {
      atan2(u.cross(v).length, u.dot(v)) * 180 / .pi
    }
    angles = [angle(cell.b, cell.c), angle(cell.a, cell.c), angle(cell.a, cell.b)]
    if cell.a.y == 0, cell.a.z == 0, cell.b.z == 0, cell.a.x > 0, cell.b.y > 0 { return }
    let x = cell.a / lengths[0]
    let normal = cell.a.cross(cell.b)
    let z = normal / normal.length
    axes = [x, z.cross(x), z]
  }

  /// [vector][3], in the new orientation.
  func turned(_ vectors: [SIMD3<Double>], scale: Double) -> [Double] {
    vectors.flatMap { v in
      let w = axes.map { SIMD3($0[0].dot(v), $0[1].dot(v), $0[2].dot(v)) } ?? v
      return [w.x * scale, w.y * scale, w.z * scale]
    }
  }
}
