import Checkpoint
import Diagnostics

extension MACEModel {
  /// The tensor of that name.
  func tensor(_ name: String) throws(MACEError) -> Tensor {
    guard let tensor = tensors[name] else { throw MACEError(.format, "the model has no tensor '\(name)'") }
    return tensor
  }

  func values(_ name: String) throws(MACEError) -> [Double] { try tensor(name).values }

  /// The values of a tensor that must have `count` numbers.
  func values(_ name: String, count: Int) throws(MACEError) -> [Double] {
    let values = try values(name)
    guard values.count == count else {
      throw MACEError(.format, "tensor '\(name)' has \(values.count) numbers, \(count) were expected")
    }
    return values
  }

  func scalar(_ name: String) throws(MACEError) -> Double { try values(name, count: 1)[0] }

  /// Covalent radii of the model's elements out of a table by atomic number.
  func radii(_ name: String) throws(MACEError) -> [Double] {
    let table = try values(name)
    return try configuration.atomicNumbers.map { (z) throws(MACEError) in
      guard z >= 0, z < table.count else {
        throw MACEError(.format, "tensor '\(name)' has no entry for atomic number \(z)")
      }
      return table[z]
    }
  }
}
