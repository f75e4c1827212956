import KernelInterface
import Kernels
import TestSupport
import Testing

/// Polynomials in Horner form against plain sums over monomials.
struct ContractionTests {
  @Test(arguments: InstructionSet.available, [1, 2, 3, 4])
  func polynomials(_ set: InstructionSet, _ degree: Int) {
    for atoms in [1, 4] {
      for channels in [16, 48] {
        ContractionProblem<Double>(degree: degree, atoms: atoms, channels: channels, set).check()
        ContractionProblem<Float>(degree: degree, atoms: atoms, channels: channels, set).check()
      }
    }
  }

  /// A polynomial without terms is zero and has no derivative.
  @Test(arguments: InstructionSet.available)
  func emptyPolynomial(_ set: InstructionSet) {
    ContractionProblem<Double>(degree: 3, atoms: 4, channels: 16, set, density: 0).check()
    ContractionProblem<Float>(degree: 1, atoms: 1, channels: 16, set, density: 0).check()
  }
}

/// A few random sparse polynomials in nine rows, as trees for the kernels and as lists of monomials.
private final class ContractionProblem<T: KernelScalar> {
  typealias Monomial = (indices: [Int], coefficient: Int)

  let atoms: Int, channels: Int
  let rows = 9
  let table: KernelTable<T>
  var polynomials: [[Monomial]] = []
  var coefficientCount = 0
  private var nodes: [Numbers<PolynomialNode>] = []
  private var levels: [Numbers<Int32>] = []
  private var programs: [Polynomial] = []

  init(degree: Int, atoms: Int, channels: Int, _ set: InstructionSet, density: Double = 0.4) {
    self.atoms = atoms
    self.channels = channels
    table = T.table(set)
    var random = SeededGenerator(seed: 25)
    for _ in 0..<3 {
      var monomials: [Monomial] = []
      for order in 1...degree {
        for indices in Self.sortedIndices(order, rows)
        where Double.random(in: 0..<1, using: &random) < density / Double(order * order) {
          monomials.append((indices, coefficientCount))
          coefficientCount += 1
        }
      }
      polynomials.append(monomials)
      addTree(monomials, degree: degree)
    }
  }

  /// Non-decreasing lists of `order` row numbers.
  private static func sortedIndices(_ order: Int, _ rows: Int) -> [[Int]] {
    guard order > 0 else { return [[]] }
    return sortedIndices(order - 1, rows).flatMap { head in ((head.last ?? 0)..<rows).map { head + [$0] } }
  }

  /// The prefix tree, level by level, children of a node side by side.
  private func addTree(_ monomials: [Monomial], degree: Int) {
    var list: [PolynomialNode] = []
    var starts: [Int32] = [0]
    // the prefixes of each length in lexicographic order
    let prefixes = (1...degree).map { length in
      Set(monomials.filter { $0.indices.count >= length }.map { Array($0.indices.prefix(length)) })
        .sorted { $0.lexicographicallyPrecedes($1) }
    }
    for (level, keys) in prefixes.enumerated() {
      let first = Int(starts[level]) + keys.count
      let below = level + 1 < degree ? prefixes[level + 1] : []
      for key in keys {
        let children = below.indices.filter { below[$0].starts(with: key) }
        let begin = first + (children.first ?? 0)
        list.append(
          PolynomialNode(
            index: key[level], coefficient: monomials.first { $0.indices == key }?.coefficient ?? -1,
            firstChild: begin, endChild: begin + children.count))
      }
      starts.append(Int32(first))
    }
    nodes.append(Numbers(list))
    levels.append(Numbers(starts))
    programs.append(Polynomial(nodes: nodes.last!.read, levels: levels.last!.read, degree: degree))
  }

  func check() {
    var random = SeededGenerator(seed: 26)
    let width = rows * channels, outputs = polynomials.count * channels
    let a = Numbers<T>(random.values(atoms * width)), g = Numbers<T>(random.values(atoms * outputs))
    let w = Numbers<T>(random.values(max(1, coefficientCount) * channels))
    let b = Numbers([T](repeating: 9, count: atoms * outputs))
    let before: [T] = random.values(atoms * width)
    let da = Numbers(before)
    let dw = Numbers<T>(random.values(w.count))
    var coefficientGradient = dw.doubles
    let scratch = Numbers([T](repeating: 0, count: 2 * rows * 4 * channelAlignment))
    let program = Numbers(programs)
    let features = Numbers((0..<atoms).map { UnsafePointer(a.base + $0 * width) })
    let results = Numbers((0..<atoms).map { b.base + $0 * outputs })
    let adjoints = Numbers((0..<atoms).map { UnsafePointer(g.base + $0 * outputs) })
    let featureAdjoints = Numbers((0..<atoms).map { da.base + $0 * width })
    table.contract(
      program.read, programs.count, atoms, rows, channels, w.read, coefficientCount, features.read,
      results.read,
      scratch.base)
    table.contractAdjoint(
      program.read, programs.count, atoms, rows, channels, w.read, coefficientCount, features.read,
      adjoints.read,
      featureAdjoints.read, dw.base, scratch.base)
    var values = [Double](repeating: 0, count: b.count)
    var gradient = before.map(Double.init)
    for atom in 0..<atoms {
      for (d, monomials) in polynomials.enumerated() {
        for c in 0..<channels {
          let output = atom * outputs + d * channels + c
          for (indices, k) in monomials {
            let slot = (c / channelAlignment * coefficientCount + k) * channelAlignment + c % channelAlignment
            let weight = Double(w.base[slot])
            let factors = indices.map { Double(a.base[atom * width + $0 * channels + c]) }
            values[output] += weight * factors.reduce(1, *)
            coefficientGradient[slot] += Double(g.base[output]) * factors.reduce(1, *)
            for (n, i) in indices.enumerated() {
              var rest = weight * Double(g.base[output])
              for (m, x) in factors.enumerated() where m != n { rest *= x }
              gradient[atom * width + i * channels + c] += rest
            }
          }
        }
      }
    }
    let note = Comment(
      rawValue:
        "\(T.self) \(table.instructionSet): \(atoms) atoms, \(channels) channels, \(coefficientCount) terms")
    #expect(largestDifference(b.doubles, values) <= roundOff(T.self), note)
    #expect(largestDifference(da.doubles, gradient) <= roundOff(T.self), note)
    #expect(largestDifference(dw.doubles, coefficientGradient) <= roundOff(T.self), note)
    checkSlopes(values, note, w: w, a: a, g: g, program: program, gradient: gradient, before: before)
  }

  /// Central differences of ⟨G, B⟩ of the kernel itself for a few features; float32 has too few digits.
  private func checkSlopes(
    _ values: [Double], _ note: Comment, w: Numbers<T>, a: Numbers<T>, g: Numbers<T>,
    program: Numbers<Polynomial>,
    gradient: [Double], before: [T]
  ) {
    guard T.self == Double.self else { return }
    let width = rows * channels, outputs = polynomials.count * channels
    let b = Numbers([T](repeating: 0, count: atoms * outputs))
    let scratch = Numbers([T](repeating: 0, count: 2 * rows * 4 * channelAlignment))
    let features = Numbers((0..<atoms).map { UnsafePointer(a.base + $0 * width) })
    let results = Numbers((0..<atoms).map { b.base + $0 * outputs })
    func contracted() -> Double {
      table.contract(
        program.read, programs.count, atoms, rows, channels, w.read, coefficientCount, features.read,
        results.read,
        scratch.base)
      return dot(b.doubles, g.doubles)
    }
    for k in stride(from: 3, to: atoms * width, by: atoms * width / 17) {
      let original = a.base[k], h: T = 1e-3
      var samples: [Double] = []
      for step in [h, -h, 2 * h, -2 * h] {
        a.base[k] = original + step
        samples.append(contracted())
      }
      a.base[k] = original
      let slope = (8 * (samples[0] - samples[1]) - (samples[2] - samples[3])) / (12 * Double(h))
      #expect(abs(slope - (gradient[k] - Double(before[k]))) <= 1e-9, note)
    }
  }
}
