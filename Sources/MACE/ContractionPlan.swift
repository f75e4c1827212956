import Checkpoint
import Diagnostics
import KernelInterface

/// The symmetric contraction of one layer (mace-torch `SymmetricContraction`) as polynomials in the rows of A,
/// one per component of the product basis, and the recipe for their coefficients per element.
///
/// U_ν[d, i1…iν, p] is summed over the permutations of i1…iν, so that each monomial stands once:
/// coefficient(monomial) = Σ_p U[monomial, p] W_ν[z, p, channel].
final class ContractionPlan: @unchecked Sendable {
  /// One number U times the weight of path `path` in weight tensor `tensor`.
  fileprivate struct Contribution { var tensor: Int32, path: Int32, value: Double }

  let polynomials: Buffer<Polynomial>
  let polynomialCount: Int
  let coefficientCount: Int
  /// Nodes of all polynomials: the multiply–adds of a channel.
  let productCount: Int
  private let nodes: [Buffer<PolynomialNode>]
  private let levels: [Buffer<Int32>]
  /// Contributions of coefficient i: `contributions[starts[i]..<starts[i + 1]]`.
  private var contributions: [Contribution] = []
  private var starts: [Int] = [0]
  /// Weight tensors, [element][path][channel].
  private let weights: [(name: String, paths: Int, channels: Int)]

  init(_ model: MACEModel, layer t: Int) throws(MACEError) {
    let layer = model.configuration.layers[t]
    let rows = layer.targetIrreps.rows
    let channels = layer.targetIrreps.maxMultiplicity
    let elements = layer.agnosticProduct ? 1 : model.configuration.atomicNumbers.count
    var weights: [(name: String, paths: Int, channels: Int)] = []
    var built: [Tree] = []
    for (k, block) in layer.productIrreps.blocks.enumerated() {
      let prefix = "products.\(t).symmetric_contractions.contractions.\(k)."
      let correlation = layer.correlations[k]
      guard correlation <= Polynomial.maxDegree else {
        throw MACEError(
          .unsupported,
          "products.\(t): correlation \(correlation); up to \(Polynomial.maxDegree) is implemented")
      }
      var monomials = [[[Int]: [Contribution]]](repeating: [:], count: block.irrep.dimension)
      for order in 1...correlation {
        let name = order == correlation ? "weights_max" : "weights.\(correlation - 1 - order)"
        let w = try model.tensor(prefix + name)
        let u = try model.tensor(prefix + "U_matrix_\(order)")
        guard let paths = u.shape.last, w.shape == [elements, paths, channels],
          u.count == block.irrep.dimension * Self.power(rows, order) * paths
        else {
          throw MACEError(
            .format, "\(prefix)\(name): shape \(w.shape) does not fit U_matrix_\(order) \(u.shape)")
        }
        let tensor = Int32(weights.count)
        weights.append((prefix + name, paths, channels))
        Self.gather(u.values, order: order, rows: rows, paths: paths, tensor: tensor, into: &monomials)
      }
      for component in monomials { built.append(Tree(component, degree: correlation)) }
    }
    self.weights = weights
    var polynomials: [Polynomial] = []
    var nodes: [Buffer<PolynomialNode>] = []
    var levels: [Buffer<Int32>] = []
    for tree in built {
      let base = starts.count - 1
      for list in tree.coefficients {
        contributions += list
        starts.append(contributions.count)
      }
      let shifted = tree.nodes.map { node -> PolynomialNode in
        var node = node
        if node.coefficient >= 0 { node.coefficient += Int32(base) }
        return node
      }
      nodes.append(Buffer(shifted))
      levels.append(Buffer(tree.levels.map(Int32.init)))
      polynomials.append(
        Polynomial(nodes: nodes.last!.base, levels: levels.last!.base, degree: tree.levels.count - 1))
    }
    self.nodes = nodes
    self.levels = levels
    self.polynomials = Buffer(polynomials)
    polynomialCount = polynomials.count
    coefficientCount = starts.count - 1
    productCount = built.reduce(0) { $0 + $1.nodes.count }
  }

  /// Coefficients of element z for the kernels, `[block of channels][coefficient][lane]`.
  func coefficients<Weight: PlainScalar>(
    _ model: MACEModel, species z: Int, channels: Int
  ) throws(MACEError) -> Buffer<Weight> {
    var values: [[Double]] = []
    for tensor in weights { values.append(try model.values(tensor.name)) }
    let buffer = Buffer<Weight>(paddedToVectors(channels) * coefficientCount)
    let lanes = channelAlignment
    for i in 0..<coefficientCount {
      for c in 0..<channels {
        var sum = 0.0
        for k in starts[i]..<starts[i + 1] {
          let term = contributions[k]
          let w = weights[Int(term.tensor)]
          sum += term.value * values[Int(term.tensor)][(z * w.paths + Int(term.path)) * w.channels + c]
        }
        buffer.base[(c / lanes * coefficientCount + i) * lanes + c % lanes] = Weight(sum)
      }
    }
    return buffer
  }

  /// Adds the gradient of element z's coefficients to that of the weight tensors.
  func pull<Weight: PlainScalar>(
    _ gradient: Buffer<Weight>, species z: Int, channels: Int, to sums: inout [String: [Double]]
  ) {
    let lanes = channelAlignment
    for (k, w) in weights.enumerated() {
      sums.withTensor(w.name) { sum in
        for i in 0..<coefficientCount {
          for term in contributions[starts[i]..<starts[i + 1]] where Int(term.tensor) == k {
            let row = (z * w.paths + Int(term.path)) * w.channels
            for c in 0..<channels {
              let g = gradient.base[(c / lanes * coefficientCount + i) * lanes + c % lanes]
              sum[row + c] += term.value * Double(g)
            }
          }
        }
      }
    }
  }

  private static func power(_ base: Int, _ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { p, _ in p * base }
  }

  /// Adds every non-zero U[d, i1…iν, p] to the monomial of the sorted indices.
  private static func gather(
    _ u: [Double], order: Int, rows: Int, paths: Int, tensor: Int32,
    into monomials: inout [[[Int]: [Contribution]]]
  ) {
    let perComponent = power(rows, order)
    for d in monomials.indices {
      for flat in 0..<perComponent {
        let base = (d * perComponent + flat) * paths
        var key: [Int] = []
        for p in 0..<paths where u[base + p] != 0 {
          if key.isEmpty {
            var rest = flat
            for _ in 0..<order {
              key.append(rest % rows)
              rest /= rows
            }
            key.sort()
          }
          monomials[d][key, default: []].add(u[base + p], path: Int32(p), tensor: tensor)
        }
      }
    }
  }

  /// The prefix tree of a component's monomials, level by level in lexicographic order, so that the children
  /// of a node are consecutive.
  private struct Tree {
    var nodes: [PolynomialNode] = []
    var levels: [Int] = [0]
    var coefficients: [[Contribution]] = []

    init(_ monomials: [[Int]: [Contribution]], degree: Int) {
      var prefixes = [Set<[Int]>](repeating: [], count: degree)
      for key in monomials.keys {
        for k in 1...key.count { prefixes[k - 1].insert(Array(key.prefix(k))) }
      }
      let sorted = prefixes.map { $0.sorted { $0.lexicographicallyPrecedes($1) } }
      for level in 0..<degree {
        let start = levels[level] + sorted[level].count
        levels.append(start)
        var child = 0
        for key in sorted[level] {
          let first = child
          if level + 1 < degree {
            while child < sorted[level + 1].count, Array(sorted[level + 1][child].prefix(level + 1)) == key {
              child += 1
            }
          }
          var coefficient = -1
          if let list = monomials[key] {
            coefficient = coefficients.count
            coefficients.append(list)
          }
          nodes.append(
            PolynomialNode(
              index: key[level], coefficient: coefficient, firstChild: start + first, endChild: start + child)
          )
        }
      }
    }
  }
}

extension Array where Element == ContractionPlan.Contribution {
  /// Adds to the path's number, or appends it.
  fileprivate mutating func add(_ value: Double, path: Int32, tensor: Int32) {
    for k in indices where self[k].path == path && self[k].tensor == tensor {
      self[k].value += value
      return
    }
    append(ContractionPlan.Contribution(tensor: tensor, path: path, value: value))
  }
}
