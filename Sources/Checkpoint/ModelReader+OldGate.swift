import Diagnostics
import Equivariance

extension ModelReader {
  /// e3nn's `Gate`, which mace-torch used in the non-linear interaction block before 0.3.16.
  ///
  /// Its parts must be what `Gate` builds for sorted input `scalars | gates | gated`: a cut into three,
  /// activations, and an element-wise product that multiplies every gated irrep by its gate.
  func e3nnGate(_ module: ModuleView, target: Irreps) throws(MACEError) -> Configuration.Gate {
    try module.allow(
      attributes: ["irreps_scalars", "irreps_gates", "irreps_gated", "_irreps_in", "_irreps_out"],
      modules: ["sc", "act_scalars", "act_gates", "mul"])
    let scalars = try module.irreps("irreps_scalars")
    let gates = try module.irreps("irreps_gates")
    let gated = try module.irreps("irreps_gated")
    let input = try module.irreps("_irreps_in")
    let output = try module.irreps("_irreps_out")
    let copies = gated.blocks.reduce(0) { $0 + $1.multiplicity }
    try module.require(
      scalars.blocks.count == 1 && scalars == scalars.scalars && gates.merged == .scalars(copies)
        && copies > 0
        && !gated.blocks.contains { $0.irrep.l == 0 || $0.multiplicity == 0 } && gated.isDistinct,
      "a gate of \(scalars), \(gates) and \(gated)")
    guard input.merged == Irreps(scalars.blocks + gates.blocks + gated.blocks).merged,
      output.merged == target.merged, output.blocks == scalars.blocks + gated.blocks
    else { throw module.damaged("its irreps \(input) and \(output) do not fit \(target)") }
    try verifyCut(module, scalars: scalars, gates: gates, gated: gated)
    try verifyProduct(module, gated: gated)
    var blocks: [Configuration.Gate.GatedBlock] = []
    var start = scalars.dimension + copies
    var firstGate = 0
    for block in gated.blocks {
      blocks.append(
        .init(
          start: start, multiplicity: block.multiplicity, dimension: block.irrep.dimension,
          firstGate: firstGate))
      start += block.dimension
      firstGate += block.multiplicity
    }
    return Configuration.Gate(
      irrepsIn: input, irrepsOut: output, scalarStart: 0, scalarCount: scalars.dimension,
      gateStart: scalars.dimension, gateCount: copies, gated: blocks,
      scalarActivation: try commonActivation(module, "act_scalars", scalars),
      gateActivation: try commonActivation(module, "act_gates", gates))
  }

  /// The input is cut into scalars, gates and gated features in this order.
  private func verifyCut(
    _ module: ModuleView, scalars: Irreps, gates: Irreps, gated: Irreps
  ) throws(MACEError) {
    let sortcut = try module.module("sc", "_Sortcut")
    try sortcut.allow(attributes: ["irreps_outs", "irreps_in"], modules: ["cut"])
    let cut = try sortcut.module("cut", "Extract")
    try cut.allow(attributes: ["irreps_in", "irreps_outs", "instructions"])
    let input = try cut.irreps("irreps_in")
    var parts: [[Int]] = []
    for item in try cut.list("instructions") { parts.append(try cut.integers(in: item, "instructions")) }
    guard parts.flatMap(\.self) == Array(0..<input.blocks.count), parts.count == 3 else {
      throw cut.unsupported("an input that is not sorted into scalars, gates and gated features")
    }
    for (part, irreps) in zip(parts, [scalars, gates, gated]) {
      guard Irreps(part.map { input.blocks[$0] }).merged == irreps.merged else {
        throw cut.unsupported("an input that is not sorted into scalars, gates and gated features")
      }
    }
  }

  private func verifyProduct(_ module: ModuleView, gated: Irreps) throws(MACEError) {
    let product = try module.module("mul", "ElementwiseTensorProduct")
    try product.allow(
      attributes: [
        "irreps_in1", "irreps_in2", "irreps_out", "instructions", "internal_weights", "shared_weights",
        "weight_numel",
      ], tensors: ["weight", "output_mask"])
    let instructions = try product.list("instructions")
    guard try product.irreps("irreps_in1") == gated, try product.irreps("irreps_out") == gated,
      instructions.count == gated.blocks.count
    else { throw product.unsupported("a product other than one gate per gated irrep") }
    for (k, (value, block)) in zip(instructions, gated.blocks).enumerated() {
      let fields = product.arguments(value, of: "Instruction") ?? []
      guard fields.count == 7, fields[0] == .int(k), fields[1] == .int(k), fields[2] == .int(k),
        product.archive.heap.text(fields[3]) == "uuu", fields[4] == .bool(false),
        case .float(let weight) = fields[5],
        abs(weight / Double(block.irrep.dimension).squareRoot() - 1) < 1e-6
      else { throw product.unsupported("a path other than gate × feature") }
    }
  }

  /// The activation that all blocks share.
  private func commonActivation(
    _ parent: ModuleView, _ name: String, _ irreps: Irreps
  ) throws(MACEError) -> Configuration.Activation {
    let module = try parent.module(name, "Activation")
    try module.allow(attributes: ["irreps_in", "irreps_out", "paths"], modules: ["acts"])
    guard try module.irreps("irreps_in").merged == irreps.merged else {
      throw module.damaged("its input is not \(irreps)")
    }
    var shared: Configuration.Activation?
    for act in try module.children("acts") {
      let activation = try activation(act)
      try act.require(shared == nil || shared == activation, "different activations in one gate")
      shared = activation
    }
    guard let shared else { throw module.unsupported("a gate without activation") }
    return shared
  }
}
