import KernelInterface

/// y[yRow[r] + w] (+)= Σ_u x[xRow[r] + u] · weight[u · outer + w].
///
/// Six rows by `tile` vectors of outputs stay in registers over the whole inner sum, and the panel of weights that
/// belongs to these vectors stays in the first cache over all rows.
func linear<L: Lane>(
  _ lane: L.Type, rows: Int, xRows: UnsafePointer<Int>, yRows: UnsafePointer<Int>, inner: Int, outer: Int,
  x: UnsafePointer<L.Element>, weight: UnsafePointer<L.Element.Weight>, y: UnsafeMutablePointer<L.Element>,
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
  if L.linearTile >= 4 {
    while w + 4 * n <= outer { panel(4) }
  }
  if L.linearTile >= 2 {
    while w + 2 * n <= outer { panel(2) }
  }
  while w < outer { panel(1) }
}

/// The gradient of the weights: gradient[u · outer + w] += Σ_r x[xRow[r] + u] · g[yRow[r] + w].
///
/// Six rows of the gradient by `tile` vectors stay in registers over all rows of x.
func linearGradient<L: Lane>(
  _ lane: L.Type, rows: Int, xRows: UnsafePointer<Int>, yRows: UnsafePointer<Int>, inner: Int, outer: Int,
  x: UnsafePointer<L.Element>, g: UnsafePointer<L.Element>,
  gradient: UnsafeMutablePointer<L.Element.Weight>
) {
  let n = L.count
  var w = 0
  @inline(__always) func panel(_ tile: Int) {
    var u = 0
    while u < inner {
      if u + 6 <= inner {
        gradientRows(lane, tile, 6, rows, xRows, yRows, outer, x + u, g + w, gradient + (u * outer + w))
        u += 6
      } else {
        gradientRows(lane, tile, 1, rows, xRows, yRows, outer, x + u, g + w, gradient + (u * outer + w))
        u += 1
      }
    }
    w += tile * n
  }
  if L.linearTile >= 4 {
    while w + 4 * n <= outer { panel(4) }
  }
  if L.linearTile >= 2 {
    while w + 2 * n <= outer { panel(2) }
  }
  while w < outer { panel(1) }
}

/// Rows beyond the last are copies of it: every copy starts from the same y and stores the same sum.
@inline(__always)
private func sixRows<L: Lane>(
  _ lane: L.Type, _ tile: Int, _ r: Int, last: Int, _ xRows: UnsafePointer<Int>, _ yRows: UnsafePointer<Int>,
  _ inner: Int, _ outer: Int, _ x: UnsafePointer<L.Element>, _ weight: UnsafePointer<L.Element.Weight>,
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
    let b = Quad<L.WeightLane>(p, tile)
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

/// `count` (6 or 1) rows of the gradient.
@inline(__always)
private func gradientRows<L: Lane>(
  _ lane: L.Type, _ tile: Int, _ count: Int, _ rows: Int, _ xRows: UnsafePointer<Int>,
  _ yRows: UnsafePointer<Int>, _ outer: Int, _ x: UnsafePointer<L.Element>, _ g: UnsafePointer<L.Element>,
  _ gradient: UnsafeMutablePointer<L.Element.Weight>
) {
  typealias Sums = Quad<L.WeightLane>
  let step = count > 1 ? outer : 0
  var a0 = Sums(gradient, tile, true), a1 = Sums(gradient + step, tile, count > 1)
  var a2 = Sums(gradient + 2 * step, tile, count > 1), a3 = Sums(gradient + 3 * step, tile, count > 1)
  var a4 = Sums(gradient + 4 * step, tile, count > 1), a5 = Sums(gradient + 5 * step, tile, count > 1)
  for r in 0..<rows {
    let p = x + xRows[r]
    let b = Quad<L>(g + yRows[r], tile)
    a0.addProduct(L.splat(p[0]), b, tile)
    if count > 1 {
      a1.addProduct(L.splat(p[1]), b, tile)
      a2.addProduct(L.splat(p[2]), b, tile)
      a3.addProduct(L.splat(p[3]), b, tile)
      a4.addProduct(L.splat(p[4]), b, tile)
      a5.addProduct(L.splat(p[5]), b, tile)
    }
  }
  a0.store(gradient, tile)
  if count > 1 {
    a1.store(gradient + step, tile)
    a2.store(gradient + 2 * step, tile)
    a3.store(gradient + 3 * step, tile)
    a4.store(gradient + 4 * step, tile)
    a5.store(gradient + 5 * step, tile)
  }
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

  @inline(__always) mutating func add(_ x: L, _ w: Quad<L.WeightLane>, _ tile: Int) {
    a = L.fma(weight: w.a, x, a)
    if tile > 1 { b = L.fma(weight: w.b, x, b) }
    if tile > 2 { c = L.fma(weight: w.c, x, c) }
    if tile > 3 { d = L.fma(weight: w.d, x, d) }
  }

  /// self += x · y of lanes whose parameters this one holds.
  @inline(__always) mutating func addProduct<X: Lane>(_ x: X, _ y: Quad<X>, _ tile: Int)
  where X.WeightLane == L {
    a = X.addProduct(x, y.a, to: a)
    if tile > 1 { b = X.addProduct(x, y.b, to: b) }
    if tile > 2 { c = X.addProduct(x, y.c, to: c) }
    if tile > 3 { d = X.addProduct(x, y.d, to: d) }
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
