import Equivariance
import KernelInterface
import Kernels
import TestSupport
import Testing

/// Harmonics and couplings of several edges at once, against `SphericalHarmonics` and plain sums.
struct GeometryTests {
  /// 11 edges are no whole number of vectors; coupling 1 has no term.
  static let edges = 11, stride = 24
  private let terms = [
    CouplingTerm(coupling: 0, harmonic: 0, coefficient: 1.5),
    CouplingTerm(coupling: 2, harmonic: 3, coefficient: -0.7),
    CouplingTerm(coupling: 2, harmonic: 1, coefficient: 0.4),
    CouplingTerm(coupling: 3, harmonic: 2, coefficient: 2),
  ]

  private func directions() -> [SIMD3<Double>] {
    var random = SeededGenerator(seed: 51)
    return [SIMD3(0, 1, 0), SIMD3(1, 0, 0), SIMD3(0, 0, -1)]
      + (3..<Self.edges).map { _ in random.unitVector() }
  }

  /// As the kernels read them: [x, y, z][stride].
  private func rows(_ vectors: [SIMD3<Double>]) -> [Double] {
    (0..<3).flatMap { k in vectors.map { $0[k] } + Array(repeating: 0, count: Self.stride - vectors.count) }
  }

  @Test(arguments: InstructionSet.available, [1, 2, 3, 6])
  func plain(_ set: InstructionSet, _ degree: Int) {
    check(Double.self, set, degree)
    check(Float.self, set, degree)
  }

  private func check<T: KernelScalar>(_ type: T.Type, _ set: InstructionSet, _ degree: Int)
  where T.Wide == Double {
    let table = T.table(set), note = Comment(rawValue: "\(T.self) \(set) degree \(degree)")
    let plain = SphericalHarmonics(maxDegree: degree), u = directions()
    let (edges, stride, n) = (Self.edges, Self.stride, 4)
    var random = SeededGenerator(seed: 52)
    let norms = Numbers(plain.norms), directions = Numbers(rows(u)), terms = Numbers(self.terms)
    let factors = Numbers<Double>(random.values(stride))
    let harmonics = Numbers<Double>(random.values(plain.count * stride))
    let scratch = Numbers<Double>(random.values(16 * (degree + 3) * (degree + 3)))
    let couplings = Numbers<T>(random.values((edges + 1) * n)), before = couplings.doubles
    table.couple(
      edges, stride, degree, norms.read, directions.read, factors.read, terms.read, terms.count, n,
      harmonics.base, couplings.base, scratch.base)

    let adjoints = Numbers<T>(random.values(edges * n))
    let factorAdjoints = Numbers<Double>(random.values(stride))
    let directionAdjoints = Numbers<Double>(random.values(3 * stride))
    table.coupleAdjoint(
      edges, stride, degree, norms.read, directions.read, factors.read, terms.read, terms.count, n,
      harmonics.read, adjoints.read, factorAdjoints.base, directionAdjoints.base, scratch.base)
    var values = [Double](repeating: 0, count: plain.count), space = values
    space = Array(repeating: 0, count: plain.scratchCount)
    for e in 0..<edges {
      plain.evaluate(u[e].x, u[e].y, u[e].z, &values, scratch: &space)
      for k in 0..<plain.count { #expect(abs(harmonics.base[k * stride + e] - values[k]) <= 1e-13, note) }
      var sums = [Double](repeating: 0, count: n),
        harmonicAdjoint = [Double](repeating: 0, count: plain.count)
      var factorAdjoint = 0.0
      for t in self.terms {
        let (k, h) = (Int(t.coupling), Int(t.harmonic)), g = Double(adjoints.base[e * n + k])
        sums[k] += t.coefficient * values[h]
        harmonicAdjoint[h] += t.coefficient * g * factors.base[e]
        factorAdjoint += t.coefficient * g * values[h]
      }
      for k in 0..<n {
        #expect(abs(Double(couplings.base[e * n + k]) - factors.base[e] * sums[k]) <= roundOff(T.self), note)
      }
      #expect(abs(factorAdjoints.base[e] - factorAdjoint) <= 1e-13, note)
      let g = plain.gradient(u[e].x, u[e].y, u[e].z, adjoint: &harmonicAdjoint, scratch: &space)
      for k in 0..<3 { #expect(abs(directionAdjoints.base[k * stride + e] - g[k]) <= 1e-13, note) }
    }
    // nothing is written behind the last edge
    #expect(couplings.doubles.suffix(n) == before.suffix(n), note)
  }

  /// Tangents are derivatives along the displacement of the directions and factors.
  @Test(arguments: InstructionSet.available)
  func duals(_ set: InstructionSet) {
    let degree = 3, (edges, stride, n) = (Self.edges, Self.stride, 4), h = 1e-5
    let plain = SphericalHarmonics(maxDegree: degree), u = rows(directions())
    var random = SeededGenerator(seed: 53)
    let du: [Double] = random.values(3 * stride), f: [Double] = random.values(stride)
    let df: [Double] = random.values(stride)
    let norms = Numbers(plain.norms), terms = Numbers(self.terms)
    func couplings(_ step: Double) -> [Double] {
      let moved = Numbers(zip(u, du).map { $0 + step * $1 }),
        factors = Numbers(zip(f, df).map { $0 + step * $1 })
      let harmonics = Numbers([Double](repeating: 0, count: plain.count * stride))
      let result = Numbers([Double](repeating: 0, count: edges * n))
      let scratch = Numbers([Double](repeating: 0, count: 16 * 36))
      set.float64.couple(
        edges, stride, degree, norms.read, moved.read, factors.read, terms.read, terms.count, n,
        harmonics.base, result.base, scratch.base)
      return result.values
    }
    typealias D = Dual<Double>
    let moved = Numbers(zip(u, du).map { D($0, $1) }), factors = Numbers(zip(f, df).map { D($0, $1) })
    let harmonics = Numbers([D](repeating: D(0), count: plain.count * stride))
    let scratch = Numbers([D](repeating: D(0), count: 16 * 36))
    let double = Numbers([D](repeating: D(0), count: edges * n))
    let single = Numbers([Dual<Float>](repeating: Dual(0), count: edges * n))
    set.float64Dual.couple(
      edges, stride, degree, norms.read, moved.read, factors.read, terms.read, terms.count, n, harmonics.base,
      double.base, scratch.base)
    set.float32Dual.couple(
      edges, stride, degree, norms.read, moved.read, factors.read, terms.read, terms.count, n, harmonics.base,
      single.base, scratch.base)
    let slopes = zip(couplings(h), couplings(-h)).map { ($0 - $1) / (2 * h) }
    for (k, value) in couplings(0).enumerated() {
      #expect(double.base[k].value == value)
      #expect(abs(double.base[k].tangent - slopes[k]) <= 1e-8)
      #expect(abs(Double(single.base[k].tangent) - slopes[k]) <= 1e-5)
    }
  }
}
