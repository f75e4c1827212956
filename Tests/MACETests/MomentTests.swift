import Atomistics
import Checkpoint
import Equivariance
import KernelInterface
import TestSupport
import Testing

@testable import MACE

/// The first layer by moments against the sum over edges.
struct MomentTests {
  private static let structure = Structures.triclinic

  private func calculator(
    _ model: MACEModel, _ precision: Precision = .float64, threads: Int = 1
  ) throws -> Calculator {
    let calculator = try Calculator(
      Potential(model, precision: precision), head: model.configuration.heads.first, threads: threads)
    calculator.preferMoments()
    return calculator
  }

  /// Models of all blocks whose first layer has moments, in a dense liquid with periodic images and four species.
  @Test(
    arguments: [
      "tiny_L0_lmax3", "tiny_L1", "tiny_L2", "tiny_MACE_class", "tiny_agnesi", "tiny_density",
      "tiny_nonlinear",
      "tiny_zbl", "tiny_nocutoff", "tiny_int1", "tiny_int3", "tiny_multihead2",
    ], [1, 3])
  func differenceFromTheNetwork(_ name: String, _ threads: Int) throws {
    let model = try Fixtures.model(name)
    let properties: Properties = [.forces, .virial, .atomicVirials, .heatFluxVirials]
    let structure = Self.structure
    let calculator = try calculator(model, threads: threads)
    let moments = try calculator.evaluate(structure, properties)
    #expect(calculator.usesMoments, "\(name)")
    let exact = try evaluate(Potential(model, radial: .exact), structure, threads: threads, properties)
    expectEqual(moments, exact, energyPerAtom: 1e-10, force: 1e-8, name)
    let single = try self.calculator(model, .float32, threads: threads)
    expectEqual(
      try single.evaluate(structure, properties), exact, energyPerAtom: 2e-6, force: 4e-5, "\(name), float32")
    #expect(single.usesMoments, "\(name)")
  }

  /// Sixteen channels are as many as the functions of sixteen hidden numbers; networks have no moments.
  @Test func choice() throws {
    let model = try Fixtures.model("tiny_L1")
    let calculator = try Calculator(Potential(model)),
      exact = try Calculator(Potential(model, radial: .exact))
    exact.preferMoments()
    for c in [calculator, exact] { _ = try c.evaluate(Self.structure) }
    #expect(calculator.usesMoments && !exact.usesMoments)
  }

  /// The calculator goes from moments to the network and back as an edge shrinks, and meets further elements later.
  @Test func changesOfThePath() throws {
    let model = try Fixtures.model("tiny_agnesi")
    let calculator = try calculator(model), exact = try Potential(model, radial: .exact)
    let liquid = Self.structure
    var water = liquid
    water.atomicNumbers = liquid.atomicNumbers.map { $0 == 6 ? 1 : 8 }
    var short = liquid
    short.positions[1] = short.positions[0] + SIMD3(0.55, 0, 0)
    for (structure, usesMoments) in [(water, true), (liquid, true), (short, false), (liquid, true)] {
      let result = try calculator.evaluate(structure, [.forces, .virial, .atomicVirials, .heatFluxVirials])
      #expect(calculator.usesMoments == usesMoments)
      expectEqual(result, try evaluate(exact, structure), energyPerAtom: 1e-10, force: 1e-8, "\(usesMoments)")
    }
  }

  /// S = B P to the tolerance, with as many functions as S has or are allowed.
  @Test func basis() throws {
    let n = 40, slices = 2, channels = 16, width = slices * channels
    var random = SeededGenerator(seed: 3)
    let left: [Double] = random.values(n * 18), right: [Double] = random.values(18 * width)
    let table = Buffer<Double>(n * width)
    for k in 0..<n {
      for c in 0..<width {
        // the second slice is a millionth of the first, and as accurate by its own measure
        let unit = c < channels ? 1 : 1e-6
        for q in 0..<18 {
          let size: Double = unit * pow(0.1, q)
          table.base[k * width + c] += size * left[k * 18 + q] * right[q * width + c]
        }
      }
    }
    func basis(_ tolerance: Double, limit: Int) -> MomentBasis? {
      MomentBasis(
        table, sites: n, slices: slices, channels: channels, tolerance: tolerance, limit: limit)
    }
    let few = try #require(basis(1e-6, limit: 16))
    #expect(few.rank == 16)
    #expect(basis(1e-17, limit: 10) == nil)
    let all = try #require(basis(1e-14, limit: 32))
    #expect(all.rank >= 16 && all.rank <= 32)
    for (basis, tolerance) in [(few, 1e-6), (all, 2e-14)] {
      for k in 0..<n {
        for c in 0..<width {
          let value = (0..<basis.rank).reduce(0) {
            $0 + basis.functions[k * basis.rank + $1] * basis.projection[$1 * width + c]
          }
          let unit = c < channels ? 1 : 1e-6
          #expect(abs(value - table.base[k * width + c]) <= 10 * tolerance * unit)
        }
      }
    }
  }

  private func pow(_ x: Double, _ n: Int) -> Double { (0..<n).reduce(1) { p, _ in p * x } }

  /// Neighbours in the order of their species, each with its own shift.
  @Test func groupedNeighbors() {
    var graph = EdgeGraph(
      localCount: 3, species: [2, 0, 1], positions: [[0, 0, 0], [1, 0, 0], [2, 0, 0]], offsets: [0, 4, 4, 6],
      neighbors: [0, 1, 2, 1, 1, 0], shiftIndices: [0, 1, 2, 3, 4, 5],
      shifts: (0..<6).map { SIMD3(Double($0), 0, 0) })
    graph.groupNeighbors(elements: 3)
    #expect(graph.neighbors == [1, 1, 2, 0, 1, 0])
    #expect(graph.shiftIndices == [1, 3, 2, 0, 4, 5])
    #expect(graph.vector(2, 5) == SIMD3(-3, 0, 0))
  }
}
