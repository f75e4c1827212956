import Diagnostics
import ExtendedXYZ

extension NestedSplit {
  /// What a file of frames offers to draw from.
  struct Census {
    var prints: [Fingerprint] = []
    /// Frames with the energy of a single atom, which belong to every training set.
    var isolatedAtoms: [Int] = []

    init(_ path: String) throws(MACEError) {
      var reader = try ExtendedXYZReader(path: path)
      while let frame = try reader.next() {
        if FrameParser.isIsolatedAtom(frame) { isolatedAtoms.append(prints.count) }
        prints.append(Fingerprint(frame.structure))
      }
    }

    var candidates: [(index: Int, print: Fingerprint)] {
      let isolated = Set(isolatedAtoms)
      return prints.enumerated().filter { !isolated.contains($0.offset) }.map { ($0.offset, $0.element) }
    }
  }

  /// Draws from the frames of a file; `IsolatedAtom` frames are not drawn.
  public init(
    drawingFrom path: String, draw: Int?, test: Int, sizes: [Int], seed: UInt64
  ) throws(MACEError) {
    let census = try Census(path)
    do {
      self = try NestedSplit(
        candidates: census.candidates, frameCount: census.prints.count, draw: draw, test: test, sizes: sizes,
        seed: seed)
    } catch {
      throw MACEError(error.kind, "\(path): \(error.message)")
    }
  }

  /// One file to write: its name's ending and the frames in it.
  public struct Part: Sendable {
    public let name: String
    public let frames: [Int]
  }

  /// What is written for a file.
  public struct Application: Sendable {
    public let parts: [Part]
    /// Drawn frames that are other structures than in the file that was drawn from.
    public let changed: [Int]
  }

  /// "test" and "train_N" for a file, isolated atoms in each of the training sets.
  ///
  /// - Throws: `.invalidArgument` when the file has another number of frames.
  public func application(to path: String) throws(MACEError) -> Application {
    let census = try Census(path)
    guard census.prints.count == frameCount else {
      throw MACEError(
        .invalidArgument,
        "\(path) has \(census.prints.count) frames; the list was drawn from a file of \(frameCount)")
    }
    var parts = test.isEmpty ? [] : [Part(name: "test", frames: test)]
    for size in sizes {
      parts.append(Part(name: "train_\(size)", frames: (census.isolatedAtoms + training(size)).sorted()))
    }
    return Application(parts: parts, changed: changed(census.prints))
  }
}
