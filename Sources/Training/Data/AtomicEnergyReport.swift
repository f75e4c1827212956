import Atomistics
import Diagnostics

/// What a fit of E0s found, what the data could not tell, and the errors before and after.
public struct AtomicEnergyReport: Sendable {
  /// Errors of frames of one config_type, eV/atom.
  public struct Errors: Sendable, Equatable {
    public let type: String
    public let frames: Int
    /// √(Σ (ΔE/n)² / frames) with the foundation's own E0s; nil for fits without one.
    public let before: Double?
    public let after: Double
  }

  public let source: AtomicEnergySource
  public let elements: [Int]
  /// E0s of the foundation model, eV.
  public let start: [Double]?
  /// What undetermined combinations keep, eV.
  public let prior: [Double]
  /// The new E0s, eV.
  public let values: [Double]
  public let fit: CompositionFit
  public let perAtom: Bool
  public let frameCount: Int
  public let atomCounts: [Int]
  /// Per config_type in the order of the data.
  public let errors: [Errors]
  public let total: Errors
  private let unlabelled: Int

  init(
    source: AtomicEnergySource, elements: [Int], start: [Double]?, prior: [Double], values: [Double],
    fit: CompositionFit, perAtom: Bool, counts: [[Int]], errors: [Double], types: [String], unlabelled: Int
  ) {
    self.source = source
    self.elements = elements
    self.start = start
    self.prior = prior
    self.values = values
    self.fit = fit
    self.perAtom = perAtom
    self.unlabelled = unlabelled
    frameCount = counts.count
    atomCounts = elements.indices.map { c in counts.reduce(0) { $0 + $1[c] } }
    let shifts = zip(values, start ?? values.map { _ in 0 }).map { $0 - $1 }
    func mean(_ type: String, _ rows: [Int]) -> Errors {
      var (before, after) = (0.0, 0.0)
      for row in rows {
        let atoms = Double(max(counts[row].reduce(0, +), 1))
        let left = errors[row] - zip(counts[row], shifts).reduce(0) { $0 + Double($1.0) * $1.1 }
        before += errors[row] * errors[row] / (atoms * atoms)
        after += left * left / (atoms * atoms)
      }
      let count = Double(rows.count)
      return Errors(
        type: type, frames: rows.count, before: start == nil ? nil : (before / count).squareRoot(),
        after: (after / count).squareRoot())
    }
    var order: [String] = []
    var rows: [String: [Int]] = [:]
    for (row, type) in types.enumerated() {
      if rows[type] == nil { order.append(type) }
      rows[type, default: []].append(row)
    }
    self.errors = order.map { mean($0, rows[$0] ?? []) }
    total = mean("all", Array(counts.indices))
  }

  /// eV by atomic number.
  public var energies: [Int: Double] { Dictionary(uniqueKeysWithValues: zip(elements, values)) }

  /// The data fix the E0 of this element by itself.
  public func isDetermined(_ element: Int) -> Bool {
    guard let column = elements.firstIndex(of: element) else { return false }
    return fit.determined.contains { row in
      row[column] != 0 && row.indices.allSatisfy { $0 == column || row[$0].magnitude < 1e-7 }
    }
  }

  /// Lines that belong into every log.
  public var notes: [String] {
    var notes: [String] = []
    if fit.rank < elements.count {
      notes.append(
        "E0s: the compositions have rank \(fit.rank) of \(elements.count); only "
          + "\(fit.determined.map(combination).joined(separator: ", ")) "
          + (fit.rank == 1 ? "is" : "are") + " determined, all other combinations keep the prior (\(priorName)). "
          + "Energies of other compositions and of isolated atoms mean nothing unless the prior is right")
    }
    if unlabelled > 0 { notes.append("E0s: \(unlabelled) frames without an energy are not in the fit") }
    return notes
  }

  private var priorName: String {
    switch source {
    case .estimated(prior: .isolated): "isolated atoms"
    case .estimated(prior: .foundation): "foundation model"
    default: "zero"
    }
  }

  /// "196 H + 1 C + 101 O + 1 Ca"
  private func combination(_ row: [Double]) -> String {
    var text = ""
    for (z, x) in zip(elements, row) where x.magnitude > 1e-7 {
      let number = x.magnitude == x.magnitude.rounded() ? "\(Int(x.magnitude))" : NumberText.significant(x.magnitude, 4)
      text += text.isEmpty ? (x < 0 ? "-" : "") : x < 0 ? " - " : " + "
      text += "\(number) \(Element.name(of: z))"
    }
    return text
  }

  public var text: String {
    let what =
      start == nil
      ? "least squares of the energies on the compositions"
      : "the foundation model's, corrected by least squares of its errors on the compositions"
    var out = "E0s from \(frameCount) frames: \(what)\(perAtom ? ", rows divided by atoms" : "")\n\n"
    out += table + "\n"
    let values = fit.singularValues.map { NumberText.significant($0, 4) }.joined(separator: " ")
    out += "rank \(fit.rank) of \(elements.count); singular values \(values); "
    out += "condition number \(NumberText.significant(fit.conditionNumber, 4))"
    out += fit.rank < elements.count ? " of the determined part\n" : "\n"
    if fit.rank < elements.count {
      out += "determined by the data:\n" + lines(fit.determined)
      out += "not determined, kept at the prior (\(priorName)):\n" + lines(fit.undetermined)
    }
    return out + "\n" + errorTable
  }

  private func lines(_ rows: [[Double]]) -> String {
    let shown = rows.prefix(12).map { "  \(combination($0))\n" }.joined()
    return shown + (rows.count > 12 ? "  and \(rows.count - 12) more\n" : "")
  }

  private var table: String {
    var table = TextTable()
    let hasPrior = fit.rank < elements.count && source != .average
    table.add(
      ["element", "atoms"] + (start == nil ? [] : ["foundation / eV"]) + (hasPrior ? ["prior / eV"] : [])
        + ["E0 / eV", "std. error", "by itself"])
    table.addRule()
    for (column, z) in elements.enumerated() {
      var row = [Element.name(of: z), "\(atomCounts[column])"]
      if let start { row.append(NumberText.fixed(start[column], 4)) }
      if hasPrior { row.append(NumberText.fixed(prior[column], 4)) }
      let known = isDetermined(z)
      let error = known ? fit.standardErrors.map { NumberText.significant($0[column], 2) } ?? "-" : "-"
      table.add(row + [NumberText.fixed(values[column], 4), error, known ? "determined" : "NOT determined"])
    }
    return table.text
  }

  private var errorTable: String {
    var table = TextTable()
    table.add(["config_type", "frames"] + (start == nil ? [] : ["RMSE before"]) + ["RMSE after, meV/atom"])
    table.addRule()
    for row in errors + (errors.count > 1 ? [total] : []) {
      table.add(
        [row.type, "\(row.frames)"] + (row.before.map { [NumberText.fixed(1000 * $0, 2)] } ?? [])
          + [NumberText.fixed(1000 * row.after, 2)])
    }
    return table.text
  }
}
