import Atomistics
import Checkpoint
import Diagnostics
import MACE
import TestSupport
import Testing

/// A model whose parameters do not fit its architecture is refused by name; nothing crashes.
///
/// Sizes are checked where models enter and leave (files), missing tensors also when a model is compiled.
struct DamagedModelTests {
  static let models = [
    "tiny_L1", "tiny_att", "tiny_nonlinear", "tiny_density", "tiny_zbl", "tiny_multihead2",
  ]

  @Test(arguments: models)
  func missingTensors(_ name: String) throws {
    let model = try Fixtures.model(name)
    var refused = 0
    for tensor in model.tensors.keys.sorted() {
      var damaged = model
      damaged.tensors[tensor] = nil
      if isRefused(damaged, mentioning: tensor) { refused += 1 }
    }
    #expect(refused > model.tensors.count / 3, "\(refused) of \(model.tensors.count)")
  }

  @Test(arguments: models)
  func tensorsOfAnotherSize(_ name: String) throws {
    let model = try Fixtures.model(name)
    var refused = 0
    for (tensor, value) in model.tensors where value.count > 0 {
      var damaged = model
      for values in [Array(value.values.dropLast()), value.values + [0.5], []] {
        damaged.tensors[tensor] = Tensor(
          element: value.element, shape: [values.count], values: values, isParameter: value.isParameter)
        if let bytes = try? damaged.safetensors() {
          // a number that nobody reads, or one that may have any length
          _ = isRefused(try MACEModel(bytes: bytes, name: tensor), mentioning: nil)
        } else {
          refused += 1
        }
      }
    }
    #expect(refused > model.tensors.count, "\(refused) of \(3 * model.tensors.count)")
  }

  /// Weights that every model has.
  @Test(arguments: [
    "node_embedding.linear.weight", "interactions.0.linear_up.weight",
    "interactions.1.conv_tp_weights.layer0.weight",
    "interactions.1.linear.weight", "products.0.linear.weight", "readouts.0.linear.weight",
    "products.1.symmetric_contractions.contractions.0.weights_max", "atomic_energies_fn.atomic_energies",
    "scale_shift.scale", "radial_embedding.bessel_fn.bessel_weights",
  ])
  func namedInTheMessage(_ tensor: String) throws {
    var model = try Fixtures.model("tiny_L1")
    try #require(model.tensors[tensor] != nil)
    model.tensors[tensor] = nil
    #expect(isRefused(model, mentioning: tensor))
  }

  /// True when compiling or evaluating throws, which must be of kind format or unsupported and name the tensor.
  private func isRefused(_ model: MACEModel, mentioning name: String?) -> Bool {
    do throws(MACEError) {
      let potential = try Potential(model)
      _ = try Calculator(potential, head: potential.heads[0]).evaluate(Structures.triclinic)
      return false
    } catch {
      let message = Comment(rawValue: error.message)
      #expect(error.kind == .format || error.kind == .unsupported, message)
      if let name { #expect(error.message.contains(name), message) }
      return true
    }
  }
}
