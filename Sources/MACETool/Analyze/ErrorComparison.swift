import Atomistics
import Diagnostics
import ExtendedXYZ

/// Predictions against references of all frames of one file, grouped by `config_type`, by cluster of energy and
/// by element.
struct ErrorComparison {
  /// Energies are per atom, eV; force components eV/Å.
  struct Pair {
    let reference: Double
    let predicted: Double
  }

  private(set) var total = ErrorGroup("all")
  private var types: [ErrorGroup] = []
  private var elements: [ErrorGroup] = []
  private(set) var energies: [(name: String, values: [Pair])] = []
  private(set) var forces: [(name: String, values: [Pair])] = []

  /// - Throws: `.format` when no frame has both labels and predictions.
  init(_ path: String, _ labels: inout ReferenceLabels, prefix: String) throws(MACEError) {
    var reader = try ExtendedXYZReader(path: path)
    while let frame = try reader.next() {
      do throws(MACEError) {
        try add(frame, &labels, prefix)
      } catch {
        throw MACEError(error.kind, "\(path), frame \(reader.frameCount): \(error.message)")
      }
    }
    guard total.energy.frames + total.forces.frames > 0 else {
      throw MACEError(
        .format,
        "\(path): no frame has a label and its prediction; predictions are \(prefix)energy and \(prefix)forces "
          + "(mace evaluate writes them), labels \(labels.energy.name) and \(labels.forces.name)")
    }
  }

  /// The total, then what it consists of, where that is more than one thing.
  var groups: [ErrorGroup] {
    let clusters = energyClusters
    return [total] + (types.count > 1 ? types : []) + (clusters.count > 1 ? clusters : []) + elements
  }

  /// Of the references, eV per atom.
  var meanEnergy: Double {
    let all = energies.flatMap { $0.values }
    return all.reduce(0) { $0 + $1.reference } / Double(max(all.count, 1))
  }

  private mutating func add(
    _ frame: Frame, _ labels: inout ReferenceLabels, _ prefix: String
  ) throws(MACEError) {
    let atoms = frame.structure.count
    let type = frame.info["config_type"]?.name ?? "Default"
    if !types.contains(where: { $0.name == type }) { types.append(ErrorGroup(type)) }
    let place = types.firstIndex { $0.name == type } ?? 0
    total.frames += 1
    types[place].frames += 1
    if let reference = try labels.energy(of: frame), atoms > 0,
      let predicted = frame.info[prefix + "energy"]?.real
    {
      guard predicted.isFinite else { throw MACEError(.format, "\(prefix)energy is not finite") }
      let pair = Pair(reference: reference / Double(atoms), predicted: predicted / Double(atoms))
      total.energy.add([pair.predicted - pair.reference])
      types[place].energy.add([pair.predicted - pair.reference])
      Self.append([pair], type, to: &energies)
    }
    guard let reference = try labels.forces(of: frame), let column = frame.column(prefix + "forces") else {
      return
    }
    guard column.width == 3, let predicted = column.reals, predicted.allSatisfy(\.isFinite) else {
      throw MACEError(.format, "\(prefix)forces are not three finite numbers per atom")
    }
    total.forces.add(zip(predicted, reference).map { $0 - $1 })
    types[place].forces.add(zip(predicted, reference).map { $0 - $1 })
    for z in Set(frame.structure.atomicNumbers).sorted() {
      let chosen = frame.structure.atomicNumbers.indices.filter { frame.structure.atomicNumbers[$0] == z }
      let pairs = chosen.flatMap { atom in
        (3 * atom..<3 * atom + 3).map { Pair(reference: reference[$0], predicted: predicted[$0]) }
      }
      let name = Element.name(of: z)
      if !elements.contains(where: { $0.name == name }) { elements.append(ErrorGroup(name)) }
      let element = elements.firstIndex { $0.name == name } ?? 0
      elements[element].frames += 1
      elements[element].forces.add(pairs.map { $0.predicted - $0.reference })
      Self.append(pairs, name, to: &forces)
    }
  }

  private static func append(_ pairs: [Pair], _ name: String, to list: inout [(name: String, values: [Pair])])
  {
    if let place = list.firstIndex(where: { $0.name == name }) {
      list[place].values += pairs
    } else {
      list.append((name, pairs))
    }
  }

  /// Thermodynamic states that were put into one file show as clusters of the energy per atom; the RMSE over all
  /// hides when a model shifts one against the other. A gap of a quarter of the whole range separates them.
  private var energyClusters: [ErrorGroup] {
    let sorted = energies.flatMap { $0.values }.sorted { $0.reference < $1.reference }
    guard sorted.count >= 10, let first = sorted.first, let last = sorted.last else { return [] }
    let gap = (last.reference - first.reference) / 4
    guard gap > 0 else { return [] }
    var clusters: [ErrorGroup] = []
    for (place, pair) in sorted.enumerated() {
      if place == 0 || pair.reference - sorted[place - 1].reference > gap {
        clusters.append(ErrorGroup("E cluster \(clusters.count + 1)"))
      }
      clusters[clusters.count - 1].frames += 1
      clusters[clusters.count - 1].energy.add([pair.predicted - pair.reference])
    }
    return clusters
  }
}
