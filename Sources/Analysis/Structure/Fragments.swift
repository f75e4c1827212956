import Atomistics
import Diagnostics

/// Molecules and ions: atoms connected by bonds.
///
/// Two non-metal atoms are bonded when they are closer than 1.25 times the sum of their covalent radii. Metals
/// form no bonds here, so that an ion and the water around it remain different things.
public struct Fragments: Sendable {
  /// Atoms of every fragment, ascending.
  public let atoms: [[Int]]
  private let atomicNumbers: [Int]

  /// O–H bonds stretch to 1.2 Å, hydrogen bonds are longer than 1.4 Å; C–O bonds of carbonate are 1.3 Å.
  private static let tolerance = 1.25

  /// - Throws: `.geometry` when atoms lie on each other or the cell is damaged.
  public init(_ structure: Structure) throws(MACEError) {
    atomicNumbers = structure.atomicNumbers
    var parent = Array(structure.atomicNumbers.indices)
    func root(_ atom: Int) -> Int {
      var atom = atom
      while parent[atom] != atom {
        parent[atom] = parent[parent[atom]]
        atom = parent[atom]
      }
      return atom
    }
    let list = try NeighborList(structure, cutoff: 2 * CovalentRadius.largest * Self.tolerance)
    let shifts = list.shiftVectors(cell: structure.cell)
    for i in parent.indices {
      guard let first = CovalentRadius.of(structure.atomicNumbers[i]) else { continue }
      for edge in list.offsets[i]..<list.offsets[i + 1] {
        let j = Int(list.neighbors[edge])
        guard j > i, let second = CovalentRadius.of(structure.atomicNumbers[j]) else { continue }
        let d = structure.positions[j] - structure.positions[i] + shifts[Int(list.shiftIndices[edge])]
        if d.length < Self.tolerance * (first + second) { parent[root(j)] = root(i) }
      }
    }
    var members: [Int: [Int]] = [:]
    for atom in parent.indices { members[root(atom), default: []].append(atom) }
    atoms = members.values.sorted { $0[0] < $1[0] }
  }

  /// "H2O", "CO3", "Ca": carbon and hydrogen first if there is carbon, then by the alphabet.
  public func formula(of fragment: Int) -> String { Formula(atoms[fragment].map { atomicNumbers[$0] }).text }

  /// How many fragments of each formula there are.
  public var composition: [(formula: String, count: Int)] {
    var counts: [String: Int] = [:]
    for fragment in atoms.indices { counts[formula(of: fragment), default: 0] += 1 }
    return counts.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }.map {
      ($0.key, $0.value)
    }
  }

  /// All atoms in fragments of this composition.
  func atoms(in formula: Formula) -> Set<Int> {
    Set(atoms.filter { Formula($0.map { atomicNumbers[$0] }) == formula }.joined())
  }
}
