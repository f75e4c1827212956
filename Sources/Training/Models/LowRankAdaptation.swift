import Checkpoint
import Diagnostics
import Equivariance

/// LoRA as mace-torch's `--lora`: only low-rank changes of linear maps and networks are trained.
///
/// Every e3nn `Linear` (per pair of equal irreps) and every matrix of a radial or density network W gets the
/// effective value W + s · A B with A and B of `rank` columns and rows; all other parameters, biases too, stay.
/// s is alpha / rank for networks; for e3nn's maps √rank smaller, since e3nn normalises the map B as well.
/// A starts at random (N(0, 1) in e3nn's maps, N(0, 10⁻⁶) in networks), B at zero.
///
/// The optimizer works on `layout` and `initialParameters`; the engine on `base`, with `effectiveWeights` and
/// `pullBack` between them. After training, the effective weights are ordinary weights.
public struct LowRankAdaptation: Sendable {
  /// The adapted model's own parameters, which the engine knows.
  public let base: ParameterLayout
  /// What is trained, under mace-torch's names and in its order.
  public let layout: ParameterLayout
  public let initialParameters: [Double]

  private let rank: Int
  private let frozenWeights: [Double]
  private let products: [LowRankProduct]

  /// - Throws: `.invalidArgument` for a rank outside 1...1024 or an alpha that is not positive.
  public init(_ model: MACEModel, rank: Int = 4, alpha: Double = 1, seed: UInt64) throws(MACEError) {
    guard (1...1024).contains(rank) else {
      throw MACEError(.invalidArgument, "lora_rank = \(rank): use 1 to 1024")
    }
    guard alpha > 0, alpha.isFinite else {
      throw MACEError(.invalidArgument, "lora_alpha = \(alpha): it must be positive")
    }
    base = ParameterLayout(model)
    let roles = Dictionary(uniqueKeysWithValues: model.parameterSlots.map { ($0.name, $0.role) })
    var builder = LowRankBuilder(rank: rank, scale: alpha / Double(rank))
    for entry in base.entries { builder.adapt(entry, roles[entry.name] ?? .other) }
    self.rank = rank
    frozenWeights = model.parameters(base)
    products = builder.products
    layout = ParameterLayout(builder.slots.map { ($0.name, $0.shape) })
    initialParameters = builder.slots.flatMap { $0.initialValues(seed: seed) }
  }

  /// W + s · A B in the order of `base`.
  public func effectiveWeights(_ parameters: [Double]) -> [Double] {
    precondition(parameters.count == layout.count)
    var weights = frozenWeights
    for p in products {
      for i in 0..<p.rows {
        for r in 0..<rank {
          let a = p.factor * parameters[p.left + i * rank + r]
          for j in 0..<p.columns {
            weights[p.weight + i * p.columns + j] += a * parameters[p.right + r * p.columns + j]
          }
        }
      }
    }
    return weights
  }

  /// ∂L/∂(A, B) in the order of `layout`, from ∂L/∂W in the order of `base`.
  public func pullBack(_ gradient: [Double], at parameters: [Double]) -> [Double] {
    precondition(parameters.count == layout.count && gradient.count == base.count)
    var result = [Double](repeating: 0, count: layout.count)
    for p in products {
      for i in 0..<p.rows {
        for r in 0..<rank {
          let a = p.factor * parameters[p.left + i * rank + r]
          var sum = 0.0
          for j in 0..<p.columns {
            let g = gradient[p.weight + i * p.columns + j]
            sum += g * parameters[p.right + r * p.columns + j]
            result[p.right + r * p.columns + j] += a * g
          }
          result[p.left + i * rank + r] += p.factor * sum
        }
      }
    }
    return result
  }
}

/// W[rows, columns] at `weight` += factor · left[rows, rank] at `left` × right[rank, columns] at `right`.
private struct LowRankProduct {
  var weight: Int, left: Int, right: Int
  var rows: Int, columns: Int
  var factor: Double
}

private struct LowRankBuilder {
  let rank: Int
  let scale: Double
  var slots: [ParameterSlot] = []
  var products: [LowRankProduct] = []
  private var count = 0

  init(rank: Int, scale: Double) {
    self.rank = rank
    self.scale = scale
  }

  mutating func adapt(_ entry: ParameterLayout.Entry, _ role: ParameterSlot.Role) {
    let module = String(entry.name.dropLast(".weight".count))
    let (weight, shape) = (entry.range.lowerBound, entry.shape)
    switch role {
    case .other: return
    case .linear(let a, let b): linear(module, weight, a, b)
    case .layer:
      let left = add("\(module).lora_A", [shape[0], rank], 1e-3)
      let right = add("\(module).lora_B", [rank, shape[1]], 0)
      products.append(
        .init(weight: weight, left: left, right: right, rows: shape[0], columns: shape[1], factor: scale))
    case .torchLinear:
      let right = add("\(module).lora_A.weight", [rank, shape[1]], 1e-3)
      let left = add("\(module).lora_B.weight", [shape[0], rank], 0)
      products.append(
        .init(weight: weight, left: left, right: right, rows: shape[0], columns: shape[1], factor: scale))
    }
  }

  /// A maps to `rank` copies of every irrep that input and output share, sorted; B maps these to the output.
  private mutating func linear(_ module: String, _ weight: Int, _ a: Irreps, _ b: Irreps) {
    let shared = Set(a.blocks.map(\.irrep)).intersection(b.blocks.map(\.irrep))
      .sorted { ($0.l, $0.parity) < ($1.l, $1.parity) }
    let inputs = a.blocks.filter { shared.contains($0.irrep) }
    let outputs = shared.flatMap { irrep in b.blocks.indices.filter { b.blocks[$0].irrep == irrep } }
    let width = inputs.reduce(0) { $0 + $1.multiplicity }
    var left = add("\(module).lora_A.weight", [width * rank], 1)
    let right = add(
      "\(module).lora_B.weight", [outputs.reduce(0) { $0 + b.blocks[$1].multiplicity } * rank], 0)
    var starts: [Int: Int] = [:]
    var next = right
    for o in outputs {
      starts[o] = next
      next += rank * b.blocks[o].multiplicity
    }
    var place = weight
    for x in inputs {
      for (o, y) in b.blocks.enumerated() where y.irrep == x.irrep {
        products.append(
          .init(
            weight: place, left: left, right: starts[o] ?? right, rows: x.multiplicity,
            columns: y.multiplicity, factor: scale / Double(rank).squareRoot()))
        place += x.multiplicity * y.multiplicity
      }
      left += x.multiplicity * rank
    }
  }

  /// The place of a new parameter's first number.
  private mutating func add(_ name: String, _ shape: [Int], _ deviation: Double) -> Int {
    let slot = ParameterSlot(
      name: name, shape: shape,
      distribution: deviation > 0 ? .normal(deviation: deviation) : .constant(0), role: .other)
    slots.append(slot)
    defer { count += slot.count }
    return count
  }
}
