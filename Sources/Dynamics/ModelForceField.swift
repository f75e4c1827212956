import Atomistics
import Diagnostics
import MACE

/// One model, or the mean of a committee of models.
///
/// The neighbour list is made anew for every evaluation: that takes well below one percent of the time of a
/// model, and forces then depend on nothing but the structure, as an exact restart needs.
public final class ModelForceField: ForceField {
  private let calculators: [Calculator]

  /// - Precondition: there is at least one calculator, none with a skin.
  public init(_ calculators: [Calculator]) {
    precondition(!calculators.isEmpty && calculators.allSatisfy { $0.skin == 0 })
    self.calculators = calculators
  }

  public var isCommittee: Bool { calculators.count > 1 }

  /// The mean of energies, forces and virials; σ_i² = Σ_m |F_mi − F̄_i|² / M is the squared deviation.
  public func evaluate(_ structure: Structure) throws(MACEError) -> ForceEvaluation {
    var results: [Evaluation] = []
    for calculator in calculators {
      results.append(try calculator.evaluate(structure, [.forces, .virial]))
    }
    var mean = ForceEvaluation(
      energy: results[0].energy, forces: results[0].forces, virial: results[0].virial)
    guard isCommittee else { return mean }
    let count = Double(results.count)
    mean.energy = results.reduce(0) { $0 + $1.energy } / count
    mean.virial = (0..<9).map { k in results.reduce(0) { $0 + $1.virial[k] } / count }
    for atom in mean.forces.indices {
      let force = results.reduce(SIMD3<Double>.zero) { $0 + $1.forces[atom] } / count
      mean.forces[atom] = force
      let variance = results.reduce(0) { $0 + ($1.forces[atom] - force).squaredLength } / count
      mean.deviations.append(variance.squareRoot())
    }
    return mean
  }
}
