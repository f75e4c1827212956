// The names are those of mace.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CMace
import Diagnostics
import MACE

@c @implementation
public func mace_evaluate_neighbors(
  _ calculator: OpaquePointer?, _ n_local: Int64, _ n_ghost: Int64, _ species: UnsafePointer<Int32>?,
  _ positions: UnsafePointer<Double>?, _ offsets: UnsafePointer<Int64>?, _ neighbors: UnsafePointer<Int32>?,
  _ exchange: UnsafePointer<mace_exchange>?, _ outputs: UnsafePointer<mace_outputs>?
) -> mace_status {
  status { () throws(MACEError) in
    try CalculatorHandle.at(calculator).use { (calculator) throws(MACEError) in
      let outputs = try mace_outputs.at(outputs)
      if outputs.stress != nil {
        throw MACEError(
          .geometry,
          "the stress needs a volume, which only the host knows; ask for the virial: stress = -W / V")
      }
      let local = try checked(n_local, "n_local")
      let ghosts = try checked(n_ghost, "n_ghost")
      let nodes = try checked(Int64(local + ghosts), "n_local + n_ghost")
      let starts = try rowStarts(offsets, local, nodes)
      let graph = NeighborGraph(
        localCount: local, species: try array(species, nodes, "species"),
        positions: try vectors(positions, nodes, "positions"), offsets: starts,
        neighbors: try array(neighbors, starts[local], "neighbors"))
      let evaluation = try calculator.evaluate(
        graph, outputs.properties, exchange: try callbacks(exchange))
      try outputs.write(evaluation, local: local, nodes: nodes)
    }
  }
}

/// The offsets, of which nothing may be wrong, since they say how far the neighbours are read.
private func rowStarts(
  _ offsets: UnsafePointer<Int64>?, _ local: Int, _ nodes: Int
) throws(MACEError) -> [Int] {
  if local == 0, offsets == nil { return [0] }
  let starts = try array(offsets, local + 1, "offsets").map { Int($0) }
  guard starts[0] == 0 else {
    throw MACEError(.invalidArgument, "offsets[0] is \(starts[0]); it must be 0")
  }
  for atom in 0..<local {
    let (start, end) = (starts[atom], starts[atom + 1])
    guard end >= start else {
      throw MACEError(
        .invalidArgument,
        "offsets[\(atom + 1)] is \(end), less than offsets[\(atom)] = \(start); the neighbours of atom i are "
          + "neighbors[offsets[i]] ... neighbors[offsets[i + 1] - 1]")
    }
    guard end - start < nodes else {
      throw MACEError(
        .invalidArgument,
        "offsets give atom \(atom) \(end - start) neighbours, but there are only \(nodes - 1) other nodes")
    }
  }
  return starts
}

private func callbacks(_ pointer: UnsafePointer<mace_exchange>?) throws(MACEError) -> Exchange? {
  guard let pointer else { return nil }
  let exchange = try extensible(
    pointer, empty: mace_exchange(), "exchange", initializer: "MACE_EXCHANGE_INIT")
  let forward = try required(exchange.forward, "exchange->forward")
  let reverse = try required(exchange.reverse, "exchange->reverse")
  let context = exchange.context
  return Exchange(
    forward: { (rows, width, elementSize) throws(MACEError) in
      try call(forward, "forward", context, rows, width, elementSize)
    },
    reverse: { (rows, width, elementSize) throws(MACEError) in
      try call(reverse, "reverse", context, rows, width, elementSize)
    })
}

private func call(
  _ callback: mace_exchange_callback, _ name: StaticString, _ context: UnsafeMutableRawPointer?,
  _ rows: UnsafeMutableRawPointer, _ width: Int, _ elementSize: Int
) throws(MACEError) {
  let answer = callback(context, rows, Int64(width), Int32(elementSize))
  guard answer == 0 else {
    throw MACEError(.cancelled, "exchange->\(name) returned \(answer): the evaluation was ended as asked")
  }
}
