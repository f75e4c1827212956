import Checkpoint
import Diagnostics

/// A test set and nested training sets out of one list of frames: 10 ⊂ 30 ⊂ 50 ⊂ …
///
/// The list can be saved and used for other files with the same structures (other levels of theory).
public struct NestedSplit: Sendable, Equatable {
  /// Number of frames in the file, and what identifies those that were drawn.
  public let frameCount: Int
  public let seed: UInt64
  /// Frames drawn, numbered from 0 in the order of the file, in random order.
  public let drawn: [Int]
  /// Those of them that are held out, in the order of the file.
  public let test: [Int]
  /// Sizes of the training sets, ascending. Set N are the first N drawn frames that are not held out.
  public let sizes: [Int]
  /// Of the frames drawn, in their order.
  let fingerprints: [Fingerprint]

  /// Draws the frames.
  ///
  /// - Parameters:
  ///   - candidates: the frames to draw from, by number, with what identifies them.
  ///   - draw: how many of them; nil is all.
  ///   - sizes: of the training sets; empty is one set of all that are not held out.
  /// - Throws: `.invalidArgument` when the sizes do not fit.
  init(
    candidates: [(index: Int, print: Fingerprint)], frameCount: Int, draw: Int?, test: Int, sizes: [Int],
    seed: UInt64
  ) throws(MACEError) {
    let count = draw ?? candidates.count
    guard count >= 1, count <= candidates.count else {
      throw MACEError(
        .invalidArgument, "num_frames: \(count) frames cannot be drawn from \(candidates.count)")
    }
    guard test >= 0, test < count else {
      throw MACEError(
        .invalidArgument, "test: \(test) of \(count) frames cannot be held out; one must remain for training")
    }
    let left = count - test
    let sizes = (sizes.isEmpty ? [left] : sizes).sorted()
    for (i, size) in sizes.enumerated() {
      guard size >= 1, size <= left else {
        throw MACEError(
          .invalidArgument,
          "sizes: a training set of \(size) does not fit into the \(left) frames that are left (\(count) drawn, "
            + "\(test) held out)")
      }
      guard i == 0 || sizes[i - 1] != size else {
        throw MACEError(.invalidArgument, "sizes: \(size) occurs twice")
      }
    }
    var random = RandomStream(seed: seed, name: "nested split")
    let order = random.permutation(candidates.count)[..<count]
    let held = random.permutation(count)[..<test]
    let chosen = order.map { candidates[$0] }
    self.frameCount = frameCount
    self.seed = seed
    self.sizes = sizes
    drawn = chosen.map(\.index)
    fingerprints = chosen.map(\.print)
    self.test = held.map { chosen[$0].index }.sorted()
  }

  /// The training set of `size` frames, in the order of the file.
  public func training(_ size: Int) -> [Int] {
    let held = Set(test)
    return drawn.filter { !held.contains($0) }.prefix(size).sorted()
  }

  /// Drawn frames that are other structures in a file.
  func changed(_ prints: [Fingerprint]) -> [Int] {
    zip(drawn, fingerprints).filter { prints[$0] != $1 }.map(\.0).sorted()
  }

  // MARK: File

  private static let format = "mace split"

  /// Writes the list as JSON.
  public func write(to path: String) throws(MACEError) {
    try JSON.object([
      ("format", .text(Self.format)), ("version", .integer(1)), ("frames", .integer(frameCount)),
      ("seed", .text("\(seed)")), ("sizes", .integers(sizes)), ("test", .integers(test)),
      ("drawn", .integers(drawn)), ("structures", .texts(fingerprints.map(\.text))),
    ]).write(to: path)
  }

  /// Reads a list that `write` wrote.
  /// - Throws: `.io`, `.format`.
  public init(contentsOf path: String) throws(MACEError) {
    let json = try JSON(contentsOf: path)
    func wrong(_ what: String) -> MACEError {
      MACEError(.format, "\(path): \(what); it is not a list that mace split wrote")
    }
    guard json["format"]?.text == Self.format else { throw wrong("'format' is not '\(Self.format)'") }
    guard json["version"] == .integer(1) else { throw wrong("'version' is not 1") }
    guard case .integer(let frames)? = json["frames"], frames >= 1 else { throw wrong("'frames' is not a number") }
    guard let seed = json["seed"]?.text.flatMap({ UInt64($0) }) else { throw wrong("'seed' is not a number") }
    guard let drawn = json["drawn"]?.integers, let test = json["test"]?.integers,
      let sizes = json["sizes"]?.integers, case .array(let items)? = json["structures"]
    else { throw wrong("'drawn', 'test', 'sizes' or 'structures' is missing") }
    let prints = items.compactMap { $0.text.flatMap { Fingerprint(text: $0) } }
    let all = Set(drawn)
    guard all.count == drawn.count, drawn.allSatisfy({ $0 >= 0 && $0 < frames }), all.isSuperset(of: test),
      Set(test).count == test.count, prints.count == drawn.count,
      sizes.allSatisfy({ $0 >= 1 && $0 <= drawn.count - test.count })
    else { throw wrong("its numbers contradict each other") }
    (frameCount, self.seed, self.drawn, self.test) = (frames, seed, drawn, test.sorted())
    self.sizes = sizes.sorted()
    fingerprints = prints
  }
}
