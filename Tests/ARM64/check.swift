import KernelInterface
import KernelsBaseline

// The kernels on arm64 against plain sums, in Embedded Swift: no standard library for that system is needed.

@_extern(c, "puts") func puts(_ text: UnsafePointer<CChar>) -> CInt
@_extern(c, "exp") func exp(_ x: Double) -> Double

nonisolated(unsafe) var failures: CInt = 0
func expect(_ condition: Bool, _ what: StaticString) {
  if condition { return }
  failures += 1
  what.withUTF8Buffer { _ = puts(UnsafeRawPointer($0.baseAddress!).assumingMemoryBound(to: CChar.self)) }
}

/// Numbers in (−1, 1) that are the same everywhere.
struct Numbers {
  var state: UInt64 = 7
  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(Int64(bitPattern: state) >> 11) * 0x1p-52
  }
  mutating func list(_ count: Int) -> UnsafeMutablePointer<Double> {
    let p = UnsafeMutablePointer<Double>.allocate(capacity: count)
    for i in 0..<count { p[i] = next() }
    return p
  }
}

func close(_ a: Double, _ b: Double) -> Bool { (a - b).magnitude <= 1e-12 * (1 + b.magnitude) }

func checkLinear(_ kernels: KernelTable<Double>, _ numbers: inout Numbers) {
  let rows = 7, inner = 70, outer = 48
  let x = numbers.list(rows * inner), w = numbers.list(inner * outer), y = numbers.list(rows * outer)
  let xRows = UnsafeMutablePointer<Int>.allocate(capacity: rows)
  let yRows = UnsafeMutablePointer<Int>.allocate(capacity: rows)
  for r in 0..<rows { (xRows[r], yRows[r]) = (r * inner, r * outer) }
  kernels.linear(rows, xRows, yRows, inner, outer, x, w, y, false)
  for r in 0..<rows {
    for c in 0..<outer {
      var sum = 0.0
      for u in 0..<inner { sum += x[r * inner + u] * w[u * outer + c] }
      expect(close(y[r * outer + c], sum), "linear")
    }
  }
}

func checkSiLU(_ kernels: KernelTable<Double>, _ numbers: inout Numbers) {
  let x = numbers.list(16), y = numbers.list(16), slope = numbers.list(16)
  for i in 0..<16 { x[i] *= 20 }
  kernels.silu(16, 1.5, x, y, slope)
  for i in 0..<16 {
    let s = 1 / (1 + exp(-x[i]))
    expect(close(y[i], 1.5 * x[i] * s), "silu")
    expect(close(slope[i], 1.5 * (s + x[i] * s * (1 - s))), "slope of silu")
  }
}

func checkInterpolation(_ kernels: KernelTable<Double>, _ numbers: inout Numbers) {
  let t = numbers.list(8 * 16), w = numbers.list(8), values = numbers.list(16)
  let g = numbers.list(16), dw = numbers.list(8)
  for k in 0..<8 { dw[k] = 0 }
  let rows = UnsafeMutablePointer<UnsafePointer<Double>>.allocate(capacity: 1)
  rows[0] = UnsafePointer(t)
  let target = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
  target[0] = 0
  kernels.interpolate(1, 8, 16, rows, w, target, values)
  kernels.interpolateAdjoint(1, 8, 16, rows, target, g, dw)
  for c in 0..<16 {
    var sum = 0.0
    for k in 0..<8 { sum += w[k] * t[k * 16 + c] }
    expect(close(values[c], sum), "interpolation")
  }
  for k in 0..<8 {
    var sum = 0.0
    for c in 0..<16 { sum += t[k * 16 + c] * g[c] }
    expect(close(dw[k], sum), "adjoint of interpolation")
  }
}

/// One tile of 3 x 3; the adjoints contracted with their arguments are ⟨G, M⟩.
func checkConvolution(_ kernels: KernelTable<Double>, _ numbers: inout Numbers) {
  let edges = 2, channels = 16
  let tile = UnsafeMutablePointer<ConvolutionTile>.allocate(capacity: 1)
  tile[0] = ConvolutionTile(
    path: 0, messageRow: 0, senderRow: 0, rows: 3, columns: 3, coupling: 0, isFirst: true)
  let r = numbers.list(edges * channels), q = numbers.list(edges * 9), s = numbers.list(edges * 3 * channels)
  let m = numbers.list(3 * channels), g = numbers.list(3 * channels)
  let dr = numbers.list(edges * channels), dq = numbers.list(edges * 9),
    ds = numbers.list(edges * 3 * channels)
  for i in 0..<(3 * channels) { m[i] = 0 }
  for i in 0..<(edges * 3 * channels) { ds[i] = 0 }
  let senders = UnsafeMutablePointer<UnsafePointer<Double>>.allocate(capacity: edges)
  let adjoints = UnsafeMutablePointer<UnsafeMutablePointer<Double>>.allocate(capacity: edges)
  for e in 0..<edges {
    senders[e] = UnsafePointer(s + e * 3 * channels)
    adjoints[e] = ds + e * 3 * channels
  }
  kernels.convolve(tile, 1, edges, channels, r, q, 9, senders, m)
  kernels.convolveAdjoint(tile, 1, edges, channels, r, dr, q, dq, 9, senders, adjoints, g)
  var total = 0.0
  for i in 0..<3 {
    for c in 0..<channels {
      var sum = 0.0
      for e in 0..<edges {
        for j in 0..<3 { sum += r[e * channels + c] * q[e * 9 + 3 * i + j] * s[(e * 3 + j) * channels + c] }
      }
      expect(close(m[i * channels + c], sum), "convolution")
      total += sum * g[i * channels + c]
    }
  }
  var (byR, byQ, byS) = (0.0, 0.0, 0.0)
  for i in 0..<(edges * channels) { byR += dr[i] * r[i] }
  for i in 0..<(edges * 9) { byQ += dq[i] * q[i] }
  for i in 0..<(edges * 3 * channels) { byS += ds[i] * s[i] }
  expect(close(byR, total) && close(byQ, total) && close(byS, total), "adjoint of convolution")
}

@_cdecl("main")
func main() -> CInt {
  var numbers = Numbers()
  let kernels = float64Kernels()
  checkLinear(kernels, &numbers)
  checkSiLU(kernels, &numbers)
  checkInterpolation(kernels, &numbers)
  checkConvolution(kernels, &numbers)
  return failures == 0 ? 0 : 1
}
