import Diagnostics

extension ModelReader {
  struct Radial {
    var basis: Configuration.RadialBasis
    var count: Int
    var coefficient: Double
    var transform: Configuration.DistanceTransform
    var exponent: Int
    var applies: Bool
  }

  mutating func radialEmbedding(_ root: ModuleView, cutoff: Double) throws(MACEError) -> Radial {
    let module = try root.module("radial_embedding", "RadialEmbeddingBlock")
    try module.allow(
      attributes: ["out_dim", "apply_cutoff"], modules: ["bessel_fn", "cutoff_fn", "distance_transform"])
    let applies = try module.flag("apply_cutoff", default: true)
    try root.require(
      try root.flag("apply_cutoff", default: true) == applies, "'apply_cutoff' set in one place only")
    let basis = try radialBasis(module)
    if module.attribute("out_dim") != nil, try module.integer("out_dim") != basis.count {
      throw module.damaged("'out_dim' differs from the \(basis.count) basis functions")
    }
    let envelope = try module.module("cutoff_fn", "PolynomialCutoff")
    try envelope.allow(attributes: ["p"], tensors: ["p", "r_max"])
    guard try envelope.scalar("r_max") == cutoff else {
      throw envelope.unsupported("a cutoff radius other than the model's r_max")
    }
    let exponent = try exponent(envelope)
    return Radial(
      basis: basis.kind, count: basis.count, coefficient: basis.coefficient,
      transform: try distanceTransform(module), exponent: exponent, applies: applies)
  }

  /// The cutoff's exponent, which old versions store as a float and new ones as an integer.
  private func exponent(_ module: ModuleView) throws(MACEError) -> Int {
    let p = try module.hasTensor("p") ? module.scalar("p") : module.number("p")
    // mace-torch truncates the exponent to an integer when it is evaluated.
    guard let exponent = Int(exactly: p), (1...1000).contains(exponent) else {
      throw module.unsupported("the exponent p = \(p)")
    }
    return exponent
  }

  private mutating func radialBasis(
    _ parent: ModuleView
  ) throws(MACEError) -> (kind: Configuration.RadialBasis, count: Int, coefficient: Double) {
    let module = try parent.module("bessel_fn", "BesselBasis", "GaussianBasis", "ChebychevBasis")
    let kind: Configuration.RadialBasis
    let name: String
    var coefficient = 0.0
    switch module.kind {
    case "BesselBasis":
      (kind, name) = (.bessel, "bessel_weights")
      try module.allow(tensors: ["bessel_weights", "r_max", "prefactor"])
      try keep("prefactor", of: module, shape: [])
    case "GaussianBasis":
      (kind, name) = (.gaussian, "gaussian_weights")
      try module.allow(attributes: ["coeff"], tensors: ["gaussian_weights"])
      coefficient = try module.number("coeff")
    default:
      (kind, name) = (.chebyshev, "n")
      try module.allow(attributes: ["num_basis", "r_max"], tensors: ["n"])
    }
    try keep(name, of: module)
    guard let tensor = tensors[module.pathTo(name)], (1...4096).contains(tensor.count),
      tensor.shape == (kind == .chebyshev ? [1, tensor.count] : [tensor.count])
    else { throw module.damaged("'\(name)' has an unexpected shape") }
    if kind == .chebyshev {
      try module.require(tensor.values == (1...tensor.count).map(Double.init), "orders other than 1, 2, …")
      if module.attribute("num_basis") != nil {
        try module.require(try module.integer("num_basis") == tensor.count, "'num_basis' different from n")
      }
    }
    return (kind, tensor.count, coefficient)
  }

  private mutating func distanceTransform(_ parent: ModuleView) throws(MACEError)
    -> Configuration.DistanceTransform
  {
    guard try parent.hasModule("distance_transform") else { return .none }
    let module = try parent.module("distance_transform", "AgnesiTransform", "SoftTransform")
    let transform: Configuration.DistanceTransform =
      module.kind == "AgnesiTransform" ? .agnesi : try module.hasTensor("alpha") ? .soft : .earlySoft
    let names = transform.parameterNames
    try module.allow(tensors: Set(names + ["covalent_radii"]))
    for name in names { try keep(name, of: module, shape: []) }
    try covalentRadii(module)
    return transform
  }

  mutating func pairRepulsion(_ root: ModuleView) throws(MACEError) -> Bool {
    guard try root.hasModule("pair_repulsion_fn") else {
      try root.require(root.attribute("pair_repulsion") == nil, "'pair_repulsion' without its function")
      return false
    }
    // mace-torch evaluates the repulsion when this attribute exists, whatever its value is.
    try root.require(root.attribute("pair_repulsion") != nil, "'pair_repulsion_fn' that is switched off")
    let module = try root.module("pair_repulsion_fn", "ZBLBasis")
    // r_max and cutoff were written by versions up to 0.3.5; the energy does not depend on them.
    try module.allow(
      attributes: ["r_max"], tensors: ["c", "p", "covalent_radii", "a_exp", "a_prefactor", "r_max"],
      modules: ["cutoff"])
    _ = try exponent(module)
    try keep("c", of: module, shape: [4])
    for name in ["p", "a_exp", "a_prefactor"] { try keep(name, of: module, shape: []) }
    try covalentRadii(module)
    return true
  }

  private mutating func covalentRadii(_ module: ModuleView) throws(MACEError) {
    try keep("covalent_radii", of: module)
    guard let radii = tensors[module.pathTo("covalent_radii")], radii.shape == [radii.count],
      radii.count >= 119
    else {
      throw module.damaged("'covalent_radii' does not list all elements")
    }
  }
}
