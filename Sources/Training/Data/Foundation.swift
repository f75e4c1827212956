import Atomistics
import Checkpoint
import Diagnostics
import MACE

/// A model that is fine-tuned, seen through one of its heads.
public struct Foundation: Sendable {
  public let potential: Potential
  public let head: String

  /// - Parameter head: nil is the only or, with a model of several, the first head (as in mace-torch).
  /// - Throws: `.invalidArgument` for a head that the model does not have.
  public init(_ potential: Potential, head: String? = nil) throws(MACEError) {
    self.potential = potential
    self.head = head ?? potential.heads.first ?? "Default"
    guard potential.heads.contains(self.head) else {
      throw MACEError(
        .invalidArgument,
        "the foundation model has no head '\(self.head)'; it has "
          + potential.heads.map { "'\($0)'" }.joined(separator: ", "))
    }
  }

  /// E0 by atomic number, eV.
  public var atomicEnergies: [Int: Double] {
    let elements = potential.atomicNumbers
    let row = potential.heads.firstIndex(of: head) ?? 0
    let values = potential.model.tensors["atomic_energies_fn.atomic_energies"]?.values ?? []
    var table: [Int: Double] = [:]
    for (s, z) in elements.enumerated() where row * elements.count + s < values.count {
      table[z] = values[row * elements.count + s]
    }
    return table
  }

  /// Energies of frames, eV.
  /// - Throws: what the evaluation throws, with the frame's source.
  func energies(of frames: [TrainingFrame], threads: Int) throws(MACEError) -> [Double] {
    let calculator = try Calculator(potential, head: head, threads: threads)
    var energies: [Double] = []
    for frame in frames {
      do {
        energies.append(try calculator.evaluate(frame.structure, []).energy)
      } catch {
        throw MACEError(error.kind, "\(frame.source): \(error.message)")
      }
    }
    return energies
  }
}
