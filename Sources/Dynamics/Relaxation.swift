import Atomistics
import Diagnostics

/// A structure on its way to a minimum of energy, or of enthalpy E + P V when the cell relaxes, too.
///
/// With the cell, the unknowns are those of Tadmor, Smith, Bernstein and Kaxiras, Phys. Rev. B 59, 235 (1999):
/// the deformation D of the first cell, h = h₀ D, and atoms r₀ in that cell, r = r₀ D (row vectors). The
/// negative gradients are −∂/∂r₀ = F Dᵀ and −∂/∂D = D⁻¹ (W − P V). D is multiplied by the number of atoms (in Å),
/// so that cell and atoms are about equally stiff.
public struct Relaxation {
  public struct Criteria: Sendable {
    /// Largest force on an atom, eV/Å.
    public var force = 0.01
    /// Largest component of σ + P, eV/Å³.
    public var stress = 0.1 * Units.gigapascal
    public init() {}
  }

  public private(set) var structure: Structure
  public private(set) var evaluation: ForceEvaluation
  public let isFixed: [Bool]
  public let relaxesCell: Bool
  /// eV/Å³.
  public let pressure: Double
  public private(set) var evaluationCount = 1

  private let field: any ForceField
  private let firstCell: Cell?
  /// Of the cell, beside those of the atoms.
  private var deformation = Cell(SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1))
  private var firstPositions: [SIMD3<Double>]
  /// Å: makes a change of the deformation comparable with a move of an atom.
  private let cellScale: Double

  /// - Throws: `.invalidArgument` for a cell that cannot relax; what the force field throws.
  public init(
    _ structure: Structure, isFixed: [Bool]? = nil, relaxesCell: Bool = false, pressure: Double = 0,
    field: any ForceField
  ) throws(MACEError) {
    let fixed = isFixed ?? [Bool](repeating: false, count: structure.count)
    if relaxesCell {
      guard structure.pbc.isAll, structure.cell != nil else {
        throw MACEError(.invalidArgument, "only a cell that is periodic in three directions can relax")
      }
      guard !fixed.contains(true) else {
        throw MACEError(.invalidArgument, "fixed atoms and a cell that relaxes contradict each other")
      }
    }
    self.structure = structure
    self.isFixed = fixed
    self.relaxesCell = relaxesCell
    self.pressure = pressure
    self.field = field
    firstCell = structure.cell
    firstPositions = structure.positions
    cellScale = Double(max(structure.count, 1))
    evaluation = try field.evaluate(structure)
  }

  /// E, or E + P V, eV.
  public var energy: Double {
    evaluation.energy + (relaxesCell ? pressure * (structure.cell?.volume ?? 0) : 0)
  }

  /// |F| of the atom with the largest force, eV/Å.
  public var largestForce: Double {
    zip(evaluation.forces, isFixed).reduce(0) { $1.1 ? $0 : max($0, $1.0.length) }
  }

  /// The largest component of σ + P, eV/Å³; 0 when the cell does not relax.
  public var largestStress: Double {
    guard relaxesCell, let volume = structure.cell?.volume else { return 0 }
    let load = cellLoad
    return (0..<3).reduce(0) { max($0, abs(load[$1].x), abs(load[$1].y), abs(load[$1].z)) } / volume
  }

  public func isConverged(_ criteria: Criteria) -> Bool {
    largestForce <= criteria.force && largestStress <= criteria.stress
  }

  // MARK: Unknowns, for minimisers

  /// Atoms, then three rows for the cell.
  var coordinates: [SIMD3<Double>] {
    relaxesCell ? firstPositions + (0..<3).map { deformation[$0] * cellScale } : structure.positions
  }

  /// −∂(energy)/∂(coordinates).
  var gradientForces: [SIMD3<Double>] {
    let forces = zip(evaluation.forces, isFixed).map { $1 ? SIMD3<Double>.zero : $0 }
    guard relaxesCell, let inverse = deformation.inverse else { return forces }
    let load = cellLoad
    let rows = (0..<3).map { load.cartesian(of: inverse[$0]) / cellScale }
    return forces.map { force in (0..<3).reduce(into: .zero) { $0[$1] = force.dot(deformation[$1]) } } + rows
  }

  /// Moves to `coordinates` and evaluates there.
  mutating func move(to coordinates: [SIMD3<Double>]) throws(MACEError) {
    if relaxesCell, let firstCell {
      let count = structure.count
      for k in 0..<3 { deformation[k] = coordinates[count + k] / cellScale }
      firstPositions = Array(coordinates[..<count])
      structure.positions = firstPositions.map { deformation.cartesian(of: $0) }
      structure.cell = Cell(
        deformation.cartesian(of: firstCell.a), deformation.cartesian(of: firstCell.b),
        deformation.cartesian(of: firstCell.c))
    } else {
      structure.positions = coordinates
    }
    evaluation = try field.evaluate(structure)
    evaluationCount += 1
  }

  /// W − P V, eV.
  private var cellLoad: Cell {
    let w = evaluation.virial
    var load = Cell(SIMD3(w[0], w[1], w[2]), SIMD3(w[3], w[4], w[5]), SIMD3(w[6], w[7], w[8]))
    let work = pressure * (structure.cell?.volume ?? 0)
    for k in 0..<3 { load[k][k] -= work }
    return load
  }
}
