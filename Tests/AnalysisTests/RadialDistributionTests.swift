import Analysis
import Atomistics
import Foundation
import TestSupport
import Testing

private func distribution(
  _ structures: [Structure], _ first: String, _ second: String, radius: Double, bins: Int,
  images: Bool = false
) throws -> RadialDistributionResult {
  var g = try RadialDistribution(
    Selection(first, in: structures[0]), Selection(second, in: structures[0]), maximumRadius: radius,
    binCount: bins,
    countsImages: images)
  for structure in structures { try g.add(structure) }
  return try g.result()
}

private func idealGas(_ counts: [(z: Int, n: Int)], _ cell: Cell, frames: Int, seed: UInt64) -> [Structure] {
  var random = SeededGenerator(seed: seed)
  let elements = counts.flatMap { [Int](repeating: $0.z, count: $0.n) }
  return (0..<frames).map { _ in
    Structure(
      atomicNumbers: elements, positions: elements.map { _ in cell.cartesian(of: random.vector(-1...2)) },
      cell: cell,
      pbc: .all)
  }
}

/// Independent atoms: 1 everywhere, for equal and different selections, few atoms and a skewed cell.
@Test(arguments: [("O", "O"), ("O", "Ca"), ("Ca", "Ca"), ("all", "O")])
func idealGasIsOne(_ first: String, _ second: String) throws {
  let cell = Cell(SIMD3(12, 0, 0), SIMD3(4, 11, 0), SIMD3(-3, 2, 10))
  let result = try distribution(
    idealGas([(8, 20), (20, 3)], cell, frames: 3000, seed: 1), first, second, radius: 4.5, bins: 9)
  let errors = try #require(result.gErrors)
  for bin in 1..<9 {
    #expect(
      abs(result.g[bin] - 1) < 4.5 * errors[bin] + 1e-3,
      "\(result.r[bin]) Å: \(result.g[bin]) ± \(errors[bin])")
    #expect(errors[bin] < 0.2)
  }
  // Weighted by the volume of shells, all bins together: the mean number of neighbours.
  let pairs = Double(
    second == "O"
      ? (first == "Ca" ? 20 : first == "O" ? 19 : 20) : second == "Ca" ? (first == "Ca" ? 2 : 3) : 0)
  let expected = (first == "all" ? 20 - 20.0 / 23 : pairs) * 4 / 3 * Double.pi * 4.5 * 4.5 * 4.5 / cell.volume
  #expect(abs(result.coordination[8] / expected - 1) < 0.02)
}

/// A simple cubic crystal, beyond half of the cell.
@Test func crystalShells() throws {
  let a = 3.0
  let crystal = Structure(
    atomicNumbers: [18], positions: [SIMD3(0.1, 0.2, 0.3)], cell: Cell(orthorhombic: SIMD3(repeating: a)),
    pbc: .all)
  let result = try distribution([crystal, crystal], "Ar", "Ar", radius: 6.5, bins: 650, images: true)
  for (square, neighbors) in [(1.0, 6.0), (2, 18), (3, 26), (4, 32)] {
    let r = a * square.squareRoot()
    #expect(result.coordination(within: r - 0.02) < neighbors - 5)
    #expect(result.coordination(within: r + 0.02) == neighbors)
  }
  let first = try #require(result.extrema.first)
  #expect(first.kind == .maximum && abs(first.x - 3) < 0.01)
  let minimum = try #require(result.firstMinimum)
  #expect(abs(minimum.x - (3 + 3 * 2.0.squareRoot()) / 2) < 0.05, "the middle of the empty stretch")
  let error = failure { _ = try distribution([crystal], "Ar", "Ar", radius: 1.4, bins: 10) }
  #expect(error?.message.contains("same single atom") == true)
}

/// Nearest images in a very skewed cell, against all images.
@Test func nearestAgreesWithImages() throws {
  let cell = Cell(SIMD3(9, 0, 0), SIMD3(8, 8, 0), SIMD3(-7, 5, 9))
  let gas = idealGas([(8, 30), (20, 5)], cell, frames: 20, seed: 7)
  let width = 3.0
  let near = try distribution(gas, "Ca", "O", radius: width, bins: 30)
  let all = try distribution(gas, "Ca", "O", radius: width, bins: 30, images: true)
  #expect(near.coordination[29] > 0 && near.g == all.g && near.coordination == all.coordination)
}

@Test func radiusBeyondHalfTheCell() throws {
  let gas = idealGas([(8, 4)], Cell(orthorhombic: SIMD3(8, 10, 12)), frames: 1, seed: 3)
  #expect(try distribution(gas, "O", "O", radius: 4, bins: 4).frames == 1)
  let error = failure { _ = try distribution(gas, "O", "O", radius: 4.1, bins: 4) }
  #expect(error?.kind == .geometry && error?.message.contains("--images") == true)
  var molecule = gas[0]
  molecule.pbc = .none
  #expect(failure { _ = try distribution([molecule], "O", "O", radius: 2, bins: 4) }?.kind == .geometry)
}

/// Peaks and minima of a known curve with noise.
@Test func extrema() throws {
  var random = SeededGenerator(seed: 5)
  let x = (0..<600).map { 0.01 * (Double($0) + 0.5) }
  let y = x.map { r in
    let gas = 1 / (1 + exp(-20 * (r - 3.2)))
    return 7 * exp(-(r - 2.43) * (r - 2.43) / 0.02) + gas + 0.6 * exp(-(r - 4.4) * (r - 4.4) / 0.1) + 0.03
      * random.normal()
  }
  let found = Extrema.find(x: x, y: y, smoothing: 0.04, threshold: 0.2)
  #expect(found.map(\.kind) == [.maximum, .minimum, .maximum] || found.count > 3)
  #expect(abs(found[0].x - 2.43) < 0.01 && abs(found[2].x - 4.4) < 0.06)
  #expect(found[1].x > 2.7 && found[1].x < 3.05)
  #expect(Extrema.find(x: [1, 2], y: [0, 1], smoothing: 0.1, threshold: 0.1).isEmpty)
  #expect(Extrema.find(x: x, y: x.map { _ in 1 }, smoothing: 0.1, threshold: 0.1).isEmpty)
}
