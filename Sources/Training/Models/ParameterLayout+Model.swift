import Checkpoint

extension ParameterLayout {
  /// The parameters of a model that mace-torch trains, in the order of its `named_parameters()`: those of the
  /// embedding, interactions, products and readouts. Contraction weights without any coupling are left out, as
  /// are radial basis weights, which no group of its optimizers holds.
  /// - Parameters:
  ///   - frozen: names to leave out.
  ///   - others: further tensors, which come last.
  public init(
    _ model: MACEModel, excluding frozen: Set<String> = [], with others: [(name: String, shape: [Int])] = []
  ) {
    let unused = model.emptyContractions.union(frozen)
    var parameters: [(name: String, shape: [Int])] = []
    for slot in model.parameterSlots where !unused.contains(slot.name) {
      guard let tensor = model.tensors[slot.name], tensor.isParameter else { continue }
      parameters.append((slot.name, tensor.shape))
    }
    self.init(parameters + others)
  }
}

extension MACEModel {
  /// The values of a layout's parameters, one after the other. Precondition: the model has them.
  public func parameters(_ layout: ParameterLayout) -> [Double] {
    layout.entries.flatMap { entry in
      guard let tensor = tensors[entry.name] else { preconditionFailure("no tensor \(entry.name)") }
      return tensor.values
    }
  }

  /// Sets the parameters of a layout; tensors in float32 are rounded.
  /// Precondition: the model has them, and there are `layout.count` values.
  public mutating func setParameters(_ values: [Double], _ layout: ParameterLayout) {
    precondition(values.count == layout.count)
    for entry in layout.entries {
      guard var tensor = tensors.removeValue(forKey: entry.name), tensor.shape == entry.shape else {
        preconditionFailure("no tensor \(entry.name) of shape \(entry.shape)")
      }
      tensor.values = Array(values[entry.range])
      if tensor.element == .float32 { tensor.values = tensor.values.map { Double(Float($0)) } }
      tensors[entry.name] = tensor
    }
  }
}
