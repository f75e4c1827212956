import Diagnostics
import ExtendedXYZ
import MACE
import TestSupport
import Testing

@testable import Training

@Suite struct SelectionTests {
  private let path = DataReference.path("train.xyz")

  @Test func filtersAreMaceTorchs() {
    let given: Set = [1, 8]
    let cases: [(Set<Int>, [Bool])] = [
      ([1, 8], [true, true, true, true]), ([8], [true, true, false, false]),
      ([1, 6, 8], [true, false, false, true]), ([6], [true, false, false, false]),
    ]
    for (present, expected) in cases {
      let filters: [ElementFilter] = [.none, .combinations, .exclusive, .inclusive]
      #expect(filters.map { $0.accepts(present, given: given) } == expected)
    }
  }

  @Test func farthestPointsSpreadOut() {
    let points = [0, 0.1, 5, 10, 0.2, 9.9].map { FrameDescriptor(elements: [1], values: [Float($0)]) }
    #expect(FrameDescriptor.farthestPoints(points, count: 3, first: 0) == [0, 3, 2])
    #expect(Set(FrameDescriptor.farthestPoints(points, count: 6, first: 4)).count == 6)
    // other elements are farther than any distance
    let other = FrameDescriptor(elements: [1, 8], values: [0, 0])
    #expect(FrameDescriptor.farthestPoints(points + [other], count: 2, first: 0) == [0, 6])
    // equal frames: every one is still taken once
    let same = [FrameDescriptor](repeating: points[0], count: 4)
    #expect(FrameDescriptor.farthestPoints(same, count: 4, first: 2) == [2, 0, 1, 3])
  }

  /// Against a plain search over the descriptors of the whole set.
  @Test func selectionIsExact() throws {
    let foundation = try FoundationModel(try Fixtures.potential("tiny_L1"))
    var selection = FrameSelection()
    selection.count = 6
    let result = try selection.select(from: path, foundation: foundation)
    #expect(result.indices.count == 6 && result.passing == 44 && result.frameCount == 44)
    let frames = try ExtendedXYZReader.frames(path: path)
    let calculator = try Calculator(foundation.potential)
    let columns = foundation.potential.invariantDescriptorColumns
    let vectors = try frames.map { frame in
      let d = try calculator.evaluate(frame.structure, [.descriptors]).descriptors
      let width = foundation.potential.descriptorWidth
      return [1, 6, 8, 20].flatMap { z -> [Double] in
        let atoms = frame.structure.atomicNumbers.indices.filter { frame.structure.atomicNumbers[$0] == z }
        guard !atoms.isEmpty else { return columns.map { _ in 1e5 } }
        return columns.map { c in atoms.reduce(0) { $0 + d[$1 * width + c] } / Double(atoms.count) }
      }
    }
    func square(_ a: Int, _ b: Int) -> Double {
      zip(vectors[a], vectors[b]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    // one of the chosen is the first, and from it all follow
    let orders = result.indices.map { first -> [Int] in
      var chosen = [first]
      while chosen.count < 6 {
        chosen.append(
          frames.indices.filter { !chosen.contains($0) }.max { a, b in
            chosen.map { square(a, $0) }.min()! < chosen.map { square(b, $0) }.min()!
          }!)
      }
      return chosen.sorted()
    }
    #expect(orders.contains(result.indices))
    #expect(try selection.select(from: path, foundation: foundation).indices == result.indices)
  }

  @Test func countsAndPadding() throws {
    var selection = FrameSelection()
    selection.method = .random
    selection.filter = .exclusive
    selection.elements = [1]
    var result = try selection.select(from: path, foundation: nil)
    #expect(result.indices == [0] && result.passing == 1)
    selection.count = 5
    result = try selection.select(from: path, foundation: nil)
    #expect(result.indices.count == 5 && result.padding == 4 && result.indices[0] == 0)
    selection.allowsPadding = false
    #expect(
      failure { _ = try selection.select(from: path, foundation: nil) }?.message.contains("num_samples 5")
        == true)
    selection.allowsPadding = true
    selection.count = 45
    #expect(failure { _ = try selection.select(from: path, foundation: nil) }?.kind == .invalidArgument)
    selection.count = 0
    #expect(failure { _ = try selection.select(from: path, foundation: nil) }?.kind == .invalidArgument)
    selection = FrameSelection()
    selection.count = 3
    #expect(
      failure { _ = try selection.select(from: path, foundation: nil) }?.message.contains("needs a model")
        == true)
    selection.filter = .inclusive
    #expect(
      failure { _ = try selection.select(from: path, foundation: nil) }?.message.contains("needs elements")
        == true)
    #expect(failure { _ = try FrameSelection().select(from: "-", foundation: nil) }?.kind == .invalidArgument)
  }
}
