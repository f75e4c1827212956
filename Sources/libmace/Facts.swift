// The names are those of mace.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CMace
import Diagnostics
import MACE

@c @implementation
public func mace_model_cutoff(_ model: OpaquePointer?) -> Double {
  fact(or: .nan) { () throws(MACEError) in try ModelHandle.at(model).potential.cutoff }
}

@c @implementation
public func mace_model_layer_count(_ model: OpaquePointer?) -> Int32 {
  count { () throws(MACEError) in try ModelHandle.at(model).potential.layerCount }
}

@c @implementation
public func mace_model_receptive_field(_ model: OpaquePointer?) -> Double {
  fact(or: .nan) { () throws(MACEError) in try ModelHandle.at(model).potential.receptiveField }
}

@c @implementation
public func mace_model_element_count(_ model: OpaquePointer?) -> Int32 {
  count { () throws(MACEError) in try ModelHandle.at(model).potential.atomicNumbers.count }
}

@c @implementation
public func mace_model_atomic_number(_ model: OpaquePointer?, _ species: Int32) -> Int32 {
  count { () throws(MACEError) in
    try element(species, of: ModelHandle.at(model).potential.atomicNumbers, "species")
  }
}

@c @implementation
public func mace_model_species(_ model: OpaquePointer?, _ atomic_number: Int32) -> Int32 {
  count { () throws(MACEError) in
    try ModelHandle.at(model).potential.species(ofAtomicNumber: Int(atomic_number)) ?? -1
  }
}

@c @implementation
public func mace_model_head_count(_ model: OpaquePointer?) -> Int32 {
  count { () throws(MACEError) in try ModelHandle.at(model).heads.count }
}

@c @implementation
public func mace_model_head_name(_ model: OpaquePointer?, _ index: Int32) -> UnsafePointer<CChar>? {
  fact(or: nil) { () throws(MACEError) in
    UnsafePointer(try element(index, of: ModelHandle.at(model).heads, "head"))
  }
}

@c @implementation
public func mace_model_parameter_count(_ model: OpaquePointer?) -> Int64 {
  fact(or: -1) { () throws(MACEError) in Int64(try ModelHandle.at(model).potential.parameterCount) }
}

@c @implementation
public func mace_model_dtype(_ model: OpaquePointer?) -> UnsafePointer<CChar>? {
  fact(or: nil) { () throws(MACEError) in UnsafePointer(try ModelHandle.at(model).dtype) }
}

@c @implementation
public func mace_model_precision(_ model: OpaquePointer?) -> mace_precision {
  fact(or: MACE_PRECISION_IN_FILE) { () throws(MACEError) in
    switch try ModelHandle.at(model).potential.precision {
    case .float64: MACE_PRECISION_FLOAT64
    case .float32: MACE_PRECISION_FLOAT32
    }
  }
}

@c @implementation
public func mace_model_instruction_set(_ model: OpaquePointer?) -> UnsafePointer<CChar>? {
  fact(or: nil) { () throws(MACEError) in UnsafePointer(try ModelHandle.at(model).instructionSet) }
}

@c @implementation
public func mace_model_descriptor_width(_ model: OpaquePointer?, _ invariants_only: Int32) -> Int32 {
  count { () throws(MACEError) in
    let potential = try ModelHandle.at(model).potential
    return invariants_only == 0 ? potential.descriptorWidth : potential.invariantDescriptorWidth
  }
}

private func count(_ body: () throws(MACEError) -> Int) -> Int32 {
  fact(or: -1) { () throws(MACEError) in Int32(clamping: try body()) }
}

private func element<Element>(
  _ index: Int32, of list: [Element], _ name: StaticString
) throws(MACEError) -> Element {
  guard list.indices.contains(Int(index)) else {
    throw MACEError(.invalidArgument, "\(name) \(index) does not exist; the model has \(list.count)")
  }
  return list[Int(index)]
}
