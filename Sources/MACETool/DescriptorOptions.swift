import Atomistics
import Checkpoint
import Diagnostics
import ExtendedXYZ
import MACE

/// Which descriptors to write, with the names and meanings of `mace_eval_configs`.
public struct DescriptorOptions: Sendable {
  public enum Aggregation: String, Sendable, CaseIterable {
    /// One vector per frame: the mean over atoms.
    case mean
    /// One vector per element and frame, as a JSON object.
    case perElementMean = "per_element_mean"
  }

  /// Only what does not change under rotation (l = 0).
  public var invariantsOnly: Bool
  /// The first so many layers; nil is all.
  public var layers: Int?
  /// nil: one vector per atom.
  public var aggregation: Aggregation?

  public init(invariantsOnly: Bool = true, layers: Int? = nil, aggregation: Aggregation? = nil) {
    self.invariantsOnly = invariantsOnly
    self.layers = layers
    self.aggregation = aggregation
  }

  /// Columns of the full descriptor, `Σ_layers dim(irreps)` wide, that are wanted.
  /// - Throws: `.invalidArgument` when the model has fewer layers.
  func columns(of potential: Potential) throws(MACEError) -> [Int] {
    let all = potential.model.configuration.layers
    let count = layers ?? all.count
    guard count >= 1, count <= all.count else {
      throw MACEError(
        .invalidArgument,
        "--descriptor_num_layers \(count): the model has \(all.count) layers; use 1...\(all.count)")
    }
    let width = all[..<count].reduce(0) { $0 + $1.outputIrreps.dimension }
    return invariantsOnly ? potential.invariantDescriptorColumns.filter { $0 < width } : Array(0..<width)
  }

  /// Adds the descriptors of a frame under `key`.
  /// - Parameter descriptors: [atom][width], the full descriptors.
  func write(_ descriptors: [Double], width: Int, columns: [Int], key: String, to frame: inout Frame) {
    let numbers = frame.structure.atomicNumbers
    func mean(_ atoms: [Int]) -> [Double] {
      columns.map { c in atoms.reduce(0) { $0 + descriptors[$1 * width + c] } / Double(atoms.count) }
    }
    guard !numbers.isEmpty, !columns.isEmpty else { return }
    switch aggregation {
    case nil:
      var values: [Double] = []
      values.reserveCapacity(numbers.count * columns.count)
      for atom in numbers.indices {
        for c in columns { values.append(descriptors[atom * width + c]) }
      }
      frame.setColumn(Column(name: key, width: columns.count, values: .reals(values)))
    case .mean:
      frame.info[key] = .reals(mean(Array(numbers.indices)))
    case .perElementMean:
      var entries: [(key: String, value: JSON)] = []
      for z in Set(numbers).sorted(by: { Element.name(of: $0) < Element.name(of: $1) }) {
        let vector = mean(numbers.indices.filter { numbers[$0] == z })
        entries.append((Element.name(of: z), .array(vector.map { .number($0) })))
      }
      // ASE's notation for values that extended XYZ has no form for.
      frame.info[key] = .string("_JSON " + JSON.object(entries).encoded)
    }
  }
}
