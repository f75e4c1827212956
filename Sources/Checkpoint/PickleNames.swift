import Diagnostics

/// The Python names that a model file may mention. None of them is imported or called.
enum PickleNames {
  /// Classes whose instances are kept as data: name, arguments and attributes.
  static let classes: Set<String> = {
    var names: Set<String> = [
      "e3nn.o3._linear.Linear", "e3nn.o3._linear.Instruction", "e3nn.o3._irreps.Irreps",
      "e3nn.o3._irreps._MulIr",
      "e3nn.o3._irreps.Irrep", "e3nn.o3._spherical_harmonics.SphericalHarmonics",
      "e3nn.o3._tensor_product._tensor_product.TensorProduct",
      "e3nn.o3._tensor_product._sub.FullyConnectedTensorProduct",
      "e3nn.o3._tensor_product._instruction.Instruction", "e3nn.nn._fc.FullyConnectedNet",
      "e3nn.nn._fc._Layer",
      "e3nn.nn._activation.Activation", "e3nn.nn._gate.Gate", "e3nn.nn._gate._Sortcut",
      "e3nn.nn._extract.Extract",
      "e3nn.o3._tensor_product._sub.ElementwiseTensorProduct",
      "e3nn.math._normalize_activation.normalize2mom",
      "mace.modules.gate.GatedEquivariantBlock", "mace.modules.irreps_tools.reshape_irreps",
      "mace.modules.symmetric_contraction.SymmetricContraction",
      "mace.modules.symmetric_contraction.Contraction",
      "mace.modules.wrapper_ops.CuEquivarianceConfig", "mace.modules.wrapper_ops.OEQConfig",
      "torch.nn.modules.container.ModuleList", "torch.nn.modules.container.ParameterList",
      "torch.nn.modules.container.Sequential", "torch.nn.modules.linear.Linear",
      "torch.nn.modules.normalization.LayerNorm", "torch.nn.modules.activation.SiLU",
      "torch.nn.parameter.Parameter", "torch.Tensor", "torch._tensor.Tensor", "torch.Size", "torch.device",
      "mace.modules.symmetric_contraction.EmptyParam", "numpy.dtype", "numpy.ndarray",
    ]
    for name in ["ScaleShiftMACE", "MACE"] { names.insert("mace.modules.models.\(name)") }
    for name in [
      "LinearNodeEmbeddingBlock", "RadialEmbeddingBlock", "AtomicEnergiesBlock",
      "EquivariantProductBasisBlock",
      "LinearReadoutBlock", "NonLinearReadoutBlock", "NonLinearBiasReadoutBlock", "ScaleShiftBlock",
    ] { names.insert("mace.modules.blocks.\(name)") }
    for block in Configuration.InteractionBlock.allCases {
      names.insert("mace.modules.blocks.\(block.rawValue)")
    }
    for name in [
      "BesselBasis", "GaussianBasis", "ChebychevBasis", "PolynomialCutoff", "AgnesiTransform",
      "SoftTransform",
      "ZBLBasis", "RadialMLP",
    ] { names.insert("mace.modules.radial.\(name)") }
    return names
  }()

  /// Functions and types that occur as values only.
  static let values: Set<String> = {
    var names: Set<String> = [
      "torch.nn.functional.silu", "torch.nn.functional.sigmoid", "torch.nn.functional.tanh",
      "torch._C._VariableFunctionsClass", "torch.fx._symbolic_trace.Tracer", "torch.storage.UntypedStorage",
    ]
    for name in [
      "float64", "double", "float32", "float", "float16", "half", "bfloat16", "int64", "long", "int32", "int",
      "int16", "short", "int8", "uint8", "bool",
    ] { names.insert("torch.\(name)") }
    for name in [
      "DoubleStorage", "FloatStorage", "HalfStorage", "BFloat16Storage", "LongStorage", "IntStorage",
      "ShortStorage", "CharStorage", "ByteStorage", "BoolStorage",
    ] { names.insert("torch.\(name)") }
    return names
  }()

  /// Functions whose result this reader knows how to describe (`PickleInterpreter.reduce`).
  static let functions: Set<String> = [
    "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3",
    "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
    "torch._tensor._rebuild_from_type_v2", "torch.fx.graph_module.reduce_graph_module", "_codecs.encode",
    "collections.OrderedDict", "collections.defaultdict", "builtins.set", "builtins.frozenset",
    "builtins.dict",
    "builtins.list", "builtins.tuple", "builtins.getattr", "builtins.bytearray",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar", "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct",
  ]

  /// Python 2's module names in their Python 3 spelling.
  static func canonical(module: String, name: String) -> String {
    (module == "__builtin__" ? "builtins" : module) + "." + name
  }

  static func isKnown(_ name: String) -> Bool {
    classes.contains(name) || values.contains(name) || functions.contains(name)
  }

  /// The refusal of a name that is not on the lists, with the reason when there is a known one.
  static func refusal(_ name: String, file: String) -> MACEError {
    let last = name.split(separator: ".").last.map(String.init) ?? name
    if let reason = reason(name, last) {
      return MACEError(.unsupported, "\(file): refused: \(shortened(name)): \(reason)")
    }
    if name.hasPrefix("mace.") || name.hasPrefix("e3nn.") || name.hasPrefix("torch.nn.") {
      return MACEError(
        .unsupported,
        "\(file): refused: \(shortened(name)) is a component that this library does not implement")
    }
    return MACEError(
      .unsupported,
      "\(file): refused: \(shortened(name)) has no place in a MACE model. Nothing of the file was "
        + "executed; do not open it with Python unless you trust where it comes from")
  }

  private static func reason(_ name: String, _ last: String) -> String? {
    if last.contains("Dipole") {
      return "dipole models are not supported; use a model of class MACE or ScaleShiftMACE"
    }
    if last.contains("Dielectric") || last.contains("Polar") || name.contains("polar") {
      return "polarisability and polar models are not supported; use a model of class MACE or ScaleShiftMACE"
    }
    if last.contains("JointEmbedding") || name.contains("modules.embeddings") {
      return "models with embedded total charge, spin or other labels are not supported"
    }
    if last.contains("LES") || name.hasPrefix("les.") {
      return "models with latent Ewald summation (LES) are not supported"
    }
    if name.contains("cuequivariance") || last.contains("Cueq") || name.contains("cue_") {
      return "the model was converted to cuEquivariance; convert the model back to e3nn first "
        + "(mace_cueq_to_e3nn) and use that file"
    }
    if name.contains("openequivariance") {
      return "the model was converted to OpenEquivariance; use the original e3nn model file"
    }
    if name.hasPrefix("torch.jit") { return "a compiled (TorchScript) part; use the uncompiled .model file" }
    if last == "TensorProductWeightsBlock" || last == "AgnosticNonlinearInteractionBlock" {
      return "the model was made by a development version of mace-torch before 0.3"
    }
    return nil
  }
}
