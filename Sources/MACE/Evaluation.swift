import Diagnostics

/// What an evaluation gives. Units eV and Å; σ = +dE/dε / V (ASE's sign), W = −dE/dε = −σ V.
public struct Evaluation: Sendable {
  /// Total energy, eV.
  public var energy = 0.0
  /// Energy without the isolated-atom energies E0, eV.
  public var interactionEnergy = 0.0
  /// Energy of each local atom with its E0, eV.
  public var atomicEnergies: [Double] = []
  public var atomicInteractionEnergies: [Double] = []
  /// −∂E/∂r of each node (ghosts last), eV/Å; empty when not asked for.
  public var forces: [SIMD3<Double>] = []
  /// [3][3] row-major, eV; empty when not asked for.
  public var virial: [Double] = []
  /// [3][3] row-major, eV/Å³; nil when not asked for or when the system is not periodic in three directions.
  public var stress: [Double]?
  /// [node][3][3], eV: of each edge's −∂E/∂v ⊗ v, half belongs to each of its two atoms, so that the sum over
  /// nodes is the virial. Empty when not asked for.
  public var atomicVirials: [Double] = []
  /// [node][3][3], eV: W_j[a][b] = Σ_k (r_k − r_j)[a] ∂U_k/∂r_j[b], images of k apart, so that the flux of
  /// potential energy is d/dt Σ r_i U_i + Σ r_i F_i·v_i = Σ (v_i U_i + W_i v_i). The sum over nodes is the virial.
  /// Empty when not asked for.
  public var heatFluxVirials: [Double] = []
  /// [local][descriptor width]: the features of all layers in mace-torch's order; empty when not asked for.
  public var descriptors: [Double] = []
}

/// A host's neighbour list: the atoms the host owns, then ghosts (copies of atoms owned elsewhere, or
/// periodic images), which only take part as neighbours.
public struct NeighborGraph: Sendable {
  /// Nodes the host owns; they come first.
  public var localCount: Int
  /// [nodes], `Potential.species(ofAtomicNumber:)`.
  public var species: [Int32]
  /// [nodes], Å. A ghost stands where it is seen; there are no lattice translations.
  public var positions: [SIMD3<Double>]
  /// [localCount + 1]: neighbours of atom i are `neighbors[offsets[i]..<offsets[i + 1]]`.
  public var offsets: [Int]
  /// Node of each neighbour. The list must be full (both i→j and j→i); pairs beyond the cutoff are skipped.
  public var neighbors: [Int32]

  public init(
    localCount: Int, species: [Int32], positions: [SIMD3<Double>], offsets: [Int], neighbors: [Int32]
  ) {
    self.localCount = localCount
    self.species = species
    self.positions = positions
    self.offsets = offsets
    self.neighbors = neighbors
  }
}

/// What a domain-decomposed host does between the layers of an evaluation. Rows are
/// `features[node][width]` of `elementSize` bytes each (8: float64, 4: float32); local nodes come first.
public struct Exchange {
  public typealias Rows = (
    _ rows: UnsafeMutableRawPointer, _ width: Int, _ elementSize: Int
  ) throws(MACEError) -> Void

  /// Copies the rows of owned atoms to their ghosts, everywhere.
  public var forward: Rows
  /// Adds the rows of ghosts to those of their owners, everywhere.
  public var reverse: Rows

  public init(forward: @escaping Rows, reverse: @escaping Rows) {
    self.forward = forward
    self.reverse = reverse
  }
}
