import CKernelSupport
import KernelInterface

/// A vector of channels: what the kernels are generic over. One conforming type per element type and
/// instruction set; all kernels are specialised inside this module.
protocol Lane: SendableMetatype {
  associatedtype Element: KernelElement
  /// As many parameters of the model: this lane itself, or the values' lane of duals.
  associatedtype WeightLane: Lane
  where WeightLane.Element == Element.Weight, WeightLane.WeightLane == WeightLane
  /// Elements per vector.
  static var count: Int { get }
  /// Vectors per row tile of the linear kernel, bounded by the registers of the instruction set.
  static var linearTile: Int { get }
  static var zero: Self { get }
  static func load(_ p: UnsafePointer<Element>) -> Self
  static func splat(_ x: Element) -> Self
  func store(_ p: UnsafeMutablePointer<Element>)
  /// a · b + c
  static func fma(_ a: Self, _ b: Self, _ c: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func + (a: Self, b: Self) -> Self
  func sum() -> Element
  static func plus(_ a: Element, _ b: Element) -> Element
  /// constant · silu(x) and its slope.
  static func silu(_ x: Self, _ constant: Double) -> (value: Self, slope: Self)

  init(weight: WeightLane)
  /// w · b + c
  static func fma(weight w: WeightLane, _ b: Self, _ c: Self) -> Self
  /// sum + a · b; of duals, sum + the tangent of a · b.
  static func addProduct(_ a: Self, _ b: Self, to sum: WeightLane) -> WeightLane
}

/// A lane of plain numbers, which duals are made of.
protocol PlainLane: Lane where WeightLane == Self, Element: BinaryFloatingPoint, Element.Weight == Element {
  /// Memory (a₀, b₀, a₁, b₁, …) as two vectors.
  static func loadPairs(_ p: UnsafeRawPointer) -> (Self, Self)
  static func storePairs(_ a: Self, _ b: Self, _ p: UnsafeMutableRawPointer)
  /// constant · silu(x), its slope and its curvature.
  static func curvedSilu(_ x: Self, _ constant: Double) -> (value: Self, slope: Self, curvature: Self)
}

extension PlainLane {
  @inline(__always) init(weight: Self) { self = weight }
  @inline(__always) static func fma(weight w: Self, _ b: Self, _ c: Self) -> Self { fma(w, b, c) }
  @inline(__always) static func addProduct(_ a: Self, _ b: Self, to sum: Self) -> Self { fma(a, b, sum) }
  @inline(__always) static func plus(_ a: Element, _ b: Element) -> Element { a + b }
}

extension Lane {
  @inline(__always) static func load(_ p: UnsafeMutablePointer<Element>) -> Self { load(UnsafePointer(p)) }
}

#if ISA_AVX512
  typealias VectorD = SIMD8<Double>
  typealias VectorF = SIMD16<Float>
  let instructionSet = "avx512"
  @inline(__always) private func fmaD(_ a: VectorD, _ b: VectorD, _ c: VectorD) -> VectorD {
    mk_fma_d8(a, b, c)
  }
  @inline(__always) private func fmaF(_ a: VectorF, _ b: VectorF, _ c: VectorF) -> VectorF {
    mk_fma_f16(a, b, c)
  }
  @inline(__always) private func sumD(_ a: VectorD) -> Double { mk_sum_d8(a) }
  @inline(__always) private func evensD(_ a: VectorD, _ b: VectorD) -> VectorD { mk_evens_d8(a, b) }
  @inline(__always) private func oddsD(_ a: VectorD, _ b: VectorD) -> VectorD { mk_odds_d8(a, b) }
  @inline(__always) private func lowD(_ a: VectorD, _ b: VectorD) -> VectorD { mk_low_d8(a, b) }
  @inline(__always) private func highD(_ a: VectorD, _ b: VectorD) -> VectorD { mk_high_d8(a, b) }
  @inline(__always) private func sumF(_ a: VectorF) -> Float { mk_sum_f16(a) }
  @inline(__always) private func evensF(_ a: VectorF, _ b: VectorF) -> VectorF { mk_evens_f16(a, b) }
  @inline(__always) private func oddsF(_ a: VectorF, _ b: VectorF) -> VectorF { mk_odds_f16(a, b) }
  @inline(__always) private func lowF(_ a: VectorF, _ b: VectorF) -> VectorF { mk_low_f16(a, b) }
  @inline(__always) private func highF(_ a: VectorF, _ b: VectorF) -> VectorF { mk_high_f16(a, b) }
  private let tile = 4
#elseif ISA_AVX2
  typealias VectorD = SIMD4<Double>
  typealias VectorF = SIMD8<Float>
  let instructionSet = "avx2"
  @inline(__always) private func fmaD(_ a: VectorD, _ b: VectorD, _ c: VectorD) -> VectorD {
    mk_fma_d4(a, b, c)
  }
  @inline(__always) private func fmaF(_ a: VectorF, _ b: VectorF, _ c: VectorF) -> VectorF {
    mk_fma_f8(a, b, c)
  }
  @inline(__always) private func sumD(_ a: VectorD) -> Double { mk_sum_d4(a) }
  @inline(__always) private func evensD(_ a: VectorD, _ b: VectorD) -> VectorD { mk_evens_d4(a, b) }
  @inline(__always) private func oddsD(_ a: VectorD, _ b: VectorD) -> VectorD { mk_odds_d4(a, b) }
  @inline(__always) private func lowD(_ a: VectorD, _ b: VectorD) -> VectorD { mk_low_d4(a, b) }
  @inline(__always) private func highD(_ a: VectorD, _ b: VectorD) -> VectorD { mk_high_d4(a, b) }
  @inline(__always) private func sumF(_ a: VectorF) -> Float { mk_sum_f8(a) }
  @inline(__always) private func evensF(_ a: VectorF, _ b: VectorF) -> VectorF { mk_evens_f8(a, b) }
  @inline(__always) private func oddsF(_ a: VectorF, _ b: VectorF) -> VectorF { mk_odds_f8(a, b) }
  @inline(__always) private func lowF(_ a: VectorF, _ b: VectorF) -> VectorF { mk_low_f8(a, b) }
  @inline(__always) private func highF(_ a: VectorF, _ b: VectorF) -> VectorF { mk_high_f8(a, b) }
  private let tile = 2
#else
  typealias VectorD = SIMD2<Double>
  typealias VectorF = SIMD4<Float>
  let instructionSet = "baseline"
  @inline(__always) private func fmaD(_ a: VectorD, _ b: VectorD, _ c: VectorD) -> VectorD {
    mk_fma_d2(a, b, c)
  }
  @inline(__always) private func fmaF(_ a: VectorF, _ b: VectorF, _ c: VectorF) -> VectorF {
    mk_fma_f4(a, b, c)
  }
  @inline(__always) private func sumD(_ a: VectorD) -> Double { mk_sum_d2(a) }
  @inline(__always) private func evensD(_ a: VectorD, _ b: VectorD) -> VectorD { mk_evens_d2(a, b) }
  @inline(__always) private func oddsD(_ a: VectorD, _ b: VectorD) -> VectorD { mk_odds_d2(a, b) }
  @inline(__always) private func lowD(_ a: VectorD, _ b: VectorD) -> VectorD { mk_low_d2(a, b) }
  @inline(__always) private func highD(_ a: VectorD, _ b: VectorD) -> VectorD { mk_high_d2(a, b) }
  @inline(__always) private func sumF(_ a: VectorF) -> Float { mk_sum_f4(a) }
  @inline(__always) private func evensF(_ a: VectorF, _ b: VectorF) -> VectorF { mk_evens_f4(a, b) }
  @inline(__always) private func oddsF(_ a: VectorF, _ b: VectorF) -> VectorF { mk_odds_f4(a, b) }
  @inline(__always) private func lowF(_ a: VectorF, _ b: VectorF) -> VectorF { mk_low_f4(a, b) }
  @inline(__always) private func highF(_ a: VectorF, _ b: VectorF) -> VectorF { mk_high_f4(a, b) }
  private let tile = 2
#endif

struct DoubleLane: PlainLane {
  typealias WeightLane = DoubleLane
  var v: VectorD
  @inline(__always) init(_ v: VectorD) { self.v = v }
  @inline(__always) static var count: Int { VectorD.scalarCount }
  @inline(__always) static var linearTile: Int { tile }
  @inline(__always) static var zero: Self { Self(VectorD(repeating: 0)) }
  @inline(__always) static func load(_ p: UnsafePointer<Double>) -> Self {
    Self(UnsafeRawPointer(p).loadUnaligned(as: VectorD.self))
  }
  @inline(__always) static func splat(_ x: Double) -> Self { Self(VectorD(repeating: x)) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: VectorD.self)
  }
  @inline(__always) static func fma(_ a: Self, _ b: Self, _ c: Self) -> Self { Self(fmaD(a.v, b.v, c.v)) }
  @inline(__always) static func * (a: Self, b: Self) -> Self { Self(a.v * b.v) }
  @inline(__always) static func + (a: Self, b: Self) -> Self { Self(a.v + b.v) }
  @inline(__always) func sum() -> Double { sumD(v) }

  @inline(__always) static func silu(_ x: Self, _ constant: Double) -> (value: Self, slope: Self) {
    let one = VectorD(repeating: 1)
    let sigmoid = one / (one + exponential(-x.v))
    let c = VectorD(repeating: constant)
    let y = x.v * sigmoid
    return (Self(c * y), Self(c * (sigmoid + y * (one - sigmoid))))
  }

  @inline(__always) static func curvedSilu(
    _ x: Self, _ constant: Double
  ) -> (value: Self, slope: Self, curvature: Self) {
    let one = VectorD(repeating: 1)
    let s = one / (one + exponential(-x.v))
    let c = VectorD(repeating: constant)
    let y = x.v * s, t = one - s
    return (Self(c * y), Self(c * (s + y * t)), Self(c * s * t * (one + one + x.v - y - y)))
  }

  @inline(__always) static func loadPairs(_ p: UnsafeRawPointer) -> (Self, Self) {
    let a = p.loadUnaligned(as: VectorD.self)
    let b = (p + MemoryLayout<VectorD>.size).loadUnaligned(as: VectorD.self)
    return (Self(evensD(a, b)), Self(oddsD(a, b)))
  }
  @inline(__always) static func storePairs(_ a: Self, _ b: Self, _ p: UnsafeMutableRawPointer) {
    p.storeBytes(of: lowD(a.v, b.v), as: VectorD.self)
    (p + MemoryLayout<VectorD>.size).storeBytes(of: highD(a.v, b.v), as: VectorD.self)
  }

  /// eˣ to about 1 ulp: x = k ln 2 + s, |s| ≤ ln 2 / 2, Taylor series to s¹³, exponent put in by bits.
  /// Arguments are clamped to ±708, where the sigmoid is 0 or 1 to the last digit anyway.
  @inline(__always) private static func exponential(_ x: VectorD) -> VectorD {
    let limit = VectorD(repeating: 708)
    let x = x.replacing(with: limit, where: x .> limit).replacing(with: -limit, where: x .< -limit)
    let magic = VectorD(repeating: 6_755_399_441_055_744)  // 1.5 · 2⁵²: adding it rounds to an integer
    let shifted = fmaD(x, VectorD(repeating: 1.4426950408889634), magic)
    let k = shifted - magic
    var s = fmaD(k, VectorD(repeating: -0x1.62e42fefa3800p-1), x)
    s = fmaD(k, VectorD(repeating: -0x1.ef35793c76730p-45), s)
    var p = VectorD(repeating: 1.0 / 6_227_020_800)
    p = fmaD(p, s, VectorD(repeating: 1.0 / 479_001_600))
    p = fmaD(p, s, VectorD(repeating: 1.0 / 39_916_800))
    p = fmaD(p, s, VectorD(repeating: 1.0 / 3_628_800))
    p = fmaD(p, s, VectorD(repeating: 1.0 / 362_880))
    p = fmaD(p, s, VectorD(repeating: 1.0 / 40_320))
    p = fmaD(p, s, VectorD(repeating: 1.0 / 5_040))
    p = fmaD(p, s, VectorD(repeating: 1.0 / 720))
    p = fmaD(p, s, VectorD(repeating: 1.0 / 120))
    p = fmaD(p, s, VectorD(repeating: 1.0 / 24))
    p = fmaD(p, s, VectorD(repeating: 1.0 / 6))
    p = fmaD(p, s, VectorD(repeating: 0.5))
    p = fmaD(p, s, VectorD(repeating: 1))
    p = fmaD(p, s, VectorD(repeating: 1))
    let bits = unsafeBitCast(shifted, to: IntegersD.self) &<< IntegersD(repeating: 52)
    return unsafeBitCast(unsafeBitCast(p, to: IntegersD.self) &+ bits, to: VectorD.self)
  }
}

#if ISA_AVX512
  typealias IntegersD = SIMD8<Int64>
  typealias IntegersF = SIMD16<Int32>
#elseif ISA_AVX2
  typealias IntegersD = SIMD4<Int64>
  typealias IntegersF = SIMD8<Int32>
#else
  typealias IntegersD = SIMD2<Int64>
  typealias IntegersF = SIMD4<Int32>
#endif

struct FloatLane: PlainLane {
  typealias WeightLane = FloatLane
  var v: VectorF
  @inline(__always) init(_ v: VectorF) { self.v = v }
  @inline(__always) static var count: Int { VectorF.scalarCount }
  @inline(__always) static var linearTile: Int { tile }
  @inline(__always) static var zero: Self { Self(VectorF(repeating: 0)) }
  @inline(__always) static func load(_ p: UnsafePointer<Float>) -> Self {
    Self(UnsafeRawPointer(p).loadUnaligned(as: VectorF.self))
  }
  @inline(__always) static func splat(_ x: Float) -> Self { Self(VectorF(repeating: x)) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: VectorF.self)
  }
  @inline(__always) static func fma(_ a: Self, _ b: Self, _ c: Self) -> Self { Self(fmaF(a.v, b.v, c.v)) }
  @inline(__always) static func * (a: Self, b: Self) -> Self { Self(a.v * b.v) }
  @inline(__always) static func + (a: Self, b: Self) -> Self { Self(a.v + b.v) }
  @inline(__always) func sum() -> Float { sumF(v) }

  @inline(__always) static func silu(_ x: Self, _ constant: Double) -> (value: Self, slope: Self) {
    let one = VectorF(repeating: 1)
    let sigmoid = one / (one + exponential(-x.v))
    let c = VectorF(repeating: Float(constant))
    let y = x.v * sigmoid
    return (Self(c * y), Self(c * (sigmoid + y * (one - sigmoid))))
  }

  @inline(__always) static func curvedSilu(
    _ x: Self, _ constant: Double
  ) -> (value: Self, slope: Self, curvature: Self) {
    let one = VectorF(repeating: 1)
    let s = one / (one + exponential(-x.v))
    let c = VectorF(repeating: Float(constant))
    let y = x.v * s, t = one - s
    return (Self(c * y), Self(c * (s + y * t)), Self(c * s * t * (one + one + x.v - y - y)))
  }

  @inline(__always) static func loadPairs(_ p: UnsafeRawPointer) -> (Self, Self) {
    let a = p.loadUnaligned(as: VectorF.self)
    let b = (p + MemoryLayout<VectorF>.size).loadUnaligned(as: VectorF.self)
    return (Self(evensF(a, b)), Self(oddsF(a, b)))
  }
  @inline(__always) static func storePairs(_ a: Self, _ b: Self, _ p: UnsafeMutableRawPointer) {
    p.storeBytes(of: lowF(a.v, b.v), as: VectorF.self)
    (p + MemoryLayout<VectorF>.size).storeBytes(of: highF(a.v, b.v), as: VectorF.self)
  }

  /// eˣ to about 1 ulp; as for doubles, with a series to s⁷ and arguments clamped to ±87.
  @inline(__always) private static func exponential(_ x: VectorF) -> VectorF {
    let limit = VectorF(repeating: 87)
    let x = x.replacing(with: limit, where: x .> limit).replacing(with: -limit, where: x .< -limit)
    let magic = VectorF(repeating: 12_582_912)  // 1.5 · 2²³
    let shifted = fmaF(x, VectorF(repeating: 1.44269504), magic)
    let k = shifted - magic
    var s = fmaF(k, VectorF(repeating: -0x1.62e400p-1), x)
    s = fmaF(k, VectorF(repeating: -0x1.7f7d1cp-20), s)
    var p = VectorF(repeating: 1.0 / 5_040)
    p = fmaF(p, s, VectorF(repeating: 1.0 / 720))
    p = fmaF(p, s, VectorF(repeating: 1.0 / 120))
    p = fmaF(p, s, VectorF(repeating: 1.0 / 24))
    p = fmaF(p, s, VectorF(repeating: 1.0 / 6))
    p = fmaF(p, s, VectorF(repeating: 0.5))
    p = fmaF(p, s, VectorF(repeating: 1))
    p = fmaF(p, s, VectorF(repeating: 1))
    let bits = unsafeBitCast(shifted, to: IntegersF.self) &<< IntegersF(repeating: 23)
    return unsafeBitCast(unsafeBitCast(p, to: IntegersF.self) &+ bits, to: VectorF.self)
  }
}
