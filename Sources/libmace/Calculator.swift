// The names are those of mace.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CMace
import Diagnostics
import MACE

@c @implementation
public func mace_calculator_create(
  _ model: OpaquePointer?, _ head: UnsafePointer<CChar>?, _ threads: Int32,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> mace_status {
  out?.pointee = nil
  return status { () throws(MACEError) in
    let out = try required(out, "out")
    let model = try ModelHandle.at(model)
    let calculator = try Calculator(
      model.potential, head: head.map { String(cString: $0) }, threads: try checkedThreads(threads), skin: 0.5
    )
    out.pointee = CalculatorHandle(calculator).retained()
  }
}

@c @implementation
public func mace_calculator_free(_ calculator: OpaquePointer?) {
  if let calculator { CalculatorHandle.release(calculator) }
}

@c @implementation
public func mace_calculator_reset(_ calculator: OpaquePointer?) -> mace_status {
  status { () throws(MACEError) in
    try CalculatorHandle.at(calculator).use { (calculator) throws(MACEError) in calculator.reset() }
  }
}

@c @implementation
public func mace_calculator_workspace_bytes(_ calculator: OpaquePointer?) -> Int64 {
  fact(or: -1) { () throws(MACEError) in
    try CalculatorHandle.at(calculator).use { (calculator) throws(MACEError) in
      Int64(calculator.totalBytes)
    }
  }
}
