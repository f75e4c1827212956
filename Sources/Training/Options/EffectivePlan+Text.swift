import Diagnostics

extension EffectivePlan {
  /// The plan as lines of a table: what, then the setting. Without the notes.
  public var lines: [String] {
    var table = TextTable(alignment: .left)
    table.add([
      "run",
      "\(files.tag), models \(files.model)\(training.stageTwo == nil ? "" : " and \(files.stageTwoModel)")",
    ])
    table.add(["files", "\(files.log), \(files.results), checkpoints in \(files.checkpointsDirectory)"])
    addModel(&table)
    for head in heads { add(head, &table) }
    if let replay { add(replay, &table) }
    table.add(["loss", describe(training.loss)])
    addOptimizer(&table)
    if let stageTwo = training.stageTwo {
      table.add([
        "stage two", "from epoch \(stageTwo.start), lr \(stageTwo.learningRate), \(describe(stageTwo.loss))",
      ])
    }
    return table.text.split(separator: "\n").map(String.init)
  }

  private func addModel(_ table: inout TextTable) {
    if let foundation {
      var parts = ["from \(foundation.model)"]
      if let head = foundation.head { parts.append("head \(head)") }
      parts.append(foundation.keepsAllElements ? "all its elements" : "elements of the data")
      if !foundation.keepsReadouts { parts.append("new readouts") }
      table.add(["model", parts.joined(separator: ", ")])
    } else if let a = architecture {
      table.add([
        "model",
        "\(modelName), \(a.hiddenIrreps), \(a.layerCount) layers, correlation \(a.correlations[0]), max_ell "
          + "\(a.maxDegree), r_max \(a.cutoff) Å",
      ])
      var radial =
        "\(a.basisCount) \(a.radialBasis.rawValue), cutoff p=\(a.cutoffExponent), network \(a.radialWidths)"
      if a.distanceTransform != .none { radial += ", \(a.distanceTransform.rawValue) transform" }
      if a.pairRepulsion { radial += ", ZBL repulsion" }
      table.add(["radial", radial])
      table.add(["blocks", "\(a.firstInteraction.rawValue), \(a.interaction.rawValue)"])
      table.add(["readout", "\(a.readoutIrreps), \(a.gate.rawValue), \(scaling.rawValue)"])
    }
    let count = threads.map { ", \($0) thread\($0 == 1 ? "" : "s")" } ?? ""
    table.add(["precision", precision.rawValue + count + ", seed \(seed)"])
  }

  private func add(_ head: Head, _ table: inout TextTable) {
    table.add(["head \(head.name)", "train \(head.trainFiles.joined(separator: ", "))"])
    table.add([
      "",
      head.validFiles.isEmpty
        ? "valid \(NumberText.significant(100 * head.validFraction, 6)) % of the training frames"
        : "valid \(head.validFiles.joined(separator: ", "))",
    ])
    if !head.testFiles.isEmpty { table.add(["", "test \(head.testFiles.joined(separator: ", "))"]) }
    table.add(["", "E0s: \(head.atomicEnergies.description)"])
    var keys = [head.keys.energy]
    if report.computesForces { keys.append(head.keys.forces) }
    if report.computesStress { keys.append(head.keys.stress) }
    if report.computesVirials { keys.append(head.keys.virials) }
    table.add(["", "labels \(keys.joined(separator: ", "))"])
    if head.level.isKnown { table.add(["", "level of theory: \(head.level.text)"]) }
    if head.configTypeWeights != ["Default": 1] {
      let weights = head.configTypeWeights.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      table.add(["", "weights by config_type: \(weights.joined(separator: ", "))"])
    }
  }

  private func add(_ replay: Replay, _ table: inout TextTable) {
    var parts = [replay.samples.map { "\($0) frames, \(replay.selection.rawValue)" } ?? "all frames"]
    if replay.filter != .none { parts.append("elements: \(replay.filter.rawValue)") }
    parts.append("weight \(training.loss.headWeights[Self.replayHead] ?? 1)")
    if replay.usesPseudolabels { parts.append("labels of the foundation model") }
    parts.append(
      "other frames at least \(NumberText.significant(100 * replay.ratioThreshold, 6)) % of them by repetition"
    )
    table.add(["replay", parts.joined(separator: ", ")])
  }

  private func addOptimizer(_ table: inout TextTable) {
    let optimizer = training.optimizer
    var parts = [
      "\(optimizer.method.rawValue), lr \(optimizer.learningRate), weight decay \(optimizer.weightDecay)"
    ]
    if optimizer.amsgrad { parts.append("AMSGrad") }
    if let clip = training.gradientLimit { parts.append("clip \(clip)") }
    let factors = optimizer.factors
    let named = [
      ("embedding", factors.embedding), ("interactions", factors.interactions),
      ("products", factors.products),
      ("readouts", factors.readouts),
    ]
    for (name, factor) in named where factor != 1 { parts.append("\(name) × \(factor)") }
    let frozen = [(1, "embedding"), (5, "interactions"), (6, "products")].filter { freeze >= $0.0 }.map(\.1)
    if !frozen.isEmpty { parts.append("frozen: \(frozen.joined(separator: ", "))") }
    if output.contains(.energies) { parts.append("trains E0s") }
    if output.contains(.scale) { parts.append("trains scale and shift") }
    if learnsRadialBasis { parts.append("trains the radial basis") }
    if let lora { parts.append("LoRA rank \(lora.rank), alpha \(lora.alpha)") }
    table.add(["optimiser", parts.joined(separator: ", ")])
    table.add(["average", training.averageDecay.map { "EMA, decay \($0)" } ?? "none"])
    switch training.schedule {
    case .reduceOnPlateau(let factor, let patience):
      table.add(["schedule", "× \(factor) after \(patience) epochs without improvement"])
    case .exponential(let gamma): table.add(["schedule", "× \(gamma) per epoch"])
    case .constant: break
    }
    var epochs =
      "\(training.maxEpochs), batch \(training.batchSize), validation every \(training.evaluationInterval) "
      + "(batch \(training.validationBatchSize)), patience \(training.patience)"
    if let convergence = training.convergence {
      epochs +=
        ", end at a decrease below \(convergence.threshold) over \(convergence.evaluations) evaluations"
    }
    table.add(["epochs", epochs])
  }

  private func describe(_ loss: Loss) -> String {
    var text = loss.text
    if [.huber, .universal].contains(loss.kind) { text += ", delta \(loss.huberDelta)" }
    return text
  }
}

extension EffectivePlan {
  /// The plan and its notes, warnings first.
  public var text: String {
    let warnings = notes.filter(\.isWarning).map { "warning: \($0.text)" }
    let others = notes.filter { !$0.isWarning }.map { "note: \($0.text)" }
    return (lines + [""] + warnings + others).joined(separator: "\n") + "\n"
  }
}

extension TrainingLog {
  /// The effective plan and its notes.
  public func write(_ plan: EffectivePlan) throws(MACEError) {
    try write("===========EFFECTIVE PLAN===========")
    for line in plan.lines { try write(line) }
    for note in plan.notes { try write(note.text, note.isWarning ? .warning : .info) }
  }
}
