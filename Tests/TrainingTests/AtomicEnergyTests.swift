import Diagnostics
import Foundation
import MACE
import TestSupport
import Testing

@testable import Training

@Suite struct AtomicEnergyTests {
  private func set() throws -> FrameSet { try FrameSet(contentsOf: [DataReference.path("train.xyz")]) }

  private func foundation(_ name: String = "tiny_L1", head: String? = nil) throws -> FoundationModel {
    try FoundationModel(try Fixtures.potential(name), head: head)
  }

  private func table(_ reference: [String: Double]) -> [Double] { [1, 6, 8, 20].map { reference["\($0)"]! } }

  private func row(_ estimate: AtomicEnergyEstimate) -> [Double] {
    [1, 6, 8, 20].map { estimate.energies[$0]! }
  }

  @Test(arguments: [
    ("{1: -13.6, 6: -1030}", AtomicEnergySource.table([1: -13.6, 6: -1030])),
    ("{'H': -1, \"O\": 2e1}", .table([1: -1, 8: 20])), ("Average", .average),
    ("isolatedatom", .isolatedAtoms),
    ("foundation", .foundation), ("estimated", .estimated(prior: .foundation)),
    ("estimated+isolated", .estimated(prior: .isolated)), ("a/E0.json", .file("a/E0.json")),
  ])
  func sourcesAreRead(_ text: String, _ source: AtomicEnergySource) throws {
    #expect(try AtomicEnergySource(text) == source)
  }

  @Test(arguments: ["", "guess", "{1: }", "{1: -13.6", "{0: 1}", "{1: None}", "{1: 1, 'H': 2}", "{'Xx': 1}"])
  func nonsenseIsRefused(_ text: String) {
    #expect(failure { _ = try AtomicEnergySource(text) }?.kind == .invalidArgument)
  }

  @Test func averageAndEstimatedAreMaceTorchs() throws {
    let reference = try DataReference.load()
    let average = try AtomicEnergyEstimate(.average, elements: [1, 6, 8, 20], set: set())
    #expect(largestDifference(row(average), table(reference.average)) < 1e-9)
    // the prior is the foundation's E0s: the minimum norm of the correction, as numpy's lstsq
    let estimated = try AtomicEnergyEstimate(
      .estimated(prior: .foundation), elements: [1, 6, 8, 20], set: set(), foundation: foundation())
    #expect(largestDifference(row(estimated), table(reference.estimated)) < 1e-7)
    let report = try #require(estimated.report)
    #expect(report.fit.rank == 2 && estimated.notes[0].contains("rank 2 of 4"))
    #expect(report.total.frames == 40 && report.total.before! > report.total.after)
  }

  @Test func isolatedPriorHolds() throws {
    let set = try set()
    let estimate = try AtomicEnergyEstimate(
      .estimated(prior: .isolated), elements: [1, 6, 8, 20], set: set, foundation: foundation())
    let report = try #require(estimate.report)
    #expect(report.prior == [1, 6, 8, 20].map { set.isolatedAtoms[$0]! })
    for row in report.fit.undetermined {
      let held = zip(row, report.prior).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(zip(row, report.values).reduce(0) { $0 + $1.0 * $1.1 } - held) < 1e-10)
    }
    // what the data determine does not depend on the prior
    let other = try AtomicEnergyEstimate(
      .estimated(prior: .foundation), elements: [1, 6, 8, 20], set: set, foundation: foundation())
    #expect(abs(report.total.after - other.report!.total.after) < 1e-10)
    #expect(report.text.contains("isolated atoms") && report.text.contains("NOT determined"))
  }

  /// Labels that are a model's energies plus other E0s: the fit must find these E0s.
  @Test func shiftedLabelsAreRecovered() throws {
    let model = try foundation()
    let isolated = try MixedFrames.load().isolated_gfn1
    let truth = Dictionary(uniqueKeysWithValues: zip([1, 6, 8, 20], isolated))
    let own = model.atomicEnergies
    var set = try set()
    // single atoms make the compositions full rank
    for (k, z) in [1, 6, 8, 20].enumerated() {
      var atom = set.frames[k]
      atom.structure.atomicNumbers = [z]
      atom.structure.positions = [.zero]
      atom.configurationType = "atom"
      set.frames.append(atom)
    }
    let energies = try model.energies(of: set.frames, threads: 1)
    for i in set.frames.indices {
      set.frames[i].labels.energy =
        energies[i] + set.frames[i].structure.atomicNumbers.reduce(0) { $0 + truth[$1]! - own[$1]! }
    }
    set.frames[3].labels.energy = nil
    for perAtom in [false, true] {
      let estimate = try AtomicEnergyEstimate(
        .estimated(prior: .foundation), elements: [1, 6, 8, 20], set: set, foundation: model, perAtom: perAtom
      )
      #expect(largestDifference(row(estimate), isolated) < 1e-8)
      let report = try #require(estimate.report)
      #expect(report.fit.rank == 4 && report.isDetermined(6) && report.total.after < 1e-9)
      #expect(report.frameCount == 43 && report.errors.map(\.type) == ["Default", "atom"])
      #expect(report.notes == ["E0s: 1 frames without an energy are not in the fit"])
    }
  }

  @Test func tablesMustBeComplete() throws {
    try withDirectory { place in
      let set = try set()
      let table = try AtomicEnergyEstimate(.table([1: -1, 8: -2, 9: 5]), elements: [1, 8], set: set)
      #expect(table.energies == [1: -1, 8: -2] && table.notes.count == 1)
      let error = failure { _ = try AtomicEnergyEstimate(.table([1: -1]), elements: [1, 6, 20], set: set) }
      #expect(error?.message.hasSuffix("C, Ca") == true)
      try write(#"{"1": -1, "O": -2.5}"#, place + "/E0.json")
      let file = try AtomicEnergyEstimate(.file(place + "/E0.json"), elements: [1, 8], set: set)
      #expect(file.energies == [1: -1, 8: -2.5])
      let isolated = try AtomicEnergyEstimate(.isolatedAtoms, elements: [1, 8], set: set)
      #expect(isolated.energies[8] == set.isolatedAtoms[8] && isolated.notes.isEmpty)
      #expect(
        failure { _ = try AtomicEnergyEstimate(.foundation, elements: [1], set: set) }?.kind
          == .invalidArgument)
      #expect(
        failure {
          _ = try AtomicEnergyEstimate(.foundation, elements: [79], set: set, foundation: foundation())
        }?
        .message.contains("Au") == true)
      try write(#"{"1": "low"}"#, place + "/E0.json")
      #expect(
        failure { _ = try AtomicEnergyEstimate(.file(place + "/E0.json"), elements: [1], set: set) }?.kind
          == .format)
    }
  }

  @Test func everyHeadHasItsOwnEnergies() throws {
    let potential = try Fixtures.potential("tiny_multihead2")
    let tensor = try #require(potential.model.tensors["atomic_energies_fn.atomic_energies"])
    for (k, head) in potential.heads.enumerated() {
      let energies = try foundation("tiny_multihead2", head: head).atomicEnergies
      for (s, z) in potential.atomicNumbers.enumerated() {
        #expect(energies[z] == tensor.values[k * potential.atomicNumbers.count + s])
      }
    }
    #expect(failure { _ = try foundation(head: "nowhere") }?.message.contains("nowhere") == true)
  }

  /// The study's frames, where a copy of them is at hand (they have no licence that lets us ship them).
  @Test(
    .enabled(if: ProcessInfo.processInfo.environment["MACE_DATA"] != nil, "set MACE_DATA to the data sets"))
  func studysFramesHaveRankOne() throws {
    let root = ProcessInfo.processInfo.environment["MACE_DATA"]!
    var options = DataOptions()
    options.keys.energy = "energy"
    options.keys.forces = "forces"
    let set = try FrameSet(contentsOf: [root + "/caco3_water/frames40_revPBE_D3.extxyz.xz"], options)
    let estimate = try AtomicEnergyEstimate(
      .estimated(prior: .foundation), elements: [1, 6, 8, 20], set: set, foundation: foundation())
    let report = try #require(estimate.report)
    #expect(report.fit.rank == 1 && report.fit.determined == [[196, 1, 101, 1]])
    // eV/atom; the weights are random, so that what is left is their error
    #expect(report.total.before! > 100 && report.total.after < 0.1)
    print(report.text)
  }
}
