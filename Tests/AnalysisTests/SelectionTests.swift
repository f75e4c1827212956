import Analysis
import Atomistics
import Testing

/// Ca, carbonate across the border of the cell, two waters.
private let solution = Structure(
  atomicNumbers: [20, 6, 8, 8, 8, 8, 1, 1, 1, 8, 1],
  positions: [
    SIMD3(5, 5, 5), SIMD3(0.2, 2, 2), SIMD3(-1.09, 2, 2), SIMD3(0.84, 3.12, 2), SIMD3(0.84, 0.88, 2),
    SIMD3(5, 5, 7.4), SIMD3(5.76, 5, 8), SIMD3(4.24, 5, 8), SIMD3(8.2, 8, 9.5), SIMD3(8, 8, 8.6),
    SIMD3(8.9, 8, 8.3),
  ], cell: Cell(orthorhombic: SIMD3(repeating: 10)), pbc: .all)

@Test(arguments: [
  ("O", [2, 3, 4, 5, 9]), ("O in H2O", [5, 9]), ("O in CO3", [2, 3, 4]), ("all in O3C", [1, 2, 3, 4]),
  ("0..2,9", [0, 1, 2, 9]), ("Ca, C", [0, 1]), ("H,Ca in Ca", [0, 6, 7, 8, 10]), ("4..6 in H2O", [5, 6]),
])
func selections(_ text: String, _ atoms: [Int]) throws {
  #expect(try Selection(text, in: solution).atoms == atoms)
}

@Test(arguments: [
  ("O in OH", "2 H2O"), ("N", "C"), ("0..11", "10"), ("O of H2O", "not understood"), ("O in h2o", "formula"),
  ("", "not understood"), ("5..3", "element"), ("99999999999999999999", "element"),
])
func badSelections(_ text: String, _ message: String) {
  let error = failure { _ = try Selection(text, in: solution) }
  #expect(
    error?.kind == .invalidArgument && error?.message.contains(message) == true,
    "\(String(describing: error))")
}

@Test func fragments() throws {
  let fragments = try Fragments(solution)
  #expect(fragments.composition.map(\.formula) == ["H2O", "CO3", "Ca"])
  #expect(fragments.composition.map(\.count) == [2, 1, 1])
}

@Test func pairs() throws {
  let pair = try AtomPair("Ca-O in H2O")
  #expect(pair.first == "Ca" && pair.second == "O in H2O")
  for text in ["Ca", "Ca-", "Ca-O-O", ""] {
    #expect(failure { _ = try AtomPair(text) }?.kind == .invalidArgument)
  }
}
