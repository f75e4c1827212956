import Atomistics
import Checkpoint
import Diagnostics

/// Numbers of the training data that a new model is scaled with, computed as mace-torch computes them.
public struct DataStatistics: Sendable, Equatable {
  /// `--scaling`
  public enum Scaling: String, Sendable {
    case standardDeviation = "std_scaling"
    case rmsForces = "rms_forces_scaling"
    case none = "no_scaling"
  }

  /// Mean number of neighbours within the cutoff, of atoms that have any.
  public var averageNeighbors: Double
  /// Per head: mean of (E − Σ E0) / n over frames, eV; 0 without scaling.
  public var means: [Double]
  /// Per head: its standard deviation, or the rms of force components (eV/Å), or 1; never 0.
  public var scales: [Double]

  public init(averageNeighbors: Double, means: [Double], scales: [Double]) {
    self.averageNeighbors = averageNeighbors
    self.means = means
    self.scales = scales
  }

  /// - Parameters:
  ///   - heads: names in the model's order, each with its E0s by atomic number.
  /// - Throws: `.geometry`, and `.invalidArgument` for elements without E0 or when no atom has a neighbour.
  ///
  /// Frames without an energy or forces do not count; mace-torch takes them as zeros.
  public init(
    of frames: [TrainingFrame], heads: [(name: String, energies: [Int: Double])], cutoff: Double,
    scaling: Scaling
  ) throws(MACEError) {
    averageNeighbors = try Self.averageNeighbors(of: frames, cutoff: cutoff)
    means = []
    scales = []
    for (name, energies) in heads {
      let own = frames.filter { $0.head == name }
      let values = try Self.interactionEnergies(own, energies)
      let count = Double(values.count)
      let mean = values.isEmpty ? 0 : values.reduce(0, +) / count
      means.append(scaling == .none ? 0 : mean)
      var scale = 1.0
      switch scaling {
      case .none: break
      case .standardDeviation:
        // mace-torch's scatter_std adds 1e-6 to n − 1
        let sum = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        scale = (sum / (max(count - 1, 1) + 1e-6)).squareRoot()
      case .rmsForces:
        let forces = own.flatMap { $0.labels.forces ?? [] }
        scale = (forces.reduce(0) { $0 + ($1 * $1).sum() } / Double(max(3 * forces.count, 1))).squareRoot()
      }
      scales.append(scale > 0 ? scale : 1)
    }
  }

  /// - Throws: `.geometry` with the frame's source; `.invalidArgument` when no atom has a neighbour.
  public static func averageNeighbors(of frames: [TrainingFrame], cutoff: Double) throws(MACEError) -> Double {
    var (edges, atoms) = (0, 0)
    for frame in frames {
      let list: NeighborList
      do { list = try NeighborList(frame.structure, cutoff: cutoff) } catch {
        throw MACEError(error.kind, "\(frame.source): \(error.message)")
      }
      edges += list.edgeCount
      for i in 0..<frame.structure.count where list.offsets[i + 1] > list.offsets[i] { atoms += 1 }
    }
    guard atoms > 0 else {
      throw MACEError(
        .invalidArgument, "avg_num_neighbors: no atom of the training set has a neighbour within \(cutoff) Å")
    }
    return Double(edges) / Double(atoms)
  }

  private static func interactionEnergies(
    _ frames: [TrainingFrame], _ energies: [Int: Double]
  ) throws(MACEError) -> [Double] {
    var values: [Double] = []
    for frame in frames {
      guard let energy = frame.labels.energy else { continue }
      var isolated = 0.0
      for z in frame.structure.atomicNumbers {
        guard let e0 = energies[z] else {
          throw MACEError(.invalidArgument, "\(frame.source): there is no E0 for \(Element.name(of: z))")
        }
        isolated += e0
      }
      values.append((energy - isolated) / Double(frame.structure.count))
    }
    return values
  }
}
