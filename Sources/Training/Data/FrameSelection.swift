import Diagnostics
import ExtendedXYZ
import MACE

/// Selects frames of a large file, for replay: by elements, then by farthest-point sampling or at random.
///
/// The file is read two or three times and never held in memory.
public struct FrameSelection: Sendable {
  public enum Method: String, Sendable, CaseIterable { case fps, random }

  public var method = Method.fps
  public var filter = ElementFilter.none
  /// Atomic numbers for the filter.
  public var elements: Set<Int> = []
  /// nil: all that pass the filter.
  public var count: Int?
  /// Fill up with random frames that do not pass the filter when too few do.
  public var allowsPadding = true
  public var seed: UInt64 = 42
  public var threads = 1

  public init() {}

  public struct Result: Sendable {
    /// Frames of the file, from 0, ascending.
    public var indices: [Int]
    public var frameCount: Int
    /// Frames that pass the filter.
    public var passing: Int
    /// Of `indices`, how many do not.
    public var padding = 0
  }

  /// - Parameters:
  ///   - foundation: whose descriptors are compared; needed for farthest-point sampling.
  ///   - progress: called after each frame whose descriptors were computed, with its number of atoms.
  /// - Throws: `.invalidArgument` when there are too few frames or a model or elements are missing, and what
  ///   reading and evaluation throw, with file and frame.
  public func select(
    from path: String, foundation: Foundation?, progress: (Int) -> Void = { _ in }
  ) throws(MACEError) -> Result {
    guard path != "-" else {
      throw MACEError(.invalidArgument, "the frames are read more than once: name a file, not the standard input")
    }
    guard filter == .none || !elements.isEmpty else {
      throw MACEError(
        .invalidArgument,
        "filtering_type \(filter.rawValue) needs elements: give configs_ft or filter_atomic_numbers_pt")
    }
    if let count, count < 1 { throw MACEError(.invalidArgument, "num_samples \(count) is not at least 1") }
    var passing: [Int] = []
    var others: [Int] = []
    var reader = try ExtendedXYZReader(path: path)
    while let frame = try reader.next() {
      let passes = filter.accepts(Set(frame.structure.atomicNumbers), given: elements)
      if passes { passing.append(reader.frameCount - 1) } else { others.append(reader.frameCount - 1) }
    }
    var result = Result(indices: passing, frameCount: reader.frameCount, passing: passing.count)
    var random = RandomStream(seed: seed, name: "frame selection")
    guard let count, count != passing.count else { return result }
    if count > passing.count {
      result.padding = count - passing.count
      guard allowsPadding, result.padding <= others.count else {
        throw MACEError(
          .invalidArgument,
          "\(path): num_samples \(count), but \(passing.count) of \(reader.frameCount) frames pass the filter"
            + (allowsPadding ? "" : " and random padding is not allowed"))
      }
      result.indices += random.permutation(others.count).prefix(result.padding).map { others[$0] }
    } else if method == .random {
      result.indices = random.permutation(passing.count).prefix(count).map { passing[$0] }
    } else {
      let descriptors = try descriptors(path, Set(passing), foundation, progress)
      let first = random.permutation(passing.count)[0]
      let points = FrameDescriptor.farthestPoints(descriptors, count: count, first: first)
      result.indices = points.map { passing[$0] }
    }
    result.indices.sort()
    return result
  }

  private func descriptors(
    _ path: String, _ wanted: Set<Int>, _ foundation: Foundation?, _ progress: (Int) -> Void
  ) throws(MACEError) -> [FrameDescriptor] {
    guard let foundation else {
      throw MACEError(.invalidArgument, "farthest-point sampling needs a model; or select at random")
    }
    let potential = foundation.potential
    let calculator = try Calculator(potential, head: foundation.head, threads: threads)
    let columns = potential.invariantDescriptorColumns
    var descriptors: [FrameDescriptor] = []
    var reader = try ExtendedXYZReader(path: path)
    while let frame = try reader.next() {
      guard wanted.contains(reader.frameCount - 1) else { continue }
      do {
        let result = try calculator.evaluate(frame.structure, [.descriptors])
        descriptors.append(
          FrameDescriptor(
            result.descriptors, stride: potential.descriptorWidth, columns: columns,
            atomicNumbers: frame.structure.atomicNumbers))
      } catch {
        throw MACEError(error.kind, "\(path), frame \(reader.frameCount): \(error.message)")
      }
      progress(frame.structure.count)
    }
    guard descriptors.count == wanted.count else {
      throw MACEError(.io, "\(path): the file changed while it was read")
    }
    return descriptors
  }
}
