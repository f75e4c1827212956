import Diagnostics
import Equivariance

extension ModelReader {
  struct LinearMap {
    var input: Irreps
    var output: Irreps
  }

  /// Reads an e3nn `Linear` and verifies that it is the map of `1/√fan_in` paths between all equal irreps.
  /// - Parameters:
  ///   - input: what its input must be (up to the order-preserving merge of equal neighbours).
  ///   - output: what its output must be, when that is known.
  ///   - bias: it may have a bias on its scalars.
  @discardableResult
  mutating func linear(
    _ parent: ModuleView, _ name: String, from input: Irreps? = nil, to output: Irreps? = nil,
    bias: Bool = false
  ) throws(MACEError) -> LinearMap {
    let module = try parent.module(name, "Linear")
    guard module.className == "e3nn.o3._linear.Linear" else {
      throw module.unsupported("a \(module.className)")
    }
    try module.allow(
      attributes: [
        "internal_weights", "shared_weights", "irreps_in", "irreps_out", "instructions", "weight_numel",
        "bias_numel",
      ], tensors: ["weight", "bias", "output_mask"])
    try module.require(try module.flag("internal_weights", default: true), "'internal_weights' = False")
    try module.require(try module.flag("shared_weights", default: true), "'shared_weights' = False")
    let map = LinearMap(input: try module.irreps("irreps_in"), output: try module.irreps("irreps_out"))
    if let input, input.merged != map.input.merged {
      throw module.damaged("its input is \(map.input), but \(input) arrive")
    }
    if let output, output.merged != map.output.merged {
      throw module.damaged("its output is \(map.output) instead of \(output)")
    }
    let count = try verifyLinearPaths(module, map, bias: bias)
    if count.weights > 0 { try keep("weight", of: module, shape: [count.weights]) }
    if count.biases > 0 { try keep("bias", of: module, shape: [count.biases]) }
    return map
  }

  private func verifyLinearPaths(
    _ module: ModuleView, _ map: LinearMap, bias: Bool
  ) throws(MACEError) -> (weights: Int, biases: Int) {
    var fanIn = [Int](repeating: 0, count: map.output.blocks.count)
    var expected: [(Int, Int)] = []
    for (i, a) in map.input.blocks.enumerated() {
      for (o, b) in map.output.blocks.enumerated() where a.irrep == b.irrep {
        expected.append((i, o))
        fanIn[o] += a.multiplicity
      }
    }
    var weights = 0
    var biases = 0
    var next = expected.makeIterator()
    for value in try module.list("instructions") {
      guard let fields = module.arguments(value, of: "Instruction"), fields.count == 4,
        case .int(let i) = fields[0],
        case .int(let o) = fields[1], case .float(let weight) = fields[3], fanIn.indices.contains(o)
      else { throw module.damaged("an instruction is malformed") }
      let block = map.output.blocks[o]
      if i == -1 {
        guard bias else { throw module.unsupported("a bias") }
        guard block.irrep == Irrep(l: 0, parity: 1), weight == 1 else {
          throw module.unsupported("this bias")
        }
        biases += block.multiplicity
        continue
      }
      guard let pair = next.next(), pair == (i, o) else {
        throw module.unsupported("a selection of its paths")
      }
      let shape = try module.integers(in: fields[2], "path_shape")
      let multiplicity = map.input.blocks[i].multiplicity
      guard shape == [multiplicity, block.multiplicity],
        abs(weight * Double(fanIn[o]).squareRoot() - 1) < 1e-6
      else { throw module.unsupported("a path of shape \(shape) and weight \(weight)") }
      weights = try sum(weights, multiplicity, block.multiplicity, module)
    }
    guard next.next() == nil else { throw module.unsupported("a selection of its paths") }
    let scalars = map.output.blocks.filter { $0.irrep == Irrep(l: 0, parity: 1) }.reduce(0) {
      $0 + $1.multiplicity
    }
    guard biases == 0 || biases == scalars else { throw module.unsupported("a bias on some scalars only") }
    if module.attribute("bias_numel") != nil, try module.integer("bias_numel") != biases {
      throw module.damaged("'bias_numel' differs from its instructions")
    }
    if try module.tensorSize("bias").map({ $0 != [biases] }) ?? (biases > 0) {
      throw module.damaged("'bias' does not have \(biases) numbers")
    }
    return (weights, biases)
  }

  func sum(_ total: Int, _ a: Int, _ b: Int, _ module: ModuleView) throws(MACEError) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    let (sum, overflow2) = total.addingReportingOverflow(product)
    guard !overflow, !overflow2 else { throw module.damaged("its dimensions are impossible") }
    return sum
  }

  /// Reads the `FullyConnectedTensorProduct` of features with one-hot elements: weights `[in, elements, out]`
  /// per pair of equal irreps, normalised by `1/√(in · elements)`.
  mutating func elementTensorProduct(
    _ parent: ModuleView, _ name: String, from input: Irreps
  ) throws(MACEError) -> Irreps {
    let module = try parent.module(name, "FullyConnectedTensorProduct")
    try module.allow(
      attributes: [
        "irreps_in1", "irreps_in2", "irreps_out", "instructions", "internal_weights", "shared_weights",
        "weight_numel",
      ], tensors: ["weight", "output_mask"])
    try module.require(try module.flag("internal_weights", default: false), "'internal_weights' = False")
    try module.require(try module.flag("shared_weights", default: false), "'shared_weights' = False")
    let output = try module.irreps("irreps_out")
    guard try module.irreps("irreps_in1") == input, try module.irreps("irreps_in2") == elementIrreps else {
      throw module.damaged("its inputs are not \(input) and \(elementIrreps)")
    }
    var fanIn = [Int](repeating: 0, count: output.blocks.count)
    var expected: [(Int, Int)] = []
    for (i, a) in input.blocks.enumerated() {
      for (o, b) in output.blocks.enumerated() where a.irrep == b.irrep {
        expected.append((i, o))
        fanIn[o] += a.multiplicity * elements
      }
    }
    let instructions = try module.list("instructions")
    guard instructions.count == expected.count else { throw module.unsupported("a selection of its paths") }
    var count = 0
    for (value, (i, o)) in zip(instructions, expected) {
      let path = try tensorPath(value, module)
      let (a, b) = (input.blocks[i], output.blocks[o])
      let norm = (Double(a.irrep.dimension) / Double(max(fanIn[o], 1))).squareRoot()
      guard (path.input, path.second, path.output) == (i, 0, o), path.mode == "uvw",
        path.shape == [a.multiplicity, elements, b.multiplicity], abs(path.weight / norm - 1) < 1e-6
      else {
        throw module.unsupported("a path of mode '\(path.mode)', shape \(path.shape), weight \(path.weight)")
      }
      count = try sum(count, a.multiplicity * elements, b.multiplicity, module)
    }
    if count > 0 { try keep("weight", of: module, shape: [count]) }
    return output
  }

  struct TensorPath {
    var input: Int
    var second: Int
    var output: Int
    var mode: String
    var weight: Double
    var shape: [Int]
  }

  func tensorPath(_ value: PickleValue, _ module: ModuleView) throws(MACEError) -> TensorPath {
    guard let fields = module.arguments(value, of: "Instruction"), fields.count == 7,
      case .int(let a) = fields[0],
      case .int(let b) = fields[1], case .int(let c) = fields[2],
      let mode = module.archive.heap.text(fields[3]),
      case .bool(true) = fields[4], case .float(let weight) = fields[5]
    else { throw module.unsupported("an instruction without weights, or a malformed one,") }
    return TensorPath(
      input: a, second: b, output: c, mode: shortened(mode), weight: weight,
      shape: try module.integers(in: fields[6], "path_shape"))
  }
}

extension Irreps {
  /// Neighbouring blocks of equal irreps merged and empty ones dropped (e3nn's `simplify`). Neither e3nn's
  /// layout of a feature vector nor that of `Linear` weights changes by that.
  var merged: Irreps {
    var result: [Block] = []
    for block in blocks where block.multiplicity > 0 {
      if let last = result.last, last.irrep == block.irrep {
        result[result.count - 1].multiplicity += block.multiplicity
      } else {
        result.append(block)
      }
    }
    return Irreps(result)
  }

  /// All even scalars as one block.
  package var scalars: Irreps {
    let even = Irrep(l: 0, parity: 1)
    let count = blocks.reduce(0) { $0 + ($1.irrep == even ? $1.multiplicity : 0) }
    return Irreps([Block(multiplicity: count, irrep: even)])
  }

  /// No irrep occurs in two blocks.
  var isDistinct: Bool { Set(blocks.map(\.irrep)).count == blocks.count }
}
