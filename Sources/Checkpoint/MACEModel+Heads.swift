import Diagnostics
import Equivariance

extension MACEModel {
  /// The model with one of its heads only; its energies are those of that head.
  ///
  /// The hidden layer of a non-linear readout holds all heads' scalars and e3nn divides by the root of their
  /// number, so the weights that remain behind it are divided by √(number of heads) (and become float64
  /// tensors).
  /// - Throws: `.invalidArgument` when there is no such head, with a list of those that exist.
  public func selecting(head: String) throws(MACEError) -> MACEModel {
    let heads = configuration.heads
    guard let index = heads.firstIndex(of: head) else {
      throw MACEError(
        .invalidArgument,
        "the model has no head '\(head)'; it has \(heads.map { "'\($0)'" }.joined(separator: ", "))")
    }
    if heads.count == 1 { return self }
    var model = self
    model.configuration.heads = [head]
    let elements = configuration.atomicNumbers.count
    model.replace("atomic_energies_fn.atomic_energies") { tensor in
      let row = Array(tensor.values[index * elements..<(index + 1) * elements])
      return Tensor(
        element: tensor.element, shape: [1, elements], values: row, isParameter: tensor.isParameter)
    }
    for name in ["scale_shift.scale", "scale_shift.shift"] {
      model.replace(name) { tensor in
        Tensor(
          element: tensor.element, shape: [1], values: [tensor.values[index]], isParameter: tensor.isParameter
        )
      }
    }
    for (k, readout) in configuration.readouts.enumerated() {
      model.select(HeadSelection(index: index, count: heads.count), readout, k)
    }
    try ModelChecker.check(model, file: "the model of head '\(head)'")
    return model
  }

  private mutating func select(_ head: HeadSelection, _ readout: Configuration.Readout, _ k: Int) {
    let scalars = readout.irrepsIn.scalars.dimension
    guard readout.kind != .linear else {
      replace("readouts.\(k).linear.weight") { head.columns($0, rows: scalars) }
      return
    }
    let hidden = readout.hiddenIrreps.dimension
    configuration.readouts[k].hiddenIrreps = .scalars(hidden / head.count)
    replace("readouts.\(k).linear_1.weight") { head.columns($0, rows: scalars) }
    replace("readouts.\(k).linear_mid.weight") { head.scaled(head.rows(head.columns($0, rows: hidden))) }
    replace("readouts.\(k).linear_mid.bias") { head.columns($0, rows: 1) }
    replace("readouts.\(k).linear_2.weight") { head.scaled(head.rows(head.columns($0, rows: hidden))) }
    replace("readouts.\(k).linear_2.bias") { head.columns($0, rows: 1) }
  }
}

/// One head's part of flat weights `[rows, columns]` whose rows or columns are head-major.
private struct HeadSelection {
  var index: Int
  var count: Int

  /// This head's columns of `rows` rows. Several input blocks of scalars lie one after the other and are
  /// rows, too.
  func columns(_ tensor: Tensor, rows: Int) -> Tensor {
    let width = tensor.count / max(rows, 1)
    let part = width / count
    var values: [Double] = []
    for row in 0..<rows {
      let start = row * width + index * part
      values += tensor.values[start..<start + part]
    }
    return Tensor(
      element: tensor.element, shape: [values.count], values: values, isParameter: tensor.isParameter)
  }

  /// This head's rows, which are contiguous.
  func rows(_ tensor: Tensor) -> Tensor {
    let part = tensor.count / count
    let values = Array(tensor.values[index * part..<(index + 1) * part])
    return Tensor(element: tensor.element, shape: [part], values: values, isParameter: tensor.isParameter)
  }

  func scaled(_ tensor: Tensor) -> Tensor {
    let factor = 1 / Double(count).squareRoot()
    return Tensor(
      element: .float64, shape: tensor.shape, values: tensor.values.map { $0 * factor },
      isParameter: tensor.isParameter)
  }
}
