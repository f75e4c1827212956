import Checkpoint
import Equivariance
import TestSupport
import Testing

struct ContractionBasisTests {
  /// The U buffers that mace-torch made; tiny_reducedcg has the smaller basis of cuequivariance.
  @Test(arguments: Fixtures.modelNames.filter { $0 != "tiny_reducedcg" })
  func matchesCheckpoint(_ name: String) throws {
    let model = try Fixtures.model(name)
    let tolerance = model.configuration.roundsCouplingsToFloat32 ? 3e-7 : 1e-14
    var compared = 0
    for (t, layer) in model.configuration.layers.enumerated() {
      let features = layer.targetIrreps.blocks.map(\.irrep)
      for (k, block) in layer.productIrreps.blocks.enumerated() {
        for nu in 1...layer.correlations[k] {
          let expected = try #require(
            model.tensors["products.\(t).symmetric_contractions.contractions.\(k).U_matrix_\(nu)"])
          let basis = ContractionBasis(of: features, to: block.irrep, order: nu)
          #expect(basis.shape == expected.shape)
          #expect(largestDifference(basis.values, expected.values) <= tolerance)
          #expect(
            ContractionBasis.valueCount(of: features, to: block.irrep, order: nu) == basis.values.count)
          compared += 1
        }
      }
    }
    #expect(compared > 0)
  }

  @Test func impossibleSizesAreFoundWithoutComputing() {
    let features = (0...6).map { Irrep(l: $0, parity: $0.isMultiple(of: 2) ? 1 : -1) }
    let scalar = Irrep(l: 0, parity: 1)
    #expect(ContractionBasis.valueCount(of: features, to: scalar, order: 40) == .max)
    // mace-torch's numbers of paths at max_ell 3 (MACE-MP-0): 1, 4, 23
    #expect(
      (1...3).map { ContractionBasis.valueCount(of: Array(features[...3]), to: scalar, order: $0) }
        == [16, 16 * 16 * 4, 16 * 16 * 16 * 23])
  }
}
