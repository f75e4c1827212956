import Diagnostics
import Equivariance

extension MACEModel {
  /// The same model for some of its elements only, in the given order; energies of structures of these
  /// elements are unchanged.
  ///
  /// e3nn divides element-dependent maps by √(number of elements), so the weights that remain are multiplied
  /// by √(new number / old number). Rescaled float32 weights become float64 tensors, since they would
  /// otherwise be rounded.
  /// - Throws: `.unknownElement` when the model lacks an element, `.invalidArgument` for an empty or
  ///   repeating list.
  public func restricted(toElements numbers: [Int]) throws(MACEError) -> MACEModel {
    let old = configuration.atomicNumbers
    guard !numbers.isEmpty, Set(numbers).count == numbers.count else {
      throw MACEError(
        .invalidArgument, "the list of elements to keep is empty or names an element twice: \(numbers)")
    }
    var kept: [Int] = []
    for number in numbers {
      guard let index = old.firstIndex(of: number) else {
        throw MACEError(
          .unknownElement,
          "the model has no element of atomic number \(number); it has "
            + old.map(String.init).joined(separator: ", ")
        )
      }
      kept.append(index)
    }
    if numbers == old { return self }
    var model = self
    model.configuration.atomicNumbers = numbers
    let selection = ElementSelection(kept: kept, count: old.count)
    let heads = configuration.heads.count
    model.replace("atomic_energies_fn.atomic_energies") { selection.select($0, outer: heads, inner: 1) }
    model.replace("node_embedding.linear.weight") {
      selection.selectScaled($0, outer: 1, inner: $0.count / old.count)
    }
    for (t, layer) in configuration.layers.enumerated() {
      model.restrict(layer, "interactions.\(t)", selection)
      guard !layer.agnosticProduct else { continue }
      for (k, order) in layer.correlations.enumerated() {
        let prefix = "products.\(t).symmetric_contractions.contractions.\(k)."
        for name in ["weights_max"] + (0..<max(0, order - 1)).map({ "weights.\($0)" }) {
          model.replace(prefix + name) { tensor in
            selection.select(tensor, outer: 1, inner: tensor.count / old.count, axis: 0)
          }
        }
      }
    }
    try ModelChecker.check(model, file: "the restricted model")
    return model
  }

  private mutating func restrict(
    _ layer: Configuration.Layer, _ prefix: String, _ selection: ElementSelection
  ) {
    switch layer.block {
    case .realAgnostic, .realAgnosticDensity:
      restrictProduct(prefix + ".skip_tp.weight", layer.targetIrreps, layer.targetIrreps, selection)
    case .realAgnosticResidual, .realAgnosticDensityResidual:
      restrictProduct(prefix + ".skip_tp.weight", layer.nodeIrreps, layer.outputIrreps, selection)
    case .realAgnosticAttResidual: break
    case .realAgnosticResidualNonLinear:
      for name in ["source_embedding", "target_embedding"] {
        replace("\(prefix).\(name).weight") { tensor in
          selection.selectScaled(tensor, outer: 1, inner: tensor.count / selection.count)
        }
      }
    }
  }

  /// Weights `[in, element, out]` of every pair of equal irreps, one after the other.
  private mutating func restrictProduct(
    _ name: String, _ a: Irreps, _ b: Irreps, _ selection: ElementSelection
  ) {
    replace(name) { tensor in
      var values: [Double] = []
      var start = 0
      for x in a.blocks {
        for y in b.blocks where x.irrep == y.irrep {
          let length = x.multiplicity * selection.count * y.multiplicity
          values += selection.select(
            Array(tensor.values[start..<start + length]), outer: x.multiplicity, inner: y.multiplicity)
          start += length
        }
      }
      return selection.scaled(tensor, values)
    }
  }

  /// Replaces a tensor, if the model has it.
  mutating func replace(_ name: String, _ change: (Tensor) -> Tensor) {
    guard let tensor = tensors[name] else { return }
    tensors[name] = change(tensor)
  }
}

/// Which entries of an axis over elements remain.
private struct ElementSelection {
  var kept: [Int]
  /// Length of the axis before.
  var count: Int

  /// Entries of the middle axis of `[outer, count, inner]`.
  func select(_ values: [Double], outer: Int, inner: Int) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(outer * kept.count * inner)
    for o in 0..<outer {
      for k in kept { result += values[(o * count + k) * inner..<(o * count + k + 1) * inner] }
    }
    return result
  }

  /// - Parameter axis: the axis over elements in the tensor's shape; the last one by default.
  func select(_ tensor: Tensor, outer: Int, inner: Int, axis: Int? = nil) -> Tensor {
    var shape = tensor.shape
    shape[axis ?? shape.count - 1] = kept.count
    return Tensor(
      element: tensor.element, shape: shape, values: select(tensor.values, outer: outer, inner: inner),
      isParameter: tensor.isParameter)
  }

  /// For flat weights that are divided by √(number of elements) when they are used.
  func selectScaled(_ tensor: Tensor, outer: Int, inner: Int) -> Tensor {
    scaled(tensor, select(tensor.values, outer: outer, inner: inner))
  }

  func scaled(_ tensor: Tensor, _ values: [Double]) -> Tensor {
    guard kept.count != count else {
      return Tensor(
        element: tensor.element, shape: [values.count], values: values, isParameter: tensor.isParameter)
    }
    let factor = (Double(kept.count) / Double(count)).squareRoot()
    return Tensor(
      element: .float64, shape: [values.count], values: values.map { $0 * factor },
      isParameter: tensor.isParameter)
  }
}
