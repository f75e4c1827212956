import Atomistics
import MACE
import TestSupport
import Testing

/// W_j[a][b] = Σ_k (r_k − r_j)[a] ∂U_k/∂r_j[b], by finite differences of the atoms' energies.
struct HeatFluxTests {
  @Test(arguments: FiniteDifferenceTests.models)
  func openCluster(_ model: String) throws {
    let calculator = try calculator(model)
    let structure = Fixtures.structure("molecule_isolated")
    let found = try calculator.evaluate(structure, .heatFluxVirials).heatFluxVirials
    for j in 0..<structure.count {
      let arms = structure.positions.map { $0 - structure.positions[j] }
      let exact = try virial(of: j, structure, arms, calculator)
      expectEqual(found[9 * j..<9 * j + 9], exact, "\(model), atom \(j)")
    }
  }

  /// A crystal whose cell is smaller than the cutoff: W_j tells the images of k apart, as do finite differences in
  /// a supercell in which no energy depends on j along two ways around.
  @Test(arguments: [
    "tiny_int1", "tiny_L1", "tiny_int3", "tiny_density", "tiny_nonlinear", "tiny_att", "tiny_nocutoff",
  ])
  func crystal(_ model: String) throws {
    let potential = try Fixtures.potential(model)
    let small = Structures.triclinic
    let reach = 2 * potential.cutoff * Double(potential.layerCount)
    let n = try repetitions(of: small, width: reach)
    let large = try small.replicated(n)
    let cell = try #require(large.cell)
    let calculator = try Calculator(potential)
    let found = try calculator.evaluate(small, .heatFluxVirials).heatFluxVirials
    for j in [0, 3] {
      let arms = try large.positions.map { r in
        let fraction = try #require(cell.fractional(of: r - large.positions[j]))
        return cell.cartesian(of: fraction - fraction.rounded(.toNearestOrEven))
      }
      let exact = try virial(of: j, large, arms, calculator)
      expectEqual(found[9 * j..<9 * j + 9], exact, "\(model), atom \(j) of \(large.count)")
    }
  }

  /// As the manual has it: d/dt Σ r_i U_i + Σ r_i F_i·v_i = Σ (v_i U_i + W_i v_i) along straight lines.
  @Test(arguments: ["tiny_int1", "tiny_L1", "tiny_int3"])
  func rateOfTheMoment(_ model: String) throws {
    let calculator = try calculator(model)
    let structure = Fixtures.structure("molecule_isolated")
    var random = SeededGenerator(seed: 6)
    let velocities = structure.positions.map { _ in random.vector() }
    let slope = try derivative { step in
      var moved = structure
      for i in 0..<structure.count { moved.positions[i] += step * velocities[i] }
      let energies = try calculator.evaluate(moved, []).atomicInteractionEnergies
      return zip(moved.positions, energies).reduce(SIMD3()) { $0 + $1.0 * $1.1 }
    }
    let e = try calculator.evaluate(structure, [.forces, .heatFluxVirials])
    var flux = SIMD3<Double>(), work = SIMD3<Double>()
    for (i, v) in velocities.enumerated() {
      flux += v * e.atomicInteractionEnergies[i]
      for a in 0..<3 {
        for b in 0..<3 { flux[a] += e.heatFluxVirials[9 * i + 3 * a + b] * v[b] }
      }
      work += structure.positions[i] * (e.forces[i] * v).sum()
    }
    let scale = max(1, largest([slope, work, flux]))
    #expect(largestDifference([slope + work], [flux]) <= 10 * Tolerances.finiteDifference * scale)
    #expect(largest([flux]) > 1e-2)
  }

  /// The moments take room only where they are asked for.
  @Test func memory() throws {
    let structure = Fixtures.structure("triclinic_24")
    let without = try calculator("tiny_L1"), with = try calculator("tiny_L1")
    _ = try without.evaluate(structure, [.forces, .virial])
    _ = try with.evaluate(structure, [.forces, .virial, .heatFluxVirials])
    #expect(with.workspaceBytes.perAtoms > without.workspaceBytes.perAtoms)
    #expect(with.workspaceBytes.fixed > without.workspaceBytes.fixed)
  }

  private func calculator(_ model: String) throws -> Calculator {
    let potential = try Fixtures.potential(model)
    return try Calculator(potential, head: potential.heads.last)
  }

  /// Nine numbers: d/dr_j[b] of Σ_k arm_k[a] U_k.
  private func virial(
    of j: Int, _ structure: Structure, _ arms: [SIMD3<Double>], _ calculator: Calculator
  ) throws -> [Double] {
    var w = [Double](repeating: 0, count: 9)
    for b in 0..<3 {
      let slope = try derivative { step in
        var moved = structure
        moved.positions[j][b] += step
        let energies = try calculator.evaluate(moved, []).atomicInteractionEnergies
        return zip(arms, energies).reduce(SIMD3()) { $0 + $1.0 * $1.1 }
      }
      for a in 0..<3 { w[3 * a + b] = slope[a] }
    }
    return w
  }

  private func expectEqual(
    _ found: ArraySlice<Double>, _ exact: [Double], _ note: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let limit = 10 * Tolerances.finiteDifference * max(1, largest(exact))
    #expect(
      largestDifference(Array(found), exact) <= limit, Comment(rawValue: note), sourceLocation: sourceLocation
    )
    #expect(largest(exact) > 1e-3, sourceLocation: sourceLocation)
  }

  /// How often a cell is repeated so that opposite faces are further apart than `width`, Å.
  private func repetitions(of structure: Structure, width: Double) throws -> (Int, Int, Int) {
    let inverse = try #require(structure.cell?.inverse)
    // columns of the inverse are the normals, of length 1 / height
    let n = (0..<3).map { k in
      let normal = SIMD3(inverse.a[k], inverse.b[k], inverse.c[k])
      return Int((width * (normal * normal).sum().squareRoot()).rounded(.up))
    }
    return (n[0], n[1], n[2])
  }

  /// d/dx at 0, five points.
  private func derivative(_ moment: (Double) throws -> SIMD3<Double>) rethrows -> SIMD3<Double> {
    let h = Tolerances.finiteDifferenceStep
    return (8 * (try moment(h) - moment(-h)) - (try moment(2 * h) - moment(-2 * h))) / (12 * h)
  }
}
