import KernelInterface
import Kernels
import TestSupport
import Testing

/// y (+)= x W with rows anywhere in memory.
struct LinearTests {
  /// Rows around multiples of the kernel's six, outputs of every number of vectors up to a few tiles.
  @Test(arguments: InstructionSet.available, [1, 2, 5, 6, 7, 11, 12, 13, 64])
  func matchesMatrixProduct(_ set: InstructionSet, _ rows: Int) {
    for outer in [16, 32, 48, 64, 80, 112] {
      for inner in [1, 3, 16, 50] {
        for accumulate in [false, true] {
          check(Double.table(set), rows: rows, inner: inner, outer: outer, accumulate: accumulate)
          check(Float.table(set), rows: rows, inner: inner, outer: outer, accumulate: accumulate)
        }
      }
    }
  }

  /// No rows: nothing is touched. Nothing to sum: zero, or what was there.
  @Test(arguments: InstructionSet.available, [false, true])
  func emptySums(_ set: InstructionSet, _ accumulate: Bool) {
    check(Double.table(set), rows: 0, inner: 3, outer: 16, accumulate: accumulate)
    check(Double.table(set), rows: 7, inner: 0, outer: 48, accumulate: accumulate)
    check(Float.table(set), rows: 0, inner: 3, outer: 16, accumulate: accumulate)
    check(Float.table(set), rows: 7, inner: 0, outer: 48, accumulate: accumulate)
  }

  private func check<T: KernelScalar>(
    _ table: KernelTable<T>, rows: Int, inner: Int, outer: Int, accumulate: Bool
  ) {
    var random = SeededGenerator(seed: 21)
    // rows in shuffled order with gaps, so that every row must be found through its offset
    let xRows = (0..<rows).shuffled(using: &random).map { $0 * (inner + 3) + 1 }
    let yRows = (0..<rows).shuffled(using: &random).map { $0 * (outer + 16) }
    let x = Numbers<T>(random.values(rows * (inner + 3) + 1)), w = Numbers<T>(random.values(inner * outer))
    let y = Numbers<T>(random.values(rows * (outer + 16)))
    var expected = y.doubles
    for r in 0..<rows {
      for o in 0..<outer {
        var sum = accumulate ? expected[yRows[r] + o] : 0
        for u in 0..<inner { sum += Double(x.base[xRows[r] + u]) * Double(w.base[u * outer + o]) }
        expected[yRows[r] + o] = sum
      }
    }
    let (xOffsets, yOffsets) = (Numbers(xRows), Numbers(yRows))
    table.linear(rows, xOffsets.read, yOffsets.read, inner, outer, x.read, w.read, y.base, accumulate)
    #expect(
      largestDifference(y.doubles, expected) <= roundOff(T.self),
      "\(T.self) \(table.instructionSet): \(rows) rows, \(inner) → \(outer), accumulate \(accumulate)")
    let gradient = Numbers<T>(random.values(inner * outer))
    var sums = gradient.doubles
    for u in 0..<inner {
      for o in 0..<outer {
        for r in 0..<rows {
          sums[u * outer + o] += Double(x.base[xRows[r] + u]) * Double(y.base[yRows[r] + o])
        }
      }
    }
    table.linearGradient(
      rows, xOffsets.read, yOffsets.read, inner, outer, x.read, UnsafePointer(y.base), gradient.base)
    let largest = y.doubles.map(abs).max() ?? 0
    #expect(
      largestDifference(gradient.doubles, sums) <= roundOff(T.self) * max(1, largest),
      "gradient of \(T.self) \(table.instructionSet): \(rows) rows, \(inner) → \(outer)")
  }

  @Test(arguments: InstructionSet.available)
  func tables(_ set: InstructionSet) {
    #expect(set.float64.instructionSet == set.rawValue)
    #expect(set.float32.instructionSet == set.rawValue)
    let sink = Numbers<Double>([Double](repeating: 0.5, count: 64))
    #expect(set.float64.peakLoop(1000, sink.base) >= 1000 * 24 * 2)
    #expect(sink.values.allSatisfy { $0.isFinite })
    #expect(InstructionSet.available.contains(.preferred))
  }
}
