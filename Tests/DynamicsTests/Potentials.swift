import Atomistics
import Diagnostics
import Dynamics

/// E = ½ k Σ |r − r₀|²: every atom a spring of its own.
final class Springs: ForceField {
  let stiffness: Double
  let anchors: [SIMD3<Double>]

  init(stiffness: Double, anchors: [SIMD3<Double>]) {
    self.stiffness = stiffness
    self.anchors = anchors
  }

  func evaluate(_ structure: Structure) throws(MACEError) -> ForceEvaluation {
    var result = ForceEvaluation(energy: 0, forces: [], virial: [Double](repeating: 0, count: 9))
    for (position, anchor) in zip(structure.positions, anchors) {
      let d = position - anchor
      result.energy += 0.5 * stiffness * (d * d).sum()
      result.forces.append(-stiffness * d)
    }
    return result
  }
}

/// Nothing acts: an ideal gas.
final class IdealGas: ForceField {
  func evaluate(_ structure: Structure) throws(MACEError) -> ForceEvaluation {
    ForceEvaluation(
      energy: 0, forces: [SIMD3<Double>](repeating: .zero, count: structure.count),
      virial: [Double](repeating: 0, count: 9))
  }
}

/// Lennard-Jones, brought to zero at the cutoff by the factor (1 − r²/r_c²)³.
final class LennardJones: ForceField {
  let epsilon: Double
  let sigma: Double
  let cutoff: Double

  init(epsilon: Double, sigma: Double, cutoff: Double) {
    self.epsilon = epsilon
    self.sigma = sigma
    self.cutoff = cutoff
  }

  func evaluate(_ structure: Structure) throws(MACEError) -> ForceEvaluation {
    let list = try NeighborList(structure, cutoff: cutoff)
    let shifts = list.shiftVectors(cell: structure.cell)
    var result = ForceEvaluation(
      energy: 0, forces: [SIMD3<Double>](repeating: .zero, count: structure.count),
      virial: [Double](repeating: 0, count: 9))
    for i in 0..<structure.count {
      for e in list.offsets[i]..<list.offsets[i + 1] {
        let j = Int(list.neighbors[e])
        let v = structure.positions[j] - structure.positions[i] + shifts[Int(list.shiftIndices[e])]
        let square = (v * v).sum()
        let six = sigma * sigma / square * (sigma * sigma / square) * (sigma * sigma / square)
        let u = 1 - square / (cutoff * cutoff)
        let pair = 4 * epsilon * (six * six - six)
        let slope = 4 * epsilon * (-12 * six * six + 6 * six) / square  // (dE/dr)/r
        result.energy += 0.5 * pair * u * u * u
        let total = slope * u * u * u - pair * 6 * u * u / (cutoff * cutoff)
        // Half of the pair's energy belongs to this directed edge, and half of its force.
        result.forces[i] += total * v
        for a in 0..<3 { for b in 0..<3 { result.virial[3 * a + b] -= 0.5 * total * v[a] * v[b] } }
      }
    }
    return result
  }
}

enum Systems {
  /// Argon: ε/k 120 K, σ 3.4 Å.
  static func argon() -> LennardJones { LennardJones(epsilon: 0.0103, sigma: 3.4, cutoff: 6.5) }

  /// An fcc crystal of 4 n³ argon atoms.
  static func crystal(_ n: Int, lattice: Double = 5.4) -> Structure {
    let basis: [SIMD3<Double>] = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    var positions: [SIMD3<Double>] = []
    for x in 0..<n {
      for y in 0..<n {
        for z in 0..<n {
          positions += basis.map { ($0 + SIMD3(Double(x), Double(y), Double(z))) * lattice }
        }
      }
    }
    return Structure(
      atomicNumbers: positions.map { _ in 18 }, positions: positions,
      cell: Cell(orthorhombic: SIMD3(repeating: Double(n) * lattice)), pbc: .all)
  }

  static func masses(_ structure: Structure) -> [Double] {
    structure.atomicNumbers.map { Element.mass(of: $0) ?? 1 }
  }
}

extension Systems {
  static func integrators(timestep dt: Double, temperature: Double) -> [any Integrator] {
    [
      VelocityVerlet(timestep: dt),
      StochasticVelocityRescaling(timestep: dt, temperature: temperature, relaxationTime: 100),
      Langevin(timestep: dt, temperature: temperature, relaxationTime: 100),
      NoseHooverChain(timestep: dt, temperature: temperature, relaxationTime: 100),
    ]
  }
}
