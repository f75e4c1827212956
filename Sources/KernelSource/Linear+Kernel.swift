/// y[yRow[r] + w] (+)= Σ_u x[xRow[r] + u] · weight[u · outer + w].
///
/// Six rows by `tile` vectors of outputs stay in registers over the whole inner sum, and the panel of weights that
/// belongs to these vectors stays in the first cache over all rows.
func linear<L: Lane>(
  _ lane: L.Type, rows: Int, xRows: UnsafePointer<Int>, yRows: UnsafePointer<Int>, inner: Int, outer: Int,
  x: UnsafePointer<L.Element>, weight: UnsafePointer<L.Element>, y: UnsafeMutablePointer<L.Element>,
  accumulate: Bool
) {
  let n = L.count
  var w = 0
  @inline(__always) func panel(_ tile: Int) {
    var r = 0
    while r < rows {
      sixRows(
        lane, tile, r, last: rows - 1, xRows, yRows, inner, outer, x, weight + w, y + w, accumulate)
      r += 6
    }
    w += tile * n
  }
  if L.linearTile == 4 {
    while w + 4 * n <= outer { panel(4) }
  }
  while w + 2 * n <= outer { panel(2) }
  while w < outer { panel(1) }
}

/// Rows beyond the last are copies of it: every copy starts from the same y and stores the same sum.
@inline(__always)
private func sixRows<L: Lane>(
  _ lane: L.Type, _ tile: Int, _ r: Int, last: Int, _ xRows: UnsafePointer<Int>, _ yRows: UnsafePointer<Int>,
  _ inner: Int, _ outer: Int, _ x: UnsafePointer<L.Element>, _ weight: UnsafePointer<L.Element>,
  _ y: UnsafeMutablePointer<L.Element>, _ accumulate: Bool
) {
  let (r0, r1, r2) = (r, min(r + 1, last), min(r + 2, last))
  let (r3, r4, r5) = (min(r + 3, last), min(r + 4, last), min(r + 5, last))
  let (x0, x1, x2) = (x + xRows[r0], x + xRows[r1], x + xRows[r2])
  let (x3, x4, x5) = (x + xRows[r3], x + xRows[r4], x + xRows[r5])
  let (y0, y1, y2) = (y + yRows[r0], y + yRows[r1], y + yRows[r2])
  let (y3, y4, y5) = (y + yRows[r3], y + yRows[r4], y + yRows[r5])
  var a0 = Quad<L>(y0, tile, accumulate), a1 = Quad<L>(y1, tile, accumulate)
  var a2 = Quad<L>(y2, tile, accumulate), a3 = Quad<L>(y3, tile, accumulate)
  var a4 = Quad<L>(y4, tile, accumulate), a5 = Quad<L>(y5, tile, accumulate)
  var p = weight
  for u in 0..<inner {
    let b = Quad<L>(p, tile)
    a0.add(L.splat(x0[u]), b, tile)
    a1.add(L.splat(x1[u]), b, tile)
    a2.add(L.splat(x2[u]), b, tile)
    a3.add(L.splat(x3[u]), b, tile)
    a4.add(L.splat(x4[u]), b, tile)
    a5.add(L.splat(x5[u]), b, tile)
    p += outer
  }
  a0.store(y0, tile)
  a1.store(y1, tile)
  a2.store(y2, tile)
  a3.store(y3, tile)
  a4.store(y4, tile)
  a5.store(y5, tile)
}

/// Up to four vectors of one row; `tile` is a literal at every call, so that unused ones vanish.
private struct Quad<L: Lane> {
  var a: L, b: L, c: L, d: L

  @inline(__always) init(_ p: UnsafePointer<L.Element>, _ tile: Int) {
    a = L.load(p)
    b = tile > 1 ? L.load(p + L.count) : L.zero
    c = tile > 2 ? L.load(p + 2 * L.count) : L.zero
    d = tile > 3 ? L.load(p + 3 * L.count) : L.zero
  }

  @inline(__always) init(_ p: UnsafeMutablePointer<L.Element>, _ tile: Int, _ accumulate: Bool) {
    a = accumulate ? L.load(p) : L.zero
    b = accumulate && tile > 1 ? L.load(p + L.count) : L.zero
    c = accumulate && tile > 2 ? L.load(p + 2 * L.count) : L.zero
    d = accumulate && tile > 3 ? L.load(p + 3 * L.count) : L.zero
  }

  @inline(__always) mutating func add(_ x: L, _ w: Quad, _ tile: Int) {
    a = L.fma(x, w.a, a)
    if tile > 1 { b = L.fma(x, w.b, b) }
    if tile > 2 { c = L.fma(x, w.c, c) }
    if tile > 3 { d = L.fma(x, w.d, d) }
  }

  @inline(__always) func store(_ p: UnsafeMutablePointer<L.Element>, _ tile: Int) {
    a.store(p)
    if tile > 1 { b.store(p + L.count) }
    if tile > 2 { c.store(p + 2 * L.count) }
    if tile > 3 { d.store(p + 3 * L.count) }
  }
}

/// y = constant · silu(x), slope = dy/dx.
func silu<L: Lane>(
  _ lane: L.Type, count: Int, constant: Double, x: UnsafePointer<L.Element>,
  y: UnsafeMutablePointer<L.Element>, slope: UnsafeMutablePointer<L.Element>
) {
  var k = 0
  while k < count {
    let (value, derivative) = L.silu(L.load(x + k), constant)
    value.store(y + k)
    derivative.store(slope + k)
    k += L.count
  }
}
