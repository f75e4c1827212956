import Atomistics
import MACETool
import Testing
import Training

@Suite struct StructureCheckTests {
  private func rockSalt(_ a: Double) -> Structure {
    let h = a / 2
    return Structure(
      atomicNumbers: [20, 8], positions: [.zero, SIMD3(h, 0, 0)],
      cell: Cell(SIMD3(0, h, h), SIMD3(h, 0, h), SIMD3(h, h, 0)), pbc: .all)
  }

  @Test func tellsWhatIsOutside() throws {
    let check = try StructureCheck(rockSalt(4.8), cutoff: 4)
    #expect(check.nearest.map(\.pair) == ["O-O", "O-Ca", "Ca-Ca"])
    #expect(abs(check.nearest[1].distance - 2.4) < 1e-12)
    let same = try TrainingSummary(of: [rockSalt(4.75), rockSalt(4.9)], cutoff: 4)
    #expect(check.warnings(comparedWith: same) == [])
    let wide = try TrainingSummary(of: [rockSalt(5.2)], cutoff: 4)
    let warnings = check.warnings(comparedWith: wide)
    #expect(warnings.count == 4)
    #expect(
      warnings[0].hasPrefix("the density, 3.368 g/cm³, is outside that of the training data, 2.649 to 2.649"))
    #expect(warnings[2] == "the nearest O-Ca, 2.400 Å, is closer than any in the training data, 2.600 Å")
    let water = Structure(atomicNumbers: [8, 1], positions: [.zero, SIMD3(1, 0, 0)])
    let other = try TrainingSummary(of: [water], cutoff: 4)
    #expect(check.warnings(comparedWith: other).first == "Ca was not in the training data")
  }
}
