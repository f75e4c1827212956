import Diagnostics
import ExtendedXYZ
import TestSupport
import Testing

@testable import Training

@Suite struct SplitTests {
  @Test(arguments: [(10, 0.1, 1), (30, 0.1, 3), (5, 0.1, 1), (2, 0.9, 1), (7, 0.5, 3)])
  func validationHasMaceTorchsSize(_ count: Int, _ fraction: Double, _ size: Int) throws {
    let split = try ValidationSplit(count: count, fraction: fraction, seed: 1)
    #expect(split.validation.count == size)
    #expect((split.training + split.validation).sorted() == Array(0..<count))
  }

  @Test func drawIsTheSameEverywhere() throws {
    // from another program: other machines and later versions must draw the same
    #expect(try ValidationSplit(count: 40, fraction: 0.1, seed: 123).validation == [2, 15, 22, 35])
    #expect(
      try ValidationSplit(count: 400, fraction: 0.5, seed: 1)
        != ValidationSplit(count: 400, fraction: 0.5, seed: 2))
    for (count, fraction) in [(1, 0.1), (0, 0.1), (5, 0), (5, 1), (5, .nan)] {
      #expect(
        failure { _ = try ValidationSplit(count: count, fraction: fraction, seed: 1) }?.kind
          == .invalidArgument)
    }
  }

  private func split(_ draw: Int?, _ test: Int, _ sizes: [Int], of count: Int = 423) throws -> NestedSplit {
    let structures = (0..<count).map {
      (index: $0, print: Fingerprint(text: "00000000000" + "\(10000 + $0)")!)
    }
    return try NestedSplit(
      candidates: structures, frameCount: count, draw: draw, test: test, sizes: sizes, seed: 5)
  }

  @Test func setsAreNested() throws {
    let split = try split(400, 100, [300, 10, 30, 50, 100, 200])
    #expect(Set(split.drawn).count == 400 && split.test.count == 100)
    #expect(Set(split.drawn).isSuperset(of: split.test))
    var smaller: Set<Int> = []
    for (size, expected) in zip(split.sizes, [10, 30, 50, 100, 200, 300]) {
      let set = Set(split.training(size))
      #expect(size == expected && set.count == size)
      #expect(set.isSuperset(of: smaller) && set.isDisjoint(with: split.test))
      smaller = set
    }
  }

  @Test func sizesMustFit() throws {
    for (draw, test, sizes) in [
      (424, 0, []), (0, 0, []), (400, 400, []), (400, 100, [301]), (nil, -1, []), (nil, 0, [0]),
      (nil, 0, [5, 5]),
    ] as [(Int?, Int, [Int])] {
      #expect(failure { _ = try split(draw, test, sizes) }?.kind == .invalidArgument)
    }
    #expect(try split(nil, 23, []).sizes == [400])
  }

  @Test func listSurvivesItsFile() throws {
    try withDirectory { place in
      let path = place + "/split.json"
      let split = try split(40, 10, [10, 20])
      try split.write(to: path)
      #expect(try NestedSplit(contentsOf: path) == split)
      for text in ["{}", "[1]", #"{"format":"mace split","version":2}"#, "{"] {
        try write(text, path)
        #expect(failure { _ = try NestedSplit(contentsOf: path) }?.kind == .format)
      }
      try write(
        #"{"format":"mace split","version":1,"frames":3,"seed":"1","sizes":[1],"test":[2],"drawn":[0,0],"structures":[]}"#,
        path)
      #expect(failure { _ = try NestedSplit(contentsOf: path) }?.message.contains("contradict") == true)
    }
  }

  @Test func filesShareTheList() throws {
    try withDirectory { place in
      let path = DataReference.path("train.xyz")
      let split = try NestedSplit(drawingFrom: path, draw: 30, test: 5, sizes: [5, 10], seed: 3)
      let own = try split.application(to: path)
      #expect(own.changed.isEmpty && own.parts.map(\.name) == ["test", "train_5", "train_10"])
      // four isolated atoms belong to each training set
      #expect(own.parts.map(\.frames.count) == [5, 9, 14])
      var frames = try ExtendedXYZReader.frames(path: path)
      frames[split.drawn[0]].structure.positions[0].x += 0.1
      frames[split.drawn[1]].info["REF_energy"] = .real(0)
      let writer = try ExtendedXYZWriter(path: place + "/other.xyz")
      for frame in frames { try writer.write(frame) }
      try writer.close()
      let other = try split.application(to: place + "/other.xyz")
      #expect(other.changed == [split.drawn[0]])
      #expect(other.parts.map(\.frames) == own.parts.map(\.frames))
      #expect(
        failure { _ = try split.application(to: Fixtures.path("caco3-water.extxyz")) }?.message.contains("44")
          == true)
    }
  }
}
