import Atomistics
import Diagnostics

/// A count of atoms that can be indexed with Int32.
func checked(_ count: Int64, _ name: StaticString) throws(MACEError) -> Int {
  guard count >= 0, count <= Int64(Int32.max) else {
    throw MACEError(.invalidArgument, "\(name) is \(count); it must be 0 ... \(Int32.max)")
  }
  return Int(count)
}

func checkedThreads(_ threads: Int32) throws(MACEError) -> Int {
  guard threads >= 1, threads <= 1024 else {
    throw MACEError(.invalidArgument, "threads is \(threads); it must be 1 ... 1024")
  }
  return Int(threads)
}

/// A copy of an array of the caller, who may pass NULL when it is empty.
func array<Element>(
  _ pointer: UnsafePointer<Element>?, _ count: Int, _ name: StaticString
) throws(MACEError) -> [Element] {
  guard count > 0 else { return [] }
  return Array(UnsafeBufferPointer(start: try required(pointer, name), count: count))
}

/// [count][3] numbers as vectors.
func vectors(
  _ pointer: UnsafePointer<Double>?, _ count: Int, _ name: StaticString
) throws(MACEError) -> [SIMD3<Double>] {
  guard count > 0 else { return [] }
  let values = try required(pointer, name)
  return (0..<count).map { SIMD3(values[3 * $0], values[3 * $0 + 1], values[3 * $0 + 2]) }
}

/// The atoms as the caller of `mace_evaluate` describes them.
func structure(
  _ n: Int64, _ atomicNumbers: UnsafePointer<Int32>?, _ positions: UnsafePointer<Double>?,
  _ cell: UnsafePointer<Double>?, _ pbc: UnsafePointer<Int32>?
) throws(MACEError) -> Structure {
  let count = try checked(n, "n")
  let numbers = try array(atomicNumbers, count, "atomic_numbers").map { Int($0) }
  let positions = try vectors(positions, count, "positions")
  let periodicity = pbc.map { Periodicity($0[0] != 0, $0[1] != 0, $0[2] != 0) }
  guard let cell else {
    if let periodicity, periodicity.isAny {
      throw MACEError(
        .invalidArgument, "pbc asks for periodicity, but cell is NULL; pass the lattice vectors")
    }
    return Structure(atomicNumbers: numbers, positions: positions)
  }
  let rows = try vectors(cell, 3, "cell")
  return Structure(
    atomicNumbers: numbers, positions: positions, cell: Cell(rows[0], rows[1], rows[2]),
    pbc: periodicity ?? .all)
}
