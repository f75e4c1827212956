import KernelInterface

/// A vector of duals: values and tangents in registers of their own, element by element in memory.
struct DualLane<Base: PlainLane>: Lane {
  typealias Element = Dual<Base.Element>
  typealias WeightLane = Base

  var value: Base
  var tangent: Base

  @inline(__always) init(_ value: Base, _ tangent: Base) {
    self.value = value
    self.tangent = tangent
  }

  @inline(__always) init(weight: Base) { self.init(weight, Base.zero) }
  @inline(__always) static var count: Int { Base.count }
  @inline(__always) static var linearTile: Int { Base.linearTile / 2 }
  @inline(__always) static var zero: Self { Self(Base.zero, Base.zero) }
  @inline(__always) static func load(_ p: UnsafePointer<Element>) -> Self {
    let (value, tangent) = Base.loadPairs(UnsafeRawPointer(p))
    return Self(value, tangent)
  }
  @inline(__always) static func splat(_ x: Element) -> Self {
    Self(Base.splat(x.value), Base.splat(x.tangent))
  }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Element>) {
    Base.storePairs(value, tangent, UnsafeMutableRawPointer(p))
  }
  @inline(__always) static func fma(_ a: Self, _ b: Self, _ c: Self) -> Self {
    Self(
      Base.fma(a.value, b.value, c.value),
      Base.fma(a.tangent, b.value, Base.fma(a.value, b.tangent, c.tangent)))
  }
  @inline(__always) static func fma(weight w: Base, _ b: Self, _ c: Self) -> Self {
    Self(Base.fma(w, b.value, c.value), Base.fma(w, b.tangent, c.tangent))
  }
  @inline(__always) static func addProduct(_ a: Self, _ b: Self, to sum: Base) -> Base {
    Base.fma(a.tangent, b.value, Base.fma(a.value, b.tangent, sum))
  }
  @inline(__always) static func * (a: Self, b: Self) -> Self {
    Self(a.value * b.value, Base.fma(a.tangent, b.value, a.value * b.tangent))
  }
  @inline(__always) static func + (a: Self, b: Self) -> Self {
    Self(a.value + b.value, a.tangent + b.tangent)
  }
  @inline(__always) func sum() -> Element { Dual(value.sum(), tangent.sum()) }
  @inline(__always) static func plus(_ a: Element, _ b: Element) -> Element { a + b }

  @inline(__always) static func silu(_ x: Self, _ constant: Double) -> (value: Self, slope: Self) {
    let (value, slope, curvature) = Base.curvedSilu(x.value, constant)
    return (Self(value, slope * x.tangent), Self(slope, curvature * x.tangent))
  }
}
