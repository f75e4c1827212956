import Atomistics

/// The simulation box of a dump.
struct LAMMPSBox {
  let origin: SIMD3<Double>
  let cell: Cell
  let pbc: Periodicity

  /// nil for a box that is not understood.
  ///
  /// The bounds of a triclinic box are those of its bounding box (LAMMPS' manual, "Triclinic simulation boxes").
  init?(item: String, rows: [[Double]]) {
    let words = item.split(separator: " ").dropFirst(2)
    let isTriclinic = words.starts(with: ["xy", "xz", "yz"])
    guard rows.count == 3, rows.allSatisfy({ $0.count == (isTriclinic ? 3 : 2) }) else { return nil }
    let boundaries = words.dropFirst(isTriclinic ? 3 : 0)
    // Dumps of old versions do not name the boundaries; LAMMPS' default is periodic.
    guard boundaries.count == 3 || boundaries.isEmpty, boundaries.allSatisfy({ $0.count == 2 }) else {
      return nil
    }
    let periodic = boundaries.isEmpty ? [true, true, true] : boundaries.map { $0 == "pp" }
    pbc = Periodicity(periodic[0], periodic[1], periodic[2])
    var low = SIMD3(rows[0][0], rows[1][0], rows[2][0])
    var high = SIMD3(rows[0][1], rows[1][1], rows[2][1])
    let (xy, xz, yz) = isTriclinic ? (rows[0][2], rows[1][2], rows[2][2]) : (0, 0, 0)
    low.x -= min(0, xy, xz, xy + xz)
    high.x -= max(0, xy, xz, xy + xz)
    low.y -= min(0, yz)
    high.y -= max(0, yz)
    let edges = high - low
    guard edges.min() > 0 else { return nil }
    origin = low
    cell = Cell(SIMD3(edges.x, 0, 0), SIMD3(xy, edges.y, 0), SIMD3(xz, yz, edges.z))
  }
}
