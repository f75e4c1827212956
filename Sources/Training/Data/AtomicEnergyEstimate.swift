import Atomistics
import Diagnostics

/// The energies E0 of a head, and how they came about.
public struct AtomicEnergyEstimate: Sendable {
  /// eV by atomic number, for all elements asked for.
  public let energies: [Int: Double]
  /// Of the sources that are fits.
  public let report: AtomicEnergyReport?
  /// What the user should know.
  public let notes: [String]

  /// - Parameters:
  ///   - elements: atomic numbers of the model to be trained.
  ///   - set: the run's own training frames (those set aside for validation must not be among them).
  ///   - foundation: for sources that need one.
  ///   - perAtom: in fits, divide the rows by the number of atoms.
  /// - Throws: `.invalidArgument` naming the elements for which there is no energy, or what is missing.
  public init(
    _ source: AtomicEnergySource, elements: [Int], set: FrameSet, foundation: Foundation? = nil,
    perAtom: Bool = false, threads: Int = 1
  ) throws(MACEError) {
    let request = Request(elements: elements, data: set, foundation: foundation, perAtom: perAtom, threads: threads)
    var report: AtomicEnergyReport?
    switch source {
    case .table(let table): energies = try request.complete(table, "E0s")
    case .file(let path):
      energies = try request.complete(try AtomicEnergySource.table(contentsOf: path), path)
    case .isolatedAtoms:
      energies = try request.complete(set.isolatedAtoms, "the IsolatedAtom frames of the training files")
    case .foundation:
      energies = try request.complete(try request.model().atomicEnergies, "the foundation model")
    case .average:
      report = try request.average()
      energies = report?.energies ?? [:]
    case .estimated(let prior):
      report = try request.estimated(prior)
      energies = report?.energies ?? [:]
    }
    var notes = report?.notes ?? []
    if !set.isolatedAtoms.isEmpty, source != .isolatedAtoms, source != .estimated(prior: .isolated) {
      notes.append(
        "the training files have IsolatedAtom frames, which are not used because E0s asks for something else "
          + "(mace-torch would take them)")
    }
    self.report = report
    self.notes = notes
  }

  private struct Request {
    let elements: [Int]
    let data: FrameSet
    let foundation: Foundation?
    let perAtom: Bool
    let threads: Int

    func model() throws(MACEError) -> Foundation {
      guard let foundation else {
        throw MACEError(.invalidArgument, "E0s: there is no foundation model to take or estimate energies from")
      }
      return foundation
    }

    /// The elements' part of a table, which must have them all.
    func complete(_ table: [Int: Double], _ origin: String) throws(MACEError) -> [Int: Double] {
      var energies: [Int: Double] = [:]
      for z in elements { energies[z] = table[z] }
      let missing = elements.filter { energies[$0] == nil }.map { Element.name(of: $0) }
      guard missing.isEmpty else {
        throw MACEError(
          .invalidArgument, "E0s: \(origin): there is no energy for \(missing.joined(separator: ", "))")
      }
      return energies
    }

    private var labelled: [TrainingFrame] { data.frames.filter { $0.labels.energy != nil } }

    private func report(
      _ source: AtomicEnergySource, _ frames: [TrainingFrame], start: [Double]?, prior: [Double],
      predictions: [Double]
    ) throws(MACEError) -> AtomicEnergyReport {
      guard !frames.isEmpty else {
        throw MACEError(.invalidArgument, "E0s: no training frame has an energy to fit to")
      }
      var places: [Int: Int] = [:]
      for (column, z) in elements.enumerated() { places[z] = column }
      var counts: [[Int]] = []
      for frame in frames {
        var row = [Int](repeating: 0, count: elements.count)
        for z in frame.structure.atomicNumbers {
          guard let column = places[z] else {
            throw MACEError(
              .unknownElement, "\(frame.source): \(Element.name(of: z)) is not among the elements of the model")
          }
          row[column] += 1
        }
        counts.append(row)
      }
      let errors = zip(frames, predictions).map { ($0.labels.energy ?? 0) - $1 }
      let base = start ?? prior.map { _ in 0 }
      let fit = try CompositionFit(
        counts: counts, targets: errors, prior: zip(prior, base).map { $0 - $1 }, perAtom: perAtom)
      return AtomicEnergyReport(
        source: source, elements: elements, start: start, prior: prior,
        values: zip(base, fit.values).map { $0 + $1 }, fit: fit, perAtom: perAtom, counts: counts, errors: errors,
        types: frames.map(\.configurationType), unlabelled: data.frames.count - frames.count)
    }

    func average() throws(MACEError) -> AtomicEnergyReport {
      let zeros = elements.map { _ in 0.0 }
      return try report(
        .average, labelled, start: nil, prior: zeros, predictions: labelled.map { _ in 0 })
    }

    func estimated(_ prior: AtomicEnergySource.Prior) throws(MACEError) -> AtomicEnergyReport {
      let model = try model()
      let own = try complete(model.atomicEnergies, "the foundation model")
      let held =
        prior == .foundation
        ? own : try complete(data.isolatedAtoms, "estimated+isolated: the IsolatedAtom frames")
      let frames = labelled
      return try report(
        .estimated(prior: prior), frames, start: elements.map { own[$0] ?? 0 },
        prior: elements.map { held[$0] ?? 0 },
        predictions: try model.energies(of: frames, threads: threads))
    }
  }
}
