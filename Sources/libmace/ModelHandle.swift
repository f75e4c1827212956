import CMace
import Diagnostics
import Glibc
import MACE

/// What a `mace_model *` points to: a potential, and its strings in the form that C reads.
final class ModelHandle {
  let potential: Potential
  let heads: [UnsafeMutablePointer<CChar>?]
  let dtype: UnsafeMutablePointer<CChar>?
  let instructionSet: UnsafeMutablePointer<CChar>?

  init(_ potential: Potential) {
    self.potential = potential
    heads = potential.heads.map { strdup($0) }
    dtype = strdup(potential.model.configuration.dtype)
    instructionSet = strdup(potential.instructionSet.rawValue)
  }

  deinit {
    for head in heads { free(head) }
    free(dtype)
    free(instructionSet)
  }

  /// A pointer that keeps the handle alive until `release`.
  func retained() -> OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  static func release(_ pointer: OpaquePointer) {
    Unmanaged<ModelHandle>.fromOpaque(UnsafeRawPointer(pointer)).release()
  }

  static func at(_ pointer: OpaquePointer?) throws(MACEError) -> ModelHandle {
    Unmanaged.fromOpaque(UnsafeRawPointer(try required(pointer, "model"))).takeUnretainedValue()
  }
}
