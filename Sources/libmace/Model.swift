// The names are those of mace.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CMace
import Checkpoint
import Diagnostics
import MACE

@c @implementation
public func mace_model_load(
  _ path: UnsafePointer<CChar>?, _ precision: mace_precision, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> mace_status {
  out?.pointee = nil
  return status { () throws(MACEError) in
    let out = try required(out, "out")
    let path = String(cString: try required(path, "path"))
    out.pointee = try handle(MACEModel(contentsOf: path), precision)
  }
}

@c @implementation
public func mace_model_load_memory(
  _ data: UnsafeRawPointer?, _ size: Int, _ precision: mace_precision,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> mace_status {
  out?.pointee = nil
  return status { () throws(MACEError) in
    let out = try required(out, "out")
    let data = try required(data, "data")
    // A size_t beyond PTRDIFF_MAX arrives here as a negative number.
    guard size >= 0 else {
      throw MACEError(.invalidArgument, "size is larger than any object can be; pass the number of bytes")
    }
    let memory = UnsafeRawBufferPointer(start: data, count: size)
    out.pointee = try handle(MACEModel(memory: memory, name: "model in memory"), precision)
  }
}

@c @implementation
public func mace_model_save(_ model: OpaquePointer?, _ path: UnsafePointer<CChar>?) -> mace_status {
  status { () throws(MACEError) in
    let model = try ModelHandle.at(model)
    try model.potential.model.write(safetensors: String(cString: try required(path, "path")))
  }
}

@c @implementation
public func mace_model_free(_ model: OpaquePointer?) {
  if let model { ModelHandle.release(model) }
}

/// A handle of `model`, retained for the caller.
func handle(_ model: MACEModel, _ choice: mace_precision) throws(MACEError) -> OpaquePointer {
  let precision: Precision
  switch choice {
  case MACE_PRECISION_IN_FILE: precision = model.configuration.dtype == "float32" ? .float32 : .float64
  case MACE_PRECISION_FLOAT64: precision = .float64
  case MACE_PRECISION_FLOAT32: precision = .float32
  default:
    throw MACEError(
      .invalidArgument, "precision is \(choice.rawValue); use one of the MACE_PRECISION_ constants")
  }
  return ModelHandle(try Potential(model, precision: precision)).retained()
}
