import Diagnostics
import Equivariance

extension ModelReader {
  /// The gate of the non-linear interaction block.
  func gate(_ parent: ModuleView, target: Irreps) throws(MACEError) -> Configuration.Gate {
    let module = try parent.module("equivariant_nonlin", "GatedEquivariantBlock", "Gate")
    return module.kind == "Gate" ? try e3nnGate(module, target: target) : try maceGate(module, target: target)
  }

  /// mace-torch's own `GatedEquivariantBlock` (since 0.3.16).
  private func maceGate(_ module: ModuleView, target: Irreps) throws(MACEError) -> Configuration.Gate {
    try module.allow(attributes: [
      "_layout_is_ir_mul", "_irreps_in", "_irreps_out", "irreps_scalars", "irreps_gates", "irreps_gated",
      "_s_start",
      "_s_len", "_g_start", "_g_len", "_gated_info", "_act_scalar", "_scalar_cst", "_act_gate", "_gate_cst",
    ])
    try module.require(!(try module.flag("_layout_is_ir_mul", default: false)), "the layout ir_mul")
    var gated: [Configuration.Gate.GatedBlock] = []
    let input = try module.irreps("_irreps_in")
    let scalars = (start: try module.integer("_s_start"), count: try module.integer("_s_len"))
    let gates = (start: try module.integer("_g_start"), count: try module.integer("_g_len"))
    for entry in try module.list("_gated_info") {
      let fields = try module.integers(in: entry, "_gated_info")
      guard fields.count == 5, fields.allSatisfy({ (0...1 << 32).contains($0) }),
        fields[1] == fields[2] * fields[3],
        fields[0] + fields[1] <= input.dimension, fields[4] + fields[3] <= gates.count
      else { throw module.damaged("'_gated_info' is inconsistent") }
      gated.append(
        .init(start: fields[0], multiplicity: fields[3], dimension: fields[2], firstGate: fields[4]))
    }
    guard inside(scalars, input.dimension), inside(gates, input.dimension) else {
      throw module.damaged("scalars or gates lie outside of its features")
    }
    let output = try module.irreps("_irreps_out")
    guard output.dimension == scalars.count + gated.reduce(0, { $0 + $1.multiplicity * $1.dimension }),
      output.merged == target.merged
    else { throw module.damaged("its output \(output) does not fit \(target)") }
    return Configuration.Gate(
      irrepsIn: input, irrepsOut: output, scalarStart: scalars.start, scalarCount: scalars.count,
      gateStart: gates.start, gateCount: gates.count, gated: gated,
      scalarActivation: try gateActivation(module, "_act_scalar", "_scalar_cst"),
      gateActivation: try gateActivation(module, "_act_gate", "_gate_cst"))
  }

  private func inside(_ range: (start: Int, count: Int), _ dimension: Int) -> Bool {
    range.start >= 0 && range.count >= 0 && range.start <= dimension && range.count <= dimension - range.start
  }

  private func gateActivation(
    _ module: ModuleView, _ name: String, _ constant: String
  ) throws(MACEError) -> Configuration.Activation {
    let function = try function(try module.function(try module.value(name)), module)
    return .init(function, constant: try module.number(constant))
  }
}
