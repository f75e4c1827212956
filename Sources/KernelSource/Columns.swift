/// Up to five vectors, the components m1 of a sender's block. `n` is a literal at every call, so that the
/// branches fold away and every component lives in a register.
struct Columns<L: Lane> {
  var a = L.zero, b = L.zero, c = L.zero, d = L.zero, e = L.zero

  @inline(__always) init() {}

  @inline(__always) init(_ p: UnsafePointer<L.Element>, _ stride: Int, _ n: Int) {
    a = L.load(p)
    if n > 1 { b = L.load(p + stride) }
    if n > 2 { c = L.load(p + 2 * stride) }
    if n > 3 { d = L.load(p + 3 * stride) }
    if n > 4 { e = L.load(p + 4 * stride) }
  }

  @inline(__always) func scaled(_ r: L, _ n: Int) -> Columns {
    var y = Columns()
    y.a = r * a
    if n > 1 { y.b = r * b }
    if n > 2 { y.c = r * c }
    if n > 3 { y.d = r * d }
    if n > 4 { y.e = r * e }
    return y
  }

  /// sum + Σ_m q[m] · self[m]
  @inline(__always) func dot(_ q: UnsafePointer<L.Element>, _ n: Int, _ sum: L) -> L {
    var y = L.fma(L.splat(q[0]), a, sum)
    if n > 1 { y = L.fma(L.splat(q[1]), b, y) }
    if n > 2 { y = L.fma(L.splat(q[2]), c, y) }
    if n > 3 { y = L.fma(L.splat(q[3]), d, y) }
    if n > 4 { y = L.fma(L.splat(q[4]), e, y) }
    return y
  }

  /// Σ_m self[m] · x[m]
  @inline(__always) func dot(_ x: Columns, _ n: Int) -> L {
    var y = a * x.a
    if n > 1 { y = L.fma(b, x.b, y) }
    if n > 2 { y = L.fma(c, x.c, y) }
    if n > 3 { y = L.fma(d, x.d, y) }
    if n > 4 { y = L.fma(e, x.e, y) }
    return y
  }

  /// self[m] += q[m] · g
  @inline(__always) mutating func add(_ q: UnsafePointer<L.Element>, _ g: L, _ n: Int) {
    a = L.fma(L.splat(q[0]), g, a)
    if n > 1 { b = L.fma(L.splat(q[1]), g, b) }
    if n > 2 { c = L.fma(L.splat(q[2]), g, c) }
    if n > 3 { d = L.fma(L.splat(q[3]), g, d) }
    if n > 4 { e = L.fma(L.splat(q[4]), g, e) }
  }

  /// self[m] += g · x[m]
  @inline(__always) mutating func add(_ g: L, _ x: Columns, _ n: Int) {
    a = L.fma(g, x.a, a)
    if n > 1 { b = L.fma(g, x.b, b) }
    if n > 2 { c = L.fma(g, x.c, c) }
    if n > 3 { d = L.fma(g, x.d, d) }
    if n > 4 { e = L.fma(g, x.e, e) }
  }

  /// p[m] += r · self[m]
  @inline(__always) func addScaled(_ r: L, to p: UnsafeMutablePointer<L.Element>, _ stride: Int, _ n: Int) {
    L.fma(r, a, L.load(p)).store(p)
    if n > 1 { L.fma(r, b, L.load(p + stride)).store(p + stride) }
    if n > 2 { L.fma(r, c, L.load(p + 2 * stride)).store(p + 2 * stride) }
    if n > 3 { L.fma(r, d, L.load(p + 3 * stride)).store(p + 3 * stride) }
    if n > 4 { L.fma(r, e, L.load(p + 4 * stride)).store(p + 4 * stride) }
  }

  @inline(__always) func storeSums(_ q: UnsafeMutablePointer<L.Element>, _ n: Int) {
    q[0] = a.sum()
    if n > 1 { q[1] = b.sum() }
    if n > 2 { q[2] = c.sum() }
    if n > 3 { q[3] = d.sum() }
    if n > 4 { q[4] = e.sum() }
  }
}

/// Calls `body` with a tile's shape as literals, so that it is compiled once per shape with everything in
/// registers. The shapes are those of `ConvolutionTile`: 1...7 rows by 1, 2, 3 or 5 columns.
@inline(__always)
func withShape(_ rows: Int32, _ columns: Int32, _ body: (_ rows: Int, _ columns: Int) -> Void) {
  switch (columns, rows) {
  case (1, 1): body(1, 1)
  case (1, 3): body(3, 1)
  case (1, 5): body(5, 1)
  case (1, 7): body(7, 1)
  case (1, 2): body(2, 1)
  case (1, 4): body(4, 1)
  case (2, 1): body(1, 2)
  case (2, 2): body(2, 2)
  case (2, 3): body(3, 2)
  case (2, 4): body(4, 2)
  case (2, 5): body(5, 2)
  case (2, 7): body(7, 2)
  case (3, 1): body(1, 3)
  case (3, 2): body(2, 3)
  case (3, 3): body(3, 3)
  case (3, 4): body(4, 3)
  case (3, 5): body(5, 3)
  case (3, 7): body(7, 3)
  case (5, 1): body(1, 5)
  case (5, 2): body(2, 5)
  case (5, 3): body(3, 5)
  case (5, 4): body(4, 5)
  default: preconditionFailure("a convolution tile of an unknown shape")
  }
}
