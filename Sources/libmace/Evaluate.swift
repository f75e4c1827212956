// The names are those of mace.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import Atomistics
import CMace
import Diagnostics
import MACE

@c @implementation
public func mace_evaluate(
  _ calculator: OpaquePointer?, _ n: Int64, _ atomic_numbers: UnsafePointer<Int32>?,
  _ positions: UnsafePointer<Double>?, _ cell: UnsafePointer<Double>?, _ pbc: UnsafePointer<Int32>?,
  _ outputs: UnsafePointer<mace_outputs>?
) -> mace_status {
  status { () throws(MACEError) in
    try CalculatorHandle.at(calculator).use { (calculator) throws(MACEError) in
      let outputs = try mace_outputs.at(outputs)
      let structure = try structure(n, atomic_numbers, positions, cell, pbc)
      if outputs.stress != nil, structure.cell == nil || !structure.pbc.isAll { throw .stressWithoutVolume }
      let evaluation = try calculator.evaluate(structure, outputs.properties)
      try outputs.write(evaluation, local: structure.count, nodes: structure.count)
    }
  }
}

@c @implementation
public func mace_descriptors(
  _ calculator: OpaquePointer?, _ n: Int64, _ atomic_numbers: UnsafePointer<Int32>?,
  _ positions: UnsafePointer<Double>?, _ cell: UnsafePointer<Double>?, _ pbc: UnsafePointer<Int32>?,
  _ invariants_only: Int32, _ descriptors: UnsafeMutablePointer<Double>?
) -> mace_status {
  status { () throws(MACEError) in
    try CalculatorHandle.at(calculator).use { (calculator) throws(MACEError) in
      let structure = try structure(n, atomic_numbers, positions, cell, pbc)
      guard structure.count > 0 else { return }
      let target = try required(descriptors, "descriptors")
      let potential = calculator.potential
      let rows = try calculator.evaluate(structure, .descriptors).descriptors
      let width = potential.descriptorWidth
      guard rows.count == structure.count * width else {
        throw MACEError(
          .internal, "\(rows.count) numbers of descriptors instead of \(structure.count * width)")
      }
      guard invariants_only != 0 else { return target.update(from: rows, count: rows.count) }
      let columns = potential.invariantDescriptorColumns
      for atom in 0..<structure.count {
        for (place, column) in columns.enumerated() {
          target[atom * columns.count + place] = rows[atom * width + column]
        }
      }
    }
  }
}
