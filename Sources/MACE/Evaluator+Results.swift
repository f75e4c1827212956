extension Evaluator {
  /// The results of the last `run`, in eV and Å.
  func collect(_ properties: Properties) -> Evaluation {
    var result = Evaluation()
    let n = graph.localCount, nodes = graph.nodeCount
    result.atomicInteractionEnergies = (0..<n).map { scale * nodeEnergies.base[$0] + shift }
    result.atomicEnergies = (0..<n).map {
      isolatedEnergies[Int(graph.species[$0])] + result.atomicInteractionEnergies[$0]
    }
    result.interactionEnergy = sum(result.atomicInteractionEnergies)
    result.energy = sum(result.atomicEnergies)
    let first = scratch[0]
    if properties.contains(.forces) { result.forces = (0..<nodes).map { first.forces[0].base[$0] * scale } }
    if properties.contains(.virial) {
      // as mace-torch, the derivative with respect to a symmetric strain: the antisymmetric part is round-off,
      // or the tiny rotational variance of couplings that were rounded to float32
      let w = first.virial
      result.virial = (0..<9).map { 0.5 * scale * (w[$0] + w[3 * ($0 % 3) + $0 / 3]) }
    }
    if properties.contains(.atomicVirials) {
      result.atomicVirials = (0..<(9 * nodes)).map { first.atomicVirials.base[$0] * scale }
    }
    if properties.contains(.heatFluxVirials) {
      result.heatFluxVirials = (0..<(9 * nodes)).map {
        first.forces[1 + $0 % 9 / 3].base[$0 / 9][$0 % 3] * -scale
      }
    }
    if properties.contains(.descriptors) { result.descriptors = descriptors() }
    return result
  }

  /// Compensated (Neumaier) sum: the total of 10⁵ atoms keeps all digits.
  private func sum(_ values: [Double]) -> Double {
    var total = 0.0, lost = 0.0
    for x in values {
      let t = total + x
      lost += abs(total) >= abs(x) ? (total - t) + x : (x - t) + total
      total = t
    }
    return total + lost
  }

  /// Outputs h of all layers per atom in e3nn's order, `[block][channel][m]`.
  private func descriptors() -> [Double] {
    var values: [Double] = []
    for i in 0..<graph.localCount {
      for (t, layer) in model.layers.enumerated() {
        let h = outputs[t].base + i * layer.output.width
        for (b, block) in layer.output.irreps.blocks.enumerated() {
          let row = layer.output.firstRow(ofBlock: b)
          for c in 0..<block.multiplicity {
            for m in 0..<block.irrep.dimension {
              values.append(h[(row + m) * layer.output.channels + c].wide.value)
            }
          }
        }
      }
    }
    return values
  }
}
