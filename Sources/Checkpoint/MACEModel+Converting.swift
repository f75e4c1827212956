import Diagnostics

extension MACEModel {
  /// The model with all floating-point tensors in another precision, as `model.float()` and `model.double()`
  /// of torch.
  ///
  /// Coupling constants keep the precision in which the model was created (`roundsCouplingsToFloat32`), as in
  /// torch.
  /// - Parameter dtype: "float64" or "float32"; the latter rounds to nearest.
  /// - Throws: `.invalidArgument` for another name or when a number exceeds float32.
  public func converted(to dtype: String) throws(MACEError) -> MACEModel {
    guard dtype == "float64" || dtype == "float32" else {
      throw MACEError(.invalidArgument, "'\(dtype)' is not a precision; use float64 or float32")
    }
    var model = self
    model.configuration.dtype = dtype
    for (name, tensor) in tensors {
      switch tensor.element {
      case .int64, .int32, .bool: continue
      case .float64, .float32, .float16, .bfloat16: break
      }
      var values = tensor.values
      if dtype == "float32" {
        values = values.map { Double(Float($0)) }
        guard values.allSatisfy(\.isFinite) else {
          throw MACEError(
            .invalidArgument, "the tensor '\(name)' holds a number too large for float32; keep float64")
        }
      }
      model.tensors[name] = Tensor(
        element: dtype == "float32" ? .float32 : .float64, shape: tensor.shape, values: values,
        isParameter: tensor.isParameter)
    }
    return model
  }
}
