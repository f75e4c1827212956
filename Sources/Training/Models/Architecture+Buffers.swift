import Checkpoint
import Diagnostics
import Equivariance

extension Architecture {
  /// All tensors that are not trained, in float64.
  func fixedTensors(_ configuration: Configuration) throws(MACEError) -> [String: Tensor] {
    var buffers = radialTensors
    buffers["atomic_energies_fn.atomic_energies"] = Tensor(
      buffer: heads.flatMap { head in atomicNumbers.map { head.atomicEnergies[$0] ?? .nan } },
      shape: [heads.count, atomicNumbers.count])
    if modelClass == .scaleShiftMACE {
      buffers["scale_shift.scale"] = Tensor(buffer: heads.map(\.scale), shape: [heads.count])
      buffers["scale_shift.shift"] = Tensor(buffer: heads.map(\.shift), shape: [heads.count])
    }
    if pairRepulsion { buffers.merge(repulsionTensors) { $1 } }
    for (t, layer) in configuration.layers.enumerated() {
      let features = layer.targetIrreps.blocks.map(\.irrep)
      for (k, block) in layer.productIrreps.blocks.enumerated() {
        for nu in 1...layer.correlations[k] {
          let basis = ContractionBasis(of: features, to: block.irrep, order: nu)
          buffers["products.\(t).symmetric_contractions.contractions.\(k).U_matrix_\(nu)"] = Tensor(
            buffer: basis.values, shape: basis.shape)
        }
      }
    }
    return buffers
  }

  private var radialTensors: [String: Tensor] {
    let basis = "radial_embedding.bessel_fn."
    var buffers: [String: Tensor] = [:]
    switch radialBasis {
    case .bessel:
      buffers[basis + "bessel_weights"] = Tensor(
        buffer: (1...basisCount).map { Double.pi / cutoff * Double($0) }, shape: [basisCount])
      buffers[basis + "prefactor"] = Tensor(buffer: (2 / cutoff).squareRoot())
    case .gaussian:
      // torch.linspace counts from the nearer end
      let step = cutoff / Double(basisCount - 1)
      buffers[basis + "gaussian_weights"] = Tensor(
        buffer: (0..<basisCount).map {
          $0 < basisCount / 2 ? step * Double($0) : cutoff - step * Double(basisCount - 1 - $0)
        }, shape: [basisCount])
    case .chebyshev:
      buffers[basis + "n"] = Tensor(buffer: (1...basisCount).map(Double.init), shape: [1, basisCount])
    }
    let transform = "radial_embedding.distance_transform."
    switch distanceTransform {
    case .agnesi:
      for (name, value) in [("a", 1.0805), ("q", 0.9183), ("p", 4.5791)] {
        buffers[transform + name] = Tensor(buffer: value)
      }
    case .soft: buffers[transform + "alpha"] = Tensor(buffer: 4)
    case .none, .earlySoft: return buffers
    }
    buffers[transform + "covalent_radii"] = Tensor(
      buffer: CovalentRadii.all, shape: [CovalentRadii.all.count])
    return buffers
  }

  /// Ziegler, Biersack and Littmark's universal screening function, constants as in mace-torch.
  private var repulsionTensors: [String: Tensor] {
    let prefix = "pair_repulsion_fn."
    return [
      prefix + "c": Tensor(buffer: [0.1818, 0.5099, 0.2802, 0.02817], shape: [4]),
      prefix + "p": Tensor(
        element: .int32, shape: [], values: [Double(cutoffExponent)], isParameter: false),
      prefix + "a_exp": Tensor(buffer: 0.3), prefix + "a_prefactor": Tensor(buffer: 0.4543),
      prefix + "covalent_radii": Tensor(buffer: CovalentRadii.all, shape: [CovalentRadii.all.count]),
    ]
  }
}

extension Tensor {
  fileprivate init(buffer values: [Double], shape: [Int]) {
    self.init(element: .float64, shape: shape, values: values, isParameter: false)
  }

  fileprivate init(buffer value: Double) { self.init(buffer: [value], shape: []) }
}
