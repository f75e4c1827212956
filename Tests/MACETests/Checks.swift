import Atomistics
import Diagnostics
import MACE
import TestSupport
import Testing

/// Evaluates with everything, in a fresh calculator.
func evaluate(
  _ potential: Potential, _ structure: Structure, head: String? = nil, threads: Int = 1,
  _ properties: Properties = [.forces, .virial, .atomicVirials, .heatFluxVirials]
) throws -> Evaluation {
  let head = head ?? potential.heads.first
  return try Calculator(potential, head: head, threads: threads).evaluate(structure, properties)
}

/// Nine numbers of Σ_atoms of atomic virials.
func summed(_ atomicVirials: [Double]) -> [Double] {
  var sum = [Double](repeating: 0, count: 9)
  for (k, w) in atomicVirials.enumerated() { sum[k % 9] += w }
  return sum
}

func symmetrized(_ t: [Double]) -> [Double] {
  (0..<9).map { k in
    let transposed = 3 * (k % 3) + k / 3
    return 0.5 * (t[k] + t[transposed])
  }
}

/// Energy, atomic energies, forces and virials of `a` equal those of `b`.
func expectEqual(
  _ a: Evaluation, _ b: Evaluation, energyPerAtom: Double, force: Double, _ note: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let n = Double(max(b.atomicEnergies.count, 1)), scale = max(1, largest(b.forces))
  let comment = Comment(rawValue: note)
  #expect(
    abs(a.energy - b.energy) <= energyPerAtom * max(n, abs(b.energy)), comment, sourceLocation: sourceLocation
  )
  #expect(
    largestRelativeDifference(a.atomicEnergies, b.atomicEnergies) <= energyPerAtom, comment,
    sourceLocation: sourceLocation)
  #expect(largestDifference(a.forces, b.forces) <= force * scale, comment, sourceLocation: sourceLocation)
  #expect(
    largestDifference(a.virial, b.virial) <= 10 * n * force * scale, comment, sourceLocation: sourceLocation)
  #expect(
    largestDifference(a.atomicVirials, b.atomicVirials) <= 10 * force * scale, comment,
    sourceLocation: sourceLocation)
  #expect(
    largestDifference(a.heatFluxVirials, b.heatFluxVirials) <= 10 * force * scale, comment,
    sourceLocation: sourceLocation)
}

/// The two evaluations are the same bit for bit.
func expectIdentical(_ a: Evaluation, _ b: Evaluation, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(a.energy == b.energy, sourceLocation: sourceLocation)
  #expect(a.atomicEnergies == b.atomicEnergies, sourceLocation: sourceLocation)
  #expect(a.forces == b.forces, sourceLocation: sourceLocation)
  #expect(a.virial == b.virial, sourceLocation: sourceLocation)
  #expect(a.stress == b.stress, sourceLocation: sourceLocation)
  #expect(a.atomicVirials == b.atomicVirials, sourceLocation: sourceLocation)
  #expect(a.heatFluxVirials == b.heatFluxVirials, sourceLocation: sourceLocation)
  #expect(a.descriptors == b.descriptors, sourceLocation: sourceLocation)
}

/// `body` throws a `MACEError` of that kind whose message has `text` in it.
func expectError<T>(
  _ kind: MACEError.Kind, _ text: String..., sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> T
) {
  do {
    _ = try body()
    Issue.record("no error; \(kind) was expected", sourceLocation: sourceLocation)
  } catch let error as MACEError {
    #expect(error.kind == kind, "\(error.message)", sourceLocation: sourceLocation)
    for part in text {
      #expect(error.message.contains(part), "\(error.message)", sourceLocation: sourceLocation)
    }
  } catch {
    Issue.record("\(error)", sourceLocation: sourceLocation)
  }
}
