import Diagnostics

extension Configuration {
  private static let keys = [
    "model_class", "dtype", "atomic_numbers", "heads", "r_max", "radial_basis", "num_basis",
    "gaussian_coefficient",
    "distance_transform", "cutoff_p", "apply_cutoff", "pair_repulsion", "spherical_harmonics", "layers",
    "readouts",
    "float32_couplings",
  ]

  package var json: JSON {
    .object([
      ("model_class", .text(modelClass.rawValue)), ("dtype", .text(dtype)),
      ("atomic_numbers", .integers(atomicNumbers)), ("heads", .texts(heads)), ("r_max", .number(cutoff)),
      ("radial_basis", .text(radialBasis.rawValue)), ("num_basis", .integer(basisCount)),
      ("gaussian_coefficient", .number(gaussianCoefficient)),
      ("distance_transform", .text(distanceTransform.rawValue)), ("cutoff_p", .integer(cutoffExponent)),
      ("apply_cutoff", .bool(appliesCutoffToBasis)), ("pair_repulsion", .bool(pairRepulsion)),
      ("spherical_harmonics", .text(harmonics.description)), ("layers", .array(layers.map(\.json))),
      ("readouts", .array(readouts.map(\.json))), ("float32_couplings", .bool(roundsCouplingsToFloat32)),
    ])
  }

  init(json: JSON, path: String) throws(MACEError) {
    let fields = try JSONFields(json, path, keys: Self.keys)
    var layers: [Layer] = []
    for (i, item) in try fields.array("layers").enumerated() {
      layers.append(try Layer(json: item, path: "\(path): layers.\(i)"))
    }
    var readouts: [Readout] = []
    for (i, item) in try fields.array("readouts").enumerated() {
      readouts.append(try Readout(json: item, path: "\(path): readouts.\(i)"))
    }
    self.init(
      modelClass: try fields.choice("model_class", ModelClass.self), dtype: try fields.text("dtype"),
      atomicNumbers: try fields.integers("atomic_numbers"), heads: try fields.texts("heads"),
      cutoff: try fields.number("r_max"), radialBasis: try fields.choice("radial_basis", RadialBasis.self),
      basisCount: try fields.integer("num_basis"),
      gaussianCoefficient: try fields.number("gaussian_coefficient"),
      distanceTransform: try fields.choice("distance_transform", DistanceTransform.self),
      cutoffExponent: try fields.integer("cutoff_p"), appliesCutoffToBasis: try fields.flag("apply_cutoff"),
      pairRepulsion: try fields.flag("pair_repulsion"), harmonics: try fields.irreps("spherical_harmonics"),
      layers: layers, readouts: readouts, roundsCouplingsToFloat32: try fields.flag("float32_couplings"))
  }
}

extension Configuration.Activation {
  var json: JSON {
    .object([("function", .text(function.rawValue)), ("constant", .number(constant))])
  }

  init(json: JSON, path: String) throws(MACEError) {
    let fields = try JSONFields(json, path, keys: ["function", "constant"])
    self.init(try fields.choice("function", Function.self), constant: try fields.number("constant"))
  }
}

extension Configuration.RadialNetwork {
  var json: JSON {
    .object([
      ("kind", .text(kind.rawValue)), ("widths", .integers(widths)), ("activation", activation.json),
      ("epsilon", .number(epsilon)),
    ])
  }

  init(json: JSON, path: String) throws(MACEError) {
    let fields = try JSONFields(json, path, keys: ["kind", "widths", "activation", "epsilon"])
    self.init(
      kind: try fields.choice("kind", Kind.self), widths: try fields.integers("widths"),
      activation: try .init(json: fields.value("activation"), path: path),
      epsilon: try fields.number("epsilon"))
  }
}

extension Configuration.Readout {
  var json: JSON {
    .object([
      ("kind", .text(kind.rawValue)), ("irreps_in", .text(irrepsIn.description)),
      ("hidden_irreps", .text(hiddenIrreps.description)), ("activation", activation.json),
    ])
  }

  init(json: JSON, path: String) throws(MACEError) {
    let fields = try JSONFields(json, path, keys: ["kind", "irreps_in", "hidden_irreps", "activation"])
    self.init(
      kind: try fields.choice("kind", Kind.self), irrepsIn: try fields.irreps("irreps_in"),
      hiddenIrreps: try fields.irreps("hidden_irreps"),
      activation: try .init(json: fields.value("activation"), path: path))
  }
}
