import Diagnostics
import Equivariance

/// Translates the module tree of a mace-torch model into a `MACEModel`.
///
/// Every attribute that changes the mathematics is read and honoured, or refused by name.
struct ModelReader {
  let archive: TorchArchive
  var tensors: [String: Tensor] = [:]
  var elements = 0
  var heads: [String] = []

  static func read(_ contents: FileContents, file: String) throws(MACEError) -> MACEModel {
    var reader = ModelReader(archive: try TorchArchive(contents, file: file))
    let configuration = try reader.configuration()
    return MACEModel(configuration: configuration, tensors: reader.tensors)
  }

  private init(archive: TorchArchive) {
    self.archive = archive
  }

  /// Stores a tensor of a module under its `state_dict` name.
  mutating func keep(_ name: String, of module: ModuleView, shape: [Int]? = nil) throws(MACEError) {
    let tensor = if let shape { try module.tensor(name, shape: shape) } else { try module.tensor(name) }
    tensors[module.pathTo(name)] = tensor
  }

  // MARK: Root

  private func rootModule() throws(MACEError) -> ModuleView {
    let heap = archive.heap
    if heap.pairs(archive.root) != nil {
      throw MACEError(
        .unsupported,
        "\(archive.file) is a dictionary of weights (a training checkpoint such as *_epoch-N.pt), not a "
          + "whole model; use the .model file that mace_run_train writes at the end")
    }
    let root = try ModuleView(archive.root, path: "", in: archive)
    guard
      root.className == "mace.modules.models.MACE" || root.className == "mace.modules.models.ScaleShiftMACE"
    else {
      throw MACEError(
        .unsupported, "\(archive.file) holds a \(root.className), not a MACE or ScaleShiftMACE model")
    }
    for name in ["embedding_specs", "joint_embedding", "embedding_readout"] {
      if root.attribute(name) != nil && root.attribute(name) != PickleValue.none {
        throw root.unsupported("'\(name)': an embedding of total charge, spin or other labels")
      }
    }
    return root
  }

  private mutating func configuration() throws(MACEError) -> Configuration {
    let root = try rootModule()
    let isScaled = root.kind == "ScaleShiftMACE"
    try root.allow(
      attributes: [
        "heads", "lammps_mliap", "apply_cutoff", "edge_irreps", "use_reduced_cg", "use_agnostic_product",
        "use_so3",
        "use_last_readout_only", "use_edge_irreps_first", "pair_repulsion", "embedding_specs",
      ],
      tensors: ["atomic_numbers", "r_max", "num_interactions"],
      modules: Set(
        [
          "node_embedding", "radial_embedding", "spherical_harmonics", "atomic_energies_fn", "interactions",
          "products",
          "readouts", "pair_repulsion_fn",
        ] + (isScaled ? ["scale_shift"] : [])))
    heads = root.attribute("heads") == nil ? ["Default"] : try root.texts("heads")
    guard !heads.isEmpty, heads.count <= 4096, Set(heads).count == heads.count else {
      throw root.damaged("the heads \(heads.prefix(8)) are empty or repeat a name")
    }
    let numbers = try atomicNumbers(root)
    elements = numbers.count
    let cutoff = try root.scalar("r_max")
    guard cutoff > 0 else { throw root.damaged("r_max = \(cutoff)") }
    let radial = try radialEmbedding(root, cutoff: cutoff)
    let repulsion = try pairRepulsion(root)
    let harmonics = try sphericalHarmonics(root)
    let embedding = try nodeEmbedding(root)
    let layers = try layers(root, embedding: embedding, harmonics: harmonics, basisCount: radial.count)
    let readouts = try readouts(root, layers: layers)
    try atomicEnergies(root)
    if isScaled { try scaleShift(root) }
    let isDouble = tensors["node_embedding.linear.weight"]?.element == .float64
    return Configuration(
      modelClass: isScaled ? .scaleShiftMACE : .mace, dtype: isDouble ? "float64" : "float32",
      atomicNumbers: numbers, heads: heads, cutoff: cutoff, radialBasis: radial.basis,
      basisCount: radial.count,
      gaussianCoefficient: radial.coefficient, distanceTransform: radial.transform,
      cutoffExponent: radial.exponent, appliesCutoffToBasis: radial.applies, pairRepulsion: repulsion,
      harmonics: harmonics, layers: layers, readouts: readouts, roundsCouplingsToFloat32: !isDouble)
  }

  private func atomicNumbers(_ root: ModuleView) throws(MACEError) -> [Int] {
    let tensor = try root.tensor("atomic_numbers")
    guard tensor.shape.count == 1, (1...118).contains(tensor.count) else {
      throw root.damaged("'atomic_numbers' has shape \(tensor.shape)")
    }
    var numbers: [Int] = []
    for value in tensor.values {
      guard let z = Int(exactly: value), (1...118).contains(z), !numbers.contains(z) else {
        throw root.damaged("'atomic_numbers' holds \(value) twice or is no list of atomic numbers")
      }
      numbers.append(z)
    }
    return numbers
  }

  private func sphericalHarmonics(_ root: ModuleView) throws(MACEError) -> Irreps {
    let module = try root.module("spherical_harmonics", "SphericalHarmonics")
    try module.allow(attributes: [
      "normalize", "normalization", "irreps_in", "irreps_out", "_ls_list", "_lmax", "_is_range_lmax",
    ])
    try module.require(try module.flag("normalize", default: false), "'normalize' = False")
    let normalization = try module.text("normalization")
    try module.require(normalization == "component", "'normalization' = '\(shortened(normalization))'")
    let harmonics = try module.irreps("irreps_out")
    let degrees = Array(0..<harmonics.blocks.count)
    let parities = harmonics.blocks.map(\.irrep.parity)
    try module.require(
      !degrees.isEmpty && harmonics.blocks.map(\.irrep.l) == degrees
        && harmonics.blocks.allSatisfy { $0.multiplicity == 1 }
        && (parities.allSatisfy { $0 == 1 } || parities == degrees.map { $0.isMultiple(of: 2) ? 1 : -1 }),
      "'irreps_out' = \(harmonics)")
    if module.attribute("_ls_list") != nil {
      try module.require(try module.integers("_ls_list") == degrees, "'_ls_list' with gaps")
    }
    if module.attribute("_lmax") != nil {
      try module.require(
        try module.integer("_lmax") == degrees.count - 1, "'_lmax' different from irreps_out")
    }
    return harmonics
  }

  private mutating func nodeEmbedding(_ root: ModuleView) throws(MACEError) -> Irreps {
    let module = try root.module("node_embedding", "LinearNodeEmbeddingBlock")
    try module.allow(modules: ["linear"])
    let linear = try linear(module, "linear", from: elementIrreps)
    try module.require(
      linear.output.blocks.count == 1 && linear.output.blocks[0].irrep == Irrep(l: 0, parity: 1),
      "an embedding into \(linear.output)")
    return linear.output
  }

  /// `nE x 0e`, the one-hot encoding of elements.
  var elementIrreps: Irreps { Irreps([.init(multiplicity: elements, irrep: Irrep(l: 0, parity: 1))]) }

  /// `[heads, nE]`. mace-torch lifts a one-dimensional table to a single head.
  private mutating func atomicEnergies(_ root: ModuleView) throws(MACEError) {
    let module = try root.module("atomic_energies_fn", "AtomicEnergiesBlock")
    try module.allow(tensors: ["atomic_energies"])
    var table = try module.tensor("atomic_energies")
    if table.shape.count == 1 { table.shape = [1, table.count] }
    guard table.shape == [heads.count, elements] else {
      throw module.damaged(
        "'atomic_energies' has shape \(table.shape) instead of [\(heads.count), \(elements)]"
      )
    }
    tensors[module.pathTo("atomic_energies")] = table
  }

  private mutating func scaleShift(_ root: ModuleView) throws(MACEError) {
    let module = try root.module("scale_shift", "ScaleShiftBlock")
    try module.allow(attributes: ["scale", "shift"], tensors: ["scale", "shift"])
    for name in ["scale", "shift"] {
      var tensor: Tensor
      if try module.hasTensor(name) {
        tensor = try module.tensor(name)
      } else {
        tensor = Tensor(element: .float64, shape: [], values: [try module.number(name)], isParameter: false)
      }
      if tensor.shape.isEmpty { tensor.shape = [1] }
      guard tensor.shape == [heads.count] else {
        throw module.damaged("'\(name)' has shape \(tensor.shape), but the model has \(heads.count) heads")
      }
      tensors[module.pathTo(name)] = tensor
    }
  }
}
