import KernelInterface

/// Symmetric contraction: component d of the product basis is a polynomial in the rows A[i] of an atom,
/// evaluated for all channels at once in Horner form over the tree of monomials,
///
///     value(node) = w(node) + Σ_children A[child] value(child),   B[d] = Σ_roots A[root] value(root),
///
/// for `atoms` (1 or 4) atoms of one species, so that a coefficient is loaded once for four atoms. For each vector
/// of channels the rows of the atoms are packed into scratch first: in place, rows of a power of two of channels
/// would share few sets of the first cache.
func contract<L: Lane>(
  _ lane: L.Type, polynomials: UnsafePointer<Polynomial>, polynomialCount: Int, atoms: Int, rows: Int,
  channels: Int, coefficients: UnsafePointer<L.Element.Weight>, coefficientCount: Int,
  features: UnsafePointer<UnsafePointer<L.Element>>,
  outputs: UnsafePointer<UnsafeMutablePointer<L.Element>>, scratch: UnsafeMutablePointer<L.Element>
) {
  let slot = 4 * L.count
  let a = UnsafePointer(scratch), values = scratch + rows * slot
  @inline(__always) func run(_ n: Int) {
    var k = 0
    while k < channels {
      let w = Coefficients<L>(coefficients, coefficientCount, k)
      for i in 0..<rows { Quartet<L>(features, i * channels + k, n).store(scratch + i * slot, n) }
      for d in 0..<polynomialCount {
        let polynomial = polynomials[d]
        let degree = Int(polynomial.degree)
        for level in stride(from: degree - 2, through: 0, by: -1) {
          innerValues(polynomial, level: level, w, a, n, values)
        }
        var b = Quartet<L>()
        for root in Int(polynomial.levels[0])..<Int(polynomial.levels[1]) {
          let node = polynomial.nodes[root]
          let x = Quartet<L>(a + Int(node.index) * slot, n)
          if degree == 1 {
            b.add(w[node.coefficient], x, n)
          } else {
            b.add(x, Quartet<L>(values + root * slot, n), n)
          }
        }
        b.store(outputs, d * channels + k, n)
      }
      k += L.count
    }
  }
  if atoms == 4 { run(4) } else { run(1) }
}

/// Values of the inner nodes of one level (counted from 0), from those of the level below.
@inline(__always)
private func innerValues<L: Lane>(
  _ polynomial: Polynomial, level: Int, _ w: Coefficients<L>, _ a: UnsafePointer<L.Element>, _ n: Int,
  _ values: UnsafeMutablePointer<L.Element>
) {
  let slot = 4 * L.count
  let childrenAreLeaves = level == Int(polynomial.degree) - 2
  for i in Int(polynomial.levels[level])..<Int(polynomial.levels[level + 1]) {
    let node = polynomial.nodes[i]
    var value = Quartet<L>()
    if node.coefficient >= 0 { value = Quartet(repeating: w[node.coefficient]) }
    if childrenAreLeaves {
      for j in Int(node.firstChild)..<Int(node.endChild) {
        let child = polynomial.nodes[j]
        value.add(w[child.coefficient], Quartet<L>(a + Int(child.index) * slot, n), n)
      }
    } else {
      for j in Int(node.firstChild)..<Int(node.endChild) {
        let x = Quartet<L>(a + Int(polynomial.nodes[j].index) * slot, n)
        value.add(x, Quartet<L>(values + j * slot, n), n)
      }
    }
    value.store(values + i * slot, n)
  }
}

/// The adjoint: with g = ∂E/∂B[d], walk the tree from the roots, where `back(node)` is g times the node's
/// monomial, and ∂E/∂A[child] += back(node) · value(child). Values come first, from the leaves up.
/// ∂E/∂w(node) = back(node), summed over the atoms.
func contractAdjoint<L: Lane>(
  _ lane: L.Type, polynomials: UnsafePointer<Polynomial>, polynomialCount: Int, atoms: Int, rows: Int,
  channels: Int, coefficients: UnsafePointer<L.Element.Weight>, coefficientCount: Int,
  features: UnsafePointer<UnsafePointer<L.Element>>, outputAdjoints: UnsafePointer<UnsafePointer<L.Element>>,
  featureAdjoints: UnsafePointer<UnsafeMutablePointer<L.Element>>,
  gradient: UnsafeMutablePointer<L.Element.Weight>?, scratch: UnsafeMutablePointer<L.Element>
) {
  let slot = 4 * L.count
  let a = UnsafePointer(scratch), da = scratch + rows * slot, values = scratch + 2 * rows * slot
  @inline(__always) func run(_ n: Int) {
    var k = 0
    while k < channels {
      let w = Coefficients<L>(coefficients, coefficientCount, k)
      for i in 0..<rows {
        Quartet<L>(features, i * channels + k, n).store(scratch + i * slot, n)
        Quartet<L>().store(da + i * slot, n)
      }
      let dw = gradient.map { CoefficientGradient<L>($0, coefficientCount, k) }
      for d in 0..<polynomialCount {
        let polynomial = polynomials[d]
        let degree = Int(polynomial.degree)
        let g = Quartet<L>(outputAdjoints, d * channels + k, n)
        for level in stride(from: degree - 2, through: 0, by: -1) {
          innerValues(polynomial, level: level, w, a, n, values)
        }
        for root in Int(polynomial.levels[0])..<Int(polynomial.levels[1]) {
          let node = polynomial.nodes[root]
          let row = Int(node.index) * slot, value = values + root * slot
          let x = Quartet<L>(a + row, n)
          dw?.add(g, x, node.coefficient, n)
          if degree == 1 {
            g.add(w[node.coefficient], to: da + row, n)
          } else {
            g.add(Quartet<L>(value, n), to: da + row, n)
            g.times(x, n).store(value, n)
          }
        }
        for level in 0..<max(degree - 1, 0) {
          let childrenAreLeaves = level == degree - 2
          for i in Int(polynomial.levels[level])..<Int(polynomial.levels[level + 1]) {
            let node = polynomial.nodes[i]
            let back = Quartet<L>(values + i * slot, n)
            for j in Int(node.firstChild)..<Int(node.endChild) {
              let child = polynomial.nodes[j]
              let row = Int(child.index) * slot
              dw?.add(back, Quartet<L>(a + row, n), child.coefficient, n)
              if childrenAreLeaves {
                back.add(w[child.coefficient], to: da + row, n)
              } else {
                let value = values + j * slot
                back.add(Quartet<L>(value, n), to: da + row, n)
                back.times(Quartet<L>(a + row, n), n).store(value, n)
              }
            }
          }
        }
      }
      for i in 0..<rows { Quartet<L>(da + i * slot, n).accumulate(featureAdjoints, i * channels + k, n) }
      k += L.count
    }
  }
  if atoms == 4 { run(4) } else { run(1) }
}

/// Coefficients of the channels from `k` on: `[block of channelAlignment][coefficient][lane]`.
private struct Coefficients<L: Lane> {
  let base: UnsafePointer<L.Element.Weight>

  @inline(__always) init(_ coefficients: UnsafePointer<L.Element.Weight>, _ count: Int, _ k: Int) {
    let block = k / channelAlignment
    base = coefficients + (block * count * channelAlignment + k % channelAlignment)
  }

  @inline(__always) subscript(_ i: Int32) -> L.WeightLane {
    L.WeightLane.load(base + Int(i) * channelAlignment)
  }
}

/// The gradient of the coefficients, in their layout.
private struct CoefficientGradient<L: Lane> {
  let base: UnsafeMutablePointer<L.Element.Weight>

  @inline(__always) init(_ gradient: UnsafeMutablePointer<L.Element.Weight>, _ count: Int, _ k: Int) {
    let block = k / channelAlignment
    base = gradient + (block * count * channelAlignment + k % channelAlignment)
  }

  /// Adds Σ_atoms x · y to coefficient `i`, if the node has one.
  @inline(__always) func add(_ x: Quartet<L>, _ y: Quartet<L>, _ i: Int32, _ n: Int) {
    guard i >= 0 else { return }
    let p = base + Int(i) * channelAlignment
    var sum = L.addProduct(x.a, y.a, to: L.WeightLane.load(p))
    if n > 1 {
      sum = L.addProduct(x.b, y.b, to: sum)
      sum = L.addProduct(x.c, y.c, to: sum)
      sum = L.addProduct(x.d, y.d, to: sum)
    }
    sum.store(p)
  }
}

/// One vector of channels of four atoms (or of one); `n` is the literal 4 or 1.
private struct Quartet<L: Lane> {
  var a = L.zero, b = L.zero, c = L.zero, d = L.zero

  @inline(__always) init() {}

  @inline(__always) init(repeating w: L.WeightLane) {
    a = L(weight: w)
    b = a
    c = a
    d = a
  }

  @inline(__always) init(_ p: UnsafePointer<UnsafePointer<L.Element>>, _ i: Int, _ n: Int) {
    a = L.load(p[0] + i)
    if n > 1 {
      b = L.load(p[1] + i)
      c = L.load(p[2] + i)
      d = L.load(p[3] + i)
    }
  }

  /// From scratch, `[atom][lane]`.
  @inline(__always) init(_ p: UnsafePointer<L.Element>, _ n: Int) {
    a = L.load(p)
    if n > 1 {
      b = L.load(p + L.count)
      c = L.load(p + 2 * L.count)
      d = L.load(p + 3 * L.count)
    }
  }

  @inline(__always) func store(_ p: UnsafeMutablePointer<L.Element>, _ n: Int) {
    a.store(p)
    if n > 1 {
      b.store(p + L.count)
      c.store(p + 2 * L.count)
      d.store(p + 3 * L.count)
    }
  }

  @inline(__always) init(_ p: UnsafeMutablePointer<L.Element>, _ n: Int) { self.init(UnsafePointer(p), n) }

  /// p += self · y
  @inline(__always) func add(_ y: Quartet, to p: UnsafeMutablePointer<L.Element>, _ n: Int) {
    var sum = Quartet(p, n)
    sum.add(self, y, n)
    sum.store(p, n)
  }

  /// p += w · self
  @inline(__always) func add(_ w: L.WeightLane, to p: UnsafeMutablePointer<L.Element>, _ n: Int) {
    var sum = Quartet(p, n)
    sum.add(w, self, n)
    sum.store(p, n)
  }

  /// p[atom][i] += self
  @inline(__always) func accumulate(
    _ p: UnsafePointer<UnsafeMutablePointer<L.Element>>, _ i: Int, _ n: Int
  ) {
    (L.load(p[0] + i) + a).store(p[0] + i)
    if n > 1 {
      (L.load(p[1] + i) + b).store(p[1] + i)
      (L.load(p[2] + i) + c).store(p[2] + i)
      (L.load(p[3] + i) + d).store(p[3] + i)
    }
  }

  @inline(__always) func store(_ p: UnsafePointer<UnsafeMutablePointer<L.Element>>, _ i: Int, _ n: Int) {
    a.store(p[0] + i)
    if n > 1 {
      b.store(p[1] + i)
      c.store(p[2] + i)
      d.store(p[3] + i)
    }
  }

  @inline(__always) mutating func add(_ x: Quartet, _ y: Quartet, _ n: Int) {
    a = L.fma(x.a, y.a, a)
    if n > 1 {
      b = L.fma(x.b, y.b, b)
      c = L.fma(x.c, y.c, c)
      d = L.fma(x.d, y.d, d)
    }
  }

  @inline(__always) mutating func add(_ w: L.WeightLane, _ y: Quartet, _ n: Int) {
    a = L.fma(weight: w, y.a, a)
    if n > 1 {
      b = L.fma(weight: w, y.b, b)
      c = L.fma(weight: w, y.c, c)
      d = L.fma(weight: w, y.d, d)
    }
  }

  @inline(__always) func times(_ y: Quartet, _ n: Int) -> Quartet {
    var z = Quartet()
    z.a = a * y.a
    if n > 1 {
      z.b = b * y.b
      z.c = c * y.c
      z.d = d * y.d
    }
    return z
  }
}
