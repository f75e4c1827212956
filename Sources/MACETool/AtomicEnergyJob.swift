import Atomistics
import Checkpoint
import Diagnostics
import MACE
import Training

/// `mace e0s`: energies of isolated atoms for a training set, with a report of what the data determine.
public struct AtomicEnergyJob {
  private let options: AtomicEnergyOptions
  private let console: Console

  public init(_ options: AtomicEnergyOptions, console: Console) {
    self.options = options
    self.console = console
  }

  /// - Throws: what reading, evaluation and the fit throw.
  public func run() throws(MACEError) {
    var data = DataOptions()
    data.keys = options.keys
    data.allowsUnlabelled = true
    let output = try options.output.map { (path) throws(MACEError) in
      _ = try OutputFile(path, inputs: options.trainFiles)
      return path
    }
    let set = try FrameSet(contentsOf: options.trainFiles, data)
    var foundation: Foundation?
    if let path = options.foundation {
      foundation = try Foundation(
        try Potential(try MACEModel(contentsOf: path), precision: options.precision), head: options.head)
    }
    let elements = set.elements.isEmpty ? set.isolatedAtoms.keys.sorted() : set.elements
    let estimate = try AtomicEnergyEstimate(
      options.source, elements: elements, set: set, foundation: foundation, perAtom: options.perAtom,
      threads: options.threads)
    for note in set.notes.filter({ $0.contains("energy_key") }) + estimate.notes { console.warn(note) }
    if let report = estimate.report { try console.output(report.text + "\n") }
    let entries = elements.compactMap { z in estimate.energies[z].map { (z, $0) } }
    try console.output("E0s: {\(entries.map { "\($0.0): \($0.1)" }.joined(separator: ", "))}\n")
    if let output {
      try JSON.object(entries.map { ("\($0.0)", .number($0.1)) }).write(to: output)
    }
  }
}
