import Atomistics
import Checkpoint
import Diagnostics

/// The model that a run begins with: new, or made from a foundation model.
struct StartingModel {
  let model: MACEModel
  /// What a checkpoint must agree with, by name.
  let facts: [(key: String, text: String)]

  /// - Parameters:
  ///   - heads: in the model's order.
  ///   - foundation: the head to be fine-tuned; nil makes a new model.
  /// - Throws: `.unknownElement` for frames with elements that the model will not have, and what E0s, statistics
  ///   and the model itself throw.
  init(
    _ plan: EffectivePlan, _ heads: [HeadData], foundation: FoundationModel?, threads: Int, log: TrainingLog
  ) throws(MACEError) {
    let keepsAll = plan.foundation?.keepsAllElements == true
    let known = foundation?.potential.atomicNumbers ?? []
    let elements = keepsAll ? known : Set(heads.flatMap(\.elements)).sorted()
    try Self.check(heads, elements)
    try log.write("Atomic Numbers used: \(elements)")
    var energies: [[Int: Double]] = []
    for head in heads {
      let table = try Self.atomicEnergies(head, elements, foundation, threads, log)
      try log.write("Atomic Energies used (z: eV) for head \(head.head.name): \(Self.text(table))")
      energies.append(table)
    }
    var facts = zip(heads, energies).map { ("E0s of head \($0.head.name)", Self.text($1)) }
    if let foundation {
      try log.write("Loading FOUNDATION model, head \(foundation.head)")
      for head in heads where head.statistics != nil {
        try log.warn(
          "Head \(head.head.name): of the statistics file E0s and elements count; its mean, std and "
            + "avg_num_neighbors are the foundation model's")
      }
      var tuning = FineTuning(
        heads: zip(heads, energies).map { FineTuning.Head($0.head.name, atomicEnergies: $1) },
        elements: keepsAll ? nil : elements)
      tuning.foundationHead = foundation.head
      tuning.keepsReadouts = plan.foundation?.keepsReadouts ?? true
      tuning.dtype = plan.precision.rawValue
      tuning.seed = UInt64(plan.seed)
      model = try tuning.model(from: foundation.potential.model)
      let neighbors = model.configuration.layers.first?.averageNeighbors ?? 1
      try log.write("Average number of neighbors: \(neighbors) (the foundation model's)")
    } else {
      guard var architecture = plan.architecture else {
        throw MACEError(.internal, "the plan has neither an architecture nor a foundation model")
      }
      architecture.atomicNumbers = elements
      try Self.scale(&architecture, plan, heads, energies, log)
      facts.append(("avg_num_neighbors", "\(architecture.averageNeighbors)"))
      model = try architecture.model(seed: UInt64(plan.seed))
    }
    facts += [
      ("r_max", "\(model.configuration.cutoff)"), ("default_dtype", plan.precision.rawValue),
      ("the model before training", DataDigest.text(model)),
    ]
    self.facts = facts.map { (key: $0.0, text: $0.1) }
  }

  private static func text(_ table: [Int: Double]) -> String {
    "{" + table.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
  }

  private static func check(_ heads: [HeadData], _ elements: [Int]) throws(MACEError) {
    let known = Set(elements)
    for frame in heads.flatMap({ $0.parts.flatMap(\.frames) }) {
      if let z = frame.structure.atomicNumbers.first(where: { !known.contains($0) }) {
        throw MACEError(
          .unknownElement,
          "\(frame.source): \(Element.name(of: z)) is not among the elements of the model (\(elementNames(elements))); "
            + "add it with atomic_numbers, or remove the frame")
      }
    }
  }

  // MARK: E0s

  /// eV for all `elements`. What the head's own source does not give is the foundation's, or 0 for elements that
  /// only other heads have.
  private static func atomicEnergies(
    _ data: HeadData, _ elements: [Int], _ foundation: FoundationModel?, _ threads: Int, _ log: TrainingLog
  ) throws(MACEError) -> [Int: Double] {
    let name = data.head.name
    var source = data.head.atomicEnergies
    if let statistics = data.statistics {
      source = .table(statistics.atomicEnergies)
      try log.write("Head \(name): E0s of \(data.head.statisticsFile ?? "the statistics file")")
    }
    let estimate: AtomicEnergyEstimate
    do throws(MACEError) {
      estimate = try AtomicEnergyEstimate(
        source, elements: data.elements, set: data.training, foundation: foundation, threads: threads)
    } catch {
      throw MACEError(
        error.kind,
        "head '\(name)': \(error.message); give E0s as {Z: eV} or a .json file, or E0s=average, estimated or "
          + "foundation")
    }
    if let report = estimate.report { try log.write("Head \(name): \(report.text)") }
    for note in estimate.notes { try log.warn("Head \(name): \(note)") }
    var table = foundation?.atomicEnergies ?? [:]
    switch source {
    case .table(let given): table.merge(given) { $1 }
    case .file(let path): table.merge(try AtomicEnergySource.table(contentsOf: path)) { $1 }
    case .isolatedAtoms: table.merge(data.training.isolatedAtoms) { $1 }
    case .average, .foundation, .estimated: break
    }
    table.merge(estimate.energies) { $1 }
    let missing = elements.filter { table[$0] == nil }
    if !missing.isEmpty {
      try log.warn(
        "Head \(name) has no data of \(elementNames(missing)): its E0s are 0 there, and its energies of them mean "
          + "nothing")
    }
    return Dictionary(uniqueKeysWithValues: elements.map { ($0, table[$0] ?? 0) })
  }

  // MARK: Statistics

  private static func scale(
    _ architecture: inout Architecture, _ plan: EffectivePlan, _ heads: [HeadData],
    _ energies: [[Int: Double]], _ log: TrainingLog
  ) throws(MACEError) {
    for head in heads {
      guard let cutoff = head.statistics?.cutoff, cutoff != architecture.cutoff else { continue }
      throw MACEError(
        .invalidArgument,
        "head '\(head.head.name)': the statistics file is for r_max \(cutoff) Å, but r_max is \(architecture.cutoff) Å"
      )
    }
    let statistics = try DataStatistics(
      of: heads.flatMap(\.training.frames), heads: zip(heads, energies).map { ($0.head.name, $1) },
      cutoff: architecture.cutoff, scaling: plan.scaling)
    let given = heads.compactMap { $0.head.averageNeighbors ?? $0.statistics?.averageNeighbors }
    architecture.averageNeighbors = given.max() ?? statistics.averageNeighbors
    try log.write(
      "Average number of neighbors: \(architecture.averageNeighbors)\(given.isEmpty ? "" : " (given)")")
    architecture.heads = heads.indices.map { k in
      let head = heads[k].head
      let scale = head.std ?? heads[k].statistics?.std ?? statistics.scales[k]
      return Architecture.Head(
        head.name, atomicEnergies: energies[k], scale: plan.scaling == .none ? 1 : scale,
        shift: head.mean ?? heads[k].statistics?.mean ?? statistics.means[k])
    }
    try architecture.apply(model: plan.modelName)
    for head in architecture.heads {
      try log.write(
        "Head \(head.name): scale \(head.scale), shift \(head.shift) eV (\(plan.scaling.rawValue))")
    }
  }
}
