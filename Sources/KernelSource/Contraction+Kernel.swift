import KernelInterface

/// Symmetric contraction: component d of the product basis is a polynomial in the rows A[i] of an atom,
/// evaluated for all channels at once in Horner form over the tree of monomials,
///
///     value(node) = w(node) + Σ_children A[child] value(child),   B[d] = Σ_roots A[root] value(root),
///
/// for `atoms` (1 or 4) atoms of one species, so that a coefficient is loaded once for four atoms. The tree is walked
/// depth first, and values stay in registers. For each vector of channels the rows of the atoms are packed into
/// scratch first: in place, rows of a power of two of channels would share few sets of the first cache.
func contract<L: Lane>(
  _ lane: L.Type, polynomials: UnsafePointer<Polynomial>, polynomialCount: Int, atoms: Int, rows: Int,
  channels: Int, coefficients: UnsafePointer<L.Element.Weight>, coefficientCount: Int,
  features: UnsafePointer<UnsafePointer<L.Element>>,
  outputs: UnsafePointer<UnsafeMutablePointer<L.Element>>, scratch: UnsafeMutablePointer<L.Element>
) {
  let slot = 4 * L.count
  @inline(__always) func run(_ n: Int) {
    var k = 0
    while k < channels {
      let w = Coefficients<L>(coefficients, coefficientCount, k)
      for i in 0..<rows { Quartet<L>(features, i * channels + k, n).store(scratch + i * slot, n) }
      for d in 0..<polynomialCount {
        let tree = Tree<L>(polynomials[d], w, UnsafePointer(scratch), n)
        tree.value().store(outputs, d * channels + k, n)
      }
      k += L.count
    }
  }
  if atoms == 4 { run(4) } else { run(1) }
}

/// The adjoint: with g = ∂E/∂B[d], walk the tree from the roots, where `back(node)` is g times the node's
/// monomial: ∂E/∂A[child] += back(node) · value(child) and ∂E/∂w(node) = back(node), summed over the atoms.
func contractAdjoint<L: Lane>(
  _ lane: L.Type, polynomials: UnsafePointer<Polynomial>, polynomialCount: Int, atoms: Int, rows: Int,
  channels: Int, coefficients: UnsafePointer<L.Element.Weight>, coefficientCount: Int,
  features: UnsafePointer<UnsafePointer<L.Element>>, outputAdjoints: UnsafePointer<UnsafePointer<L.Element>>,
  featureAdjoints: UnsafePointer<UnsafeMutablePointer<L.Element>>,
  gradient: UnsafeMutablePointer<L.Element.Weight>?, scratch: UnsafeMutablePointer<L.Element>
) {
  let slot = 4 * L.count
  let da = scratch + rows * slot
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
        let tree = Tree<L>(polynomials[d], w, UnsafePointer(scratch), n)
        tree.adjoint(Quartet<L>(outputAdjoints, d * channels + k, n), da, dw)
      }
      for i in 0..<rows { Quartet<L>(da + i * slot, n).accumulate(featureAdjoints, i * channels + k, n) }
      k += L.count
    }
  }
  if atoms == 4 { run(4) } else { run(1) }
}

/// A polynomial of degree 1 to 4 at one vector of channels; `n` is the literal 4 or 1.
private struct Tree<L: Lane> {
  let polynomial: Polynomial
  let w: Coefficients<L>
  /// The rows A, packed: `[row][4 atoms][lane]`.
  let a: UnsafePointer<L.Element>
  let n: Int

  @inline(__always) init(
    _ polynomial: Polynomial, _ w: Coefficients<L>, _ a: UnsafePointer<L.Element>, _ n: Int
  ) {
    self.polynomial = polynomial
    self.w = w
    self.a = a
    self.n = n
  }

  @inline(__always) private func node(_ i: Int) -> PolynomialNode { polynomial.nodes[i] }
  @inline(__always) private func offset(_ node: PolynomialNode) -> Int { Int(node.index) * 4 * L.count }
  @inline(__always) private func row(_ node: PolynomialNode) -> Quartet<L> { Quartet(a + offset(node), n) }
  @inline(__always) private func own(_ node: PolynomialNode) -> Quartet<L> {
    node.coefficient >= 0 ? Quartet(repeating: w[node.coefficient]) : Quartet()
  }
  @inline(__always) private func children(_ node: PolynomialNode) -> Range<Int> {
    Int(node.firstChild)..<Int(node.endChild)
  }
  @inline(__always) private var roots: Range<Int> {
    Int(polynomial.levels[0])..<Int(polynomial.levels[1])
  }

  // MARK: Values of nodes with one, two and three levels below

  @inline(__always) func value() -> Quartet<L> {
    var sum = Quartet<L>()
    for i in roots {
      let root = node(i)
      switch polynomial.degree {
      case 1: sum.add(w[root.coefficient], row(root), n)
      case 2: sum.add(row(root), value1(root), n)
      case 3: sum.add(row(root), value2(root), n)
      default: sum.add(row(root), value3(root), n)
      }
    }
    return sum
  }

  @inline(__always) private func value1(_ parent: PolynomialNode) -> Quartet<L> {
    var sum = own(parent)
    for i in children(parent) {
      let leaf = node(i)
      sum.add(w[leaf.coefficient], row(leaf), n)
    }
    return sum
  }

  @inline(__always) private func value2(_ parent: PolynomialNode) -> Quartet<L> {
    var sum = own(parent)
    for i in children(parent) {
      let child = node(i)
      sum.add(row(child), value1(child), n)
    }
    return sum
  }

  @inline(__always) private func value3(_ parent: PolynomialNode) -> Quartet<L> {
    var sum = own(parent)
    for i in children(parent) {
      let child = node(i)
      sum.add(row(child), value2(child), n)
    }
    return sum
  }

  // MARK: The way back, which returns the same values

  typealias Gradient = CoefficientGradient<L>?
  typealias Rows = UnsafeMutablePointer<L.Element>

  @inline(__always) func adjoint(_ g: Quartet<L>, _ da: Rows, _ dw: Gradient) {
    for i in roots {
      let root = node(i)
      switch polynomial.degree {
      case 1: leaf(root, g, da, dw)
      case 2: descend(root, g, da, dw) { adjoint1($0, $1, da, dw) }
      case 3: descend(root, g, da, dw) { adjoint2($0, $1, da, dw) }
      default: descend(root, g, da, dw) { adjoint3($0, $1, da, dw) }
      }
    }
  }

  /// A node that has children, given `back` of its parent.
  @inline(__always) @discardableResult
  private func descend(
    _ node: PolynomialNode, _ back: Quartet<L>, _ da: Rows, _ dw: Gradient,
    _ below: (_ node: PolynomialNode, _ back: Quartet<L>) -> Quartet<L>
  ) -> Quartet<L> {
    let x = row(node)
    dw?.add(back, x, node.coefficient, n)
    let value = below(node, back.times(x, n))
    back.add(value, to: da + offset(node), n)
    return value
  }

  @inline(__always) private func leaf(_ leaf: PolynomialNode, _ back: Quartet<L>, _ da: Rows, _ dw: Gradient)
  {
    back.add(w[leaf.coefficient], to: da + offset(leaf), n)
    dw?.add(back, row(leaf), leaf.coefficient, n)
  }

  @inline(__always) private func adjoint1(
    _ parent: PolynomialNode, _ back: Quartet<L>, _ da: Rows, _ dw: Gradient
  ) -> Quartet<L> {
    var sum = own(parent)
    for i in children(parent) {
      let child = node(i)
      sum.add(w[child.coefficient], row(child), n)
      leaf(child, back, da, dw)
    }
    return sum
  }

  @inline(__always) private func adjoint2(
    _ parent: PolynomialNode, _ back: Quartet<L>, _ da: Rows, _ dw: Gradient
  ) -> Quartet<L> {
    var sum = own(parent)
    for i in children(parent) {
      let child = node(i)
      sum.add(row(child), descend(child, back, da, dw) { adjoint1($0, $1, da, dw) }, n)
    }
    return sum
  }

  @inline(__always) private func adjoint3(
    _ parent: PolynomialNode, _ back: Quartet<L>, _ da: Rows, _ dw: Gradient
  ) -> Quartet<L> {
    var sum = own(parent)
    for i in children(parent) {
      let child = node(i)
      sum.add(row(child), descend(child, back, da, dw) { adjoint2($0, $1, da, dw) }, n)
    }
    return sum
  }
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
