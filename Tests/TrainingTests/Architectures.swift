import Checkpoint
import Equivariance
import TestSupport
import Training

/// The options with which the checkpoints in `Tests/Fixtures/models` were made by mace-torch.
enum Architectures {
  static let names = Fixtures.modelNames.filter { $0 != "tiny_reducedcg" && !$0.contains("__v") }

  static func architecture(_ name: String) throws -> Architecture {
    var a = Architecture(atomicNumbers: [1, 6, 8, 20], heads: try heads(name))
    a.maxDegree = 2
    a.correlations = [2]
    a.hiddenIrreps = Architecture.hiddenIrreps(channels: 8, maxL: 1)
    a.radialWidths = [16, 16, 16]
    a.averageNeighbors = 22.5
    change(&a, name)
    return a
  }

  private static func change(_ a: inout Architecture, _ name: String) {
    switch name {
    case "tiny_L0": (a.hiddenIrreps, a.correlations) = (Architecture.hiddenIrreps(channels: 8, maxL: 0), [3])
    case "tiny_L0_lmax3":
      a.hiddenIrreps = Architecture.hiddenIrreps(channels: 16, maxL: 0)
      (a.maxDegree, a.correlations, a.dtype) = (3, [3], "float32")
    case "tiny_L1": a.correlations = [3]
    case "tiny_L2": a.hiddenIrreps = Architecture.hiddenIrreps(channels: 8, maxL: 2)
    case "tiny_MACE_class": (a.modelClass, a.firstInteraction) = (.mace, .realAgnostic)
    case "tiny_agnesi": a.distanceTransform = .agnesi
    case "tiny_att":
      a.interaction = .realAgnosticAttResidual
      a.hiddenIrreps = Architecture.hiddenIrreps(channels: 8, maxL: 0)
    case "tiny_chebyshev": (a.radialBasis, a.distanceTransform) = (.chebyshev, .agnesi)
    case "tiny_chebyshev_nodt": a.radialBasis = .chebyshev
    case "tiny_corr1": a.correlations = [1]
    case "tiny_corr4":
      a.hiddenIrreps = Architecture.hiddenIrreps(channels: 8, maxL: 0)
      (a.maxDegree, a.correlations) = (1, [4, 4])
    case "tiny_density":
      (a.interaction, a.firstInteraction) = (.realAgnosticDensityResidual, .realAgnosticDensity)
      (a.distanceTransform, a.pairRepulsion) = (.agnesi, true)
    case "tiny_edge_irreps": a.edgeIrreps = Architecture.hiddenIrreps(channels: 4, maxL: 1)
    case "tiny_f32": a.dtype = "float32"
    case "tiny_gate_none":
      (a.gate, a.hiddenIrreps) = (.identity, Architecture.hiddenIrreps(channels: 8, maxL: 0))
    case "tiny_gaussian": a.radialBasis = .gaussian
    case "tiny_int1": (a.layerCount, a.correlations) = (1, [3])
    case "tiny_int3": a.layerCount = 3
    case "tiny_lastreadout_agnosticprod": (a.usesLastReadoutOnly, a.agnosticProduct) = (true, true)
    case "tiny_multihead2": break
    case "tiny_nocutoff": a.appliesCutoffToBasis = false
    case "tiny_nonlinear":
      (a.interaction, a.firstInteraction) = (.realAgnosticResidualNonLinear, .realAgnosticResidualNonLinear)
      (a.appliesCutoffToBasis, a.readout) = (false, .nonLinearBias)
      a.edgeIrreps = a.hiddenIrreps
    case "tiny_pseudo": (a.hiddenIrreps, a.maxDegree) = (Irreps("8x0e+8x0o+8x1e+8x1o")!, 1)
    case "tiny_so3": (a.useSO3, a.hiddenIrreps) = (true, Irreps("8x0e+8x1e")!)
    case "tiny_soft": a.distanceTransform = .soft
    case "tiny_zbl": a.pairRepulsion = true
    default: fatalError("no architecture for \(name)")
    }
  }

  /// Heads with the checkpoint's own E0s, scales and shifts.
  private static func heads(_ name: String) throws -> [Architecture.Head] {
    let model = try Fixtures.model(name)
    let energies = model.tensors["atomic_energies_fn.atomic_energies"]?.values ?? []
    let (scales, shifts) = (model.tensors["scale_shift.scale"], model.tensors["scale_shift.shift"])
    let elements = model.configuration.atomicNumbers
    return model.configuration.heads.enumerated().map { k, head in
      let row = energies[k * elements.count..<(k + 1) * elements.count]
      return Architecture.Head(
        head, atomicEnergies: Dictionary(uniqueKeysWithValues: zip(elements, row)),
        scale: scales?.values[k] ?? 1, shift: shifts?.values[k] ?? 0)
    }
  }
}
