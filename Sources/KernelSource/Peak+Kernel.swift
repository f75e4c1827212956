/// Twelve independent chains of fused multiply–adds: enough to hide the latency of every current core.
/// Returns the floating-point operations done.
func peakLoop<L: Lane>(_ lane: L.Type, iterations: Int, sink: UnsafeMutablePointer<L.Element>) -> Double {
  let x = L.load(sink), y = L.load(sink + L.count)
  var a = x, b = x, c = x, d = x, e = x, f = x
  var g = y, h = y, i = y, j = y, k = y, l = y
  for _ in 0..<iterations {
    a = L.fma(a, x, y)
    b = L.fma(b, x, y)
    c = L.fma(c, x, y)
    d = L.fma(d, x, y)
    e = L.fma(e, x, y)
    f = L.fma(f, x, y)
    g = L.fma(g, x, y)
    h = L.fma(h, x, y)
    i = L.fma(i, x, y)
    j = L.fma(j, x, y)
    k = L.fma(k, x, y)
    l = L.fma(l, x, y)
  }
  (((a + b) + (c + d)) + ((e + f) + (g + h)) + ((i + j) + (k + l))).store(sink)
  return Double(iterations) * 12 * 2 * Double(L.count)
}
