import CMace
import Diagnostics
import MACE

/// Reads a structure that begins with its size: members that the caller's header did not have yet are zero,
/// and members that this library does not have must be.
func extensible<Value>(
  _ pointer: UnsafePointer<Value>, empty: Value, _ name: StaticString, initializer: StaticString
) throws(MACEError) -> Value {
  let raw = UnsafeRawPointer(pointer)
  let word = MemoryLayout<Int>.size
  let known = MemoryLayout<Value>.size
  let size = raw.load(as: Int.self)
  // 4 KiB: far beyond any header, near enough to recognise a size that was never set.
  guard size >= 2 * word, size <= 4096, size % word == 0 else {
    throw MACEError(
      .invalidArgument, "\(name)->size is \(size); start from \(initializer), which sets it")
  }
  for offset in stride(from: known, to: size, by: word)
  where raw.load(fromByteOffset: offset, as: Int.self) != 0 {
    throw MACEError(
      .unsupported,
      "\(name) has a member at byte \(offset) that libmace \(MACE_VERSION) does not know; "
        + "install the version that the program was compiled for")
  }
  var value = empty
  withUnsafeMutableBytes(of: &value) {
    $0.copyMemory(from: UnsafeRawBufferPointer(start: raw, count: min(size, known)))
  }
  return value
}

extension mace_outputs {
  static func at(_ pointer: UnsafePointer<mace_outputs>?) throws(MACEError) -> mace_outputs {
    try extensible(
      try required(pointer, "outputs"), empty: mace_outputs(), "outputs", initializer: "MACE_OUTPUTS_INIT")
  }

  /// The properties that have to be computed.
  var properties: Properties {
    var properties: Properties = []
    if forces != nil { properties.insert(.forces) }
    if virial != nil || stress != nil { properties.insert(.virial) }
    if atomic_virials != nil { properties.insert(.atomicVirials) }
    if heat_flux_virials != nil { properties.insert(.heatFluxVirials) }
    return properties
  }

  /// Copies the results for `local` atoms among `nodes` to the caller: all of them, or none and an error.
  func write(_ evaluation: Evaluation, local: Int, nodes: Int) throws(MACEError) {
    if stress != nil, evaluation.stress == nil { throw .stressWithoutVolume }
    let arrays = [
      (stress, evaluation.stress ?? [], 9, "stress"),
      (virial, evaluation.virial, 9, "virial"),
      (atomic_energies, evaluation.atomicEnergies, local, "atomic energies"),
      (atomic_virials, evaluation.atomicVirials, 9 * nodes, "atomic virials"),
      (heat_flux_virials, evaluation.heatFluxVirials, 9 * nodes, "heat flux virials"),
    ]
    for (pointer, values, count, name) in arrays where pointer != nil && values.count != count {
      throw MACEError(.internal, "\(values.count) numbers of \(name) instead of \(count)")
    }
    guard forces == nil || evaluation.forces.count == nodes else {
      throw MACEError(.internal, "\(evaluation.forces.count) forces instead of \(nodes)")
    }
    for (pointer, values, count, _) in arrays { pointer?.update(from: values, count: count) }
    if let forces {
      for (node, force) in evaluation.forces.enumerated() {
        forces[3 * node] = force.x
        forces[3 * node + 1] = force.y
        forces[3 * node + 2] = force.z
      }
    }
    energy?.pointee = evaluation.energy
    interaction_energy?.pointee = evaluation.interactionEnergy
  }
}

extension MACEError {
  static let stressWithoutVolume = MACEError(
    .geometry,
    "the stress needs a cell that is periodic in all three directions; ask for the virial instead"
  )
}
