import KernelInterface

/// B-splines and their slopes at the places of edges, by Horner's rule: a vector holds w_k for several k.
func splineWeights<L: PlainLane>(
  _ lane: L.Type, edges: Int, taps: Int, polynomials: UnsafePointer<Double>,
  fractions: UnsafePointer<Double>, scales: UnsafePointer<Double>, values: UnsafeMutablePointer<Double>,
  slopes: UnsafeMutablePointer<Double>
) where L.Element == Double {
  @inline(__always) func run(_ n: Int) {
    for e in 0..<edges {
      let t = L.splat(fractions[e]), scale = L.splat(scales[e])
      var k = 0
      while k < 8 {
        var value = L.load(polynomials + (8 * (n - 1) + k)), slope = value
        value = L.fma(value, t, L.load(polynomials + (8 * (n - 2) + k)))
        var p = n - 3
        while p >= 0 {
          slope = L.fma(slope, t, value)
          value = L.fma(value, t, L.load(polynomials + (8 * p + k)))
          p -= 1
        }
        value.store(values + (8 * e + k))
        (slope * scale).store(slopes + (8 * e + k))
        k += L.count
      }
    }
  }
  if taps == 8 { run(8) } else { run(6) }
}

/// Path weights of edges from a table of B-spline coefficients T in the distance:
///
///     R[e][c] = Σ_k w_e[k] T_e[k][c],   k < taps,
///
/// where `rows[k]` is the first of `taps` consecutive rows of the table, of `channels` numbers each. Edges come
/// in the order of their distance, so that the rows of one are in the first cache for the next.
func interpolate<L: Lane>(
  _ lane: L.Type, edges: Int, taps: Int, channels: Int,
  rows: UnsafePointer<UnsafePointer<L.Element.Weight>>, weights: UnsafePointer<L.Element>,
  targets: UnsafePointer<Int32>, values: UnsafeMutablePointer<L.Element>
) {
  @inline(__always) func run(_ n: Int) {
    for e in 0..<edges {
      let w = Taps<L>(splat: weights + e * n, n), t = rows[e]
      let y = values + Int(targets[e]) * channels
      var k = 0
      while k < channels {
        w.dot(t + k, channels, n).store(y + k)
        k += L.count
      }
    }
  }
  if taps == 8 { run(8) } else { run(6) }
}

/// The adjoint with respect to the weights, D_e[k] += Σ_c T_e[k][c] G[e][c], with G = ∂E/∂R.
func interpolateAdjoint<L: Lane>(
  _ lane: L.Type, edges: Int, taps: Int, channels: Int,
  rows: UnsafePointer<UnsafePointer<L.Element.Weight>>, targets: UnsafePointer<Int32>,
  adjoints: UnsafePointer<L.Element>, weightAdjoints: UnsafeMutablePointer<L.Element>
) {
  @inline(__always) func run(_ n: Int) {
    for e in 0..<edges {
      let t = rows[e], g = adjoints + Int(targets[e]) * channels
      var sums = Taps<L>()
      var k = 0
      while k < channels {
        sums.add(t + k, channels, L.load(g + k), n)
        k += L.count
      }
      sums.addSums(to: weightAdjoints + e * n, n)
    }
  }
  if taps == 8 { run(8) } else { run(6) }
}

/// The adjoint with respect to the table, ∂E/∂T_e[k][c] += w_e[k] G[e][c]; of duals, the tangent of it.
func interpolateGradient<L: Lane>(
  _ lane: L.Type, edges: Int, taps: Int, channels: Int,
  rows: UnsafePointer<UnsafeMutablePointer<L.Element.Weight>>, weights: UnsafePointer<L.Element>,
  targets: UnsafePointer<Int32>, adjoints: UnsafePointer<L.Element>
) {
  @inline(__always) func run(_ n: Int) {
    for e in 0..<edges {
      let w = Taps<L>(splat: weights + e * n, n), t = rows[e]
      let g = adjoints + Int(targets[e]) * channels
      var k = 0
      while k < channels {
        w.addProducts(L.load(g + k), to: t + k, channels, n)
        k += L.count
      }
    }
  }
  if taps == 8 { run(8) } else { run(6) }
}

/// Six or eight vectors; the number is a literal at every call.
private struct Taps<L: Lane> {
  var a = L.zero, b = L.zero, c = L.zero, d = L.zero
  var e = L.zero, f = L.zero, g = L.zero, h = L.zero

  @inline(__always) init() {}

  @inline(__always) init(splat w: UnsafePointer<L.Element>, _ n: Int) {
    a = L.splat(w[0])
    b = L.splat(w[1])
    c = L.splat(w[2])
    d = L.splat(w[3])
    e = L.splat(w[4])
    f = L.splat(w[5])
    if n > 6 {
      g = L.splat(w[6])
      h = L.splat(w[7])
    }
  }

  /// Σ_k self[k] · t[k], in two chains
  @inline(__always) func dot(_ t: UnsafePointer<L.Element.Weight>, _ stride: Int, _ n: Int) -> L {
    typealias W = L.WeightLane
    var x = L.fma(weight: W.load(t), a, L.zero)
    var y = L.fma(weight: W.load(t + stride), b, L.zero)
    x = L.fma(weight: W.load(t + 2 * stride), c, x)
    y = L.fma(weight: W.load(t + 3 * stride), d, y)
    x = L.fma(weight: W.load(t + 4 * stride), e, x)
    y = L.fma(weight: W.load(t + 5 * stride), f, y)
    if n > 6 {
      x = L.fma(weight: W.load(t + 6 * stride), g, x)
      y = L.fma(weight: W.load(t + 7 * stride), h, y)
    }
    return x + y
  }

  /// self[k] += t[k] · x
  @inline(__always) mutating func add(
    _ t: UnsafePointer<L.Element.Weight>, _ stride: Int, _ x: L, _ n: Int
  ) {
    typealias W = L.WeightLane
    a = L.fma(weight: W.load(t), x, a)
    b = L.fma(weight: W.load(t + stride), x, b)
    c = L.fma(weight: W.load(t + 2 * stride), x, c)
    d = L.fma(weight: W.load(t + 3 * stride), x, d)
    e = L.fma(weight: W.load(t + 4 * stride), x, e)
    f = L.fma(weight: W.load(t + 5 * stride), x, f)
    if n > 6 {
      g = L.fma(weight: W.load(t + 6 * stride), x, g)
      h = L.fma(weight: W.load(t + 7 * stride), x, h)
    }
  }

  /// p[k] += the sum of self[k]
  @inline(__always) func addSums(to p: UnsafeMutablePointer<L.Element>, _ n: Int) {
    p[0] = L.plus(p[0], a.sum())
    p[1] = L.plus(p[1], b.sum())
    p[2] = L.plus(p[2], c.sum())
    p[3] = L.plus(p[3], d.sum())
    p[4] = L.plus(p[4], e.sum())
    p[5] = L.plus(p[5], f.sum())
    if n > 6 {
      p[6] = L.plus(p[6], g.sum())
      p[7] = L.plus(p[7], h.sum())
    }
  }

  /// t[k] += self[k] · x
  @inline(__always) func addProducts(
    _ x: L, to t: UnsafeMutablePointer<L.Element.Weight>, _ stride: Int, _ n: Int
  ) {
    @inline(__always) func add(_ w: L, _ p: UnsafeMutablePointer<L.Element.Weight>) {
      L.addProduct(w, x, to: L.WeightLane.load(p)).store(p)
    }
    add(a, t)
    add(b, t + stride)
    add(c, t + 2 * stride)
    add(d, t + 3 * stride)
    add(e, t + 4 * stride)
    add(f, t + 5 * stride)
    if n > 6 {
      add(g, t + 6 * stride)
      add(h, t + 7 * stride)
    }
  }
}
