import Atomistics
import Checkpoint
import Diagnostics
import Training

extension ModelCard {
  /// What belongs to one head.
  struct HeadTable {
    var name: String
    /// nil for a model of class MACE, which has neither.
    var scale: Double?
    var shift: Double?
    /// E0 of every element in the model's order, eV; empty when the file's table has another length.
    var isolatedEnergies: [Double]
    var symbols: [String]
    /// nil when the file does not say.
    var level: LevelOfTheory?

    var json: JSON {
      .object([
        (key: "name", value: .text(name)), (key: "scale", value: scale.map { .number($0) } ?? .null),
        (key: "shift", value: shift.map { .number($0) } ?? .null),
        (key: "level_of_theory", value: (level?.name).map { .text($0) } ?? .null),
        (key: "dispersion", value: (level?.dispersion.rawValue).map { .text($0) } ?? .null),
        (
          key: "E0",
          value: .object(zip(symbols, isolatedEnergies).map { (key: $0, value: .number($1)) })
        ),
      ])
    }
  }

  var headTables: [HeadTable] {
    let c = configuration
    let elements = c.atomicNumbers.count
    let energies = model.tensors["atomic_energies_fn.atomic_energies"]?.values ?? []
    func number(_ name: String, _ head: Int) -> Double? {
      guard c.modelClass == .scaleShiftMACE, let values = model.tensors[name]?.values else { return nil }
      return values.indices.contains(head) ? values[head] : nil
    }
    return c.heads.enumerated().map { h, name in
      let isComplete = energies.count == elements * c.heads.count
      return HeadTable(
        name: name, scale: number("scale_shift.scale", h), shift: number("scale_shift.shift", h),
        isolatedEnergies: isComplete ? Array(energies[h * elements..<(h + 1) * elements]) : [],
        symbols: c.atomicNumbers.map { Element.name(of: $0) }, level: summary?.levels[name])
    }
  }

  var headText: String {
    let heads = headTables
    var table = TextTable()
    table.add(["heads (\(heads.count))"] + heads.map(\.name))
    if heads.contains(where: { $0.level != nil }) {
      table.add(["  labels"] + heads.map { $0.level.map { $0.name.isEmpty ? "unknown" : $0.name } ?? "-" })
      table.add(["  dispersion in them"] + heads.map { $0.level?.dispersion.rawValue ?? "-" })
    }
    func row(_ name: String, _ value: (HeadTable) -> Double?) {
      table.add(["  " + name] + heads.map { value($0).map { NumberText.significant($0, 10) } ?? "-" })
    }
    if configuration.modelClass == .scaleShiftMACE {
      row("scale / eV") { $0.scale }
      row("shift / eV") { $0.shift }
    }
    for (s, z) in configuration.atomicNumbers.enumerated() {
      row("E0(\(Element.name(of: z))) / eV") {
        $0.isolatedEnergies.indices.contains(s) ? $0.isolatedEnergies[s] : nil
      }
    }
    return table.text
  }
}
