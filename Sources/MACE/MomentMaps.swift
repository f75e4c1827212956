import Checkpoint
import Diagnostics
import Equivariance
import KernelInterface

/// The first layer by moments of the neighbours' density.
///
/// What a first layer's edges carry depends on nothing but the distance and the species of the sender, h_z. Few functions
/// B_q make all path weights (see `MomentBasis`), and so the sums over edges can be taken before any channel appears,
///
///     a[z][q][lm]  = Σ_{j of species z} B_q(r_ij) f(r_ij) Y_lm(r_ij)
///     L(M)[w][lm]  = Σ_z Σ_q C_z[q][w] a[z][q][lm],   C_z[q][w] = Σ_k P[q][lk] h_z[k] W_l[k][w]
///
/// with the linear map W of the messages: 64 functions for an edge in place of 4 × 128 path weights, and one matrix
/// product for all edges of an atom. C differs between receivers where the radial functions do.
struct MomentMaps<Weight: PlainScalar>: @unchecked Sendable {
  /// More bytes of maps than this are not used.
  static var byteLimit: Int { 128 << 20 }

  /// Rows (l, m) of the moments of one species, q is the channel.
  let layout: FeatureLayout
  /// The convolution's tiles as one path: all of them read B.
  let tiles: Buffer<ConvolutionTile>
  /// Spline coefficients of B for each radial table that was met, [coefficient][layout.channels].
  private(set) var functions: [Buffer<Weight>?] = []
  /// Tables whose path weights are not made of so few functions.
  private var insufficient: Set<Int> = []
  /// [table][sender species] C, of those that were met.
  private var maps: [LinearMap<Weight>?] = []
  private let elements: Int

  /// - Parameter elements: the number of species.
  init(_ layer: InteractionLayer<Weight>, elements: Int) {
    self.elements = elements
    layout = FeatureLayout(
      Irreps(
        layer.message.irreps.blocks.map {
          .init(multiplicity: layer.radialNetwork.rank, irrep: $0.irrep)
        }))
    let plan = layer.convolution
    tiles = Buffer(
      (0..<plan.tileCount).map { k in
        var tile = plan.tiles.base[k]
        tile.isFirst = k == 0
        return tile
      })
  }

  /// C of edges with this table from senders of a species.
  func map(table: Int, sender z: Int) -> LinearMap<Weight>? { maps[table * elements + z] }

  /// Whether all pairs of these species have maps, which are not too large to be used.
  func cover(_ species: [Int], _ tables: RadialTables<Weight>) -> Bool {
    var used: Set<Int> = []
    for i in species {
      for z in species {
        let table = Int(tables.lookup[i * elements + z])
        guard table >= 0, table * elements + z < maps.count, maps[table * elements + z] != nil else {
          return false
        }
        used.insert(table * elements + z)
      }
    }
    return used.reduce(0) { $0 + (maps[$1]?.bytes ?? 0) } <= Self.byteLimit
  }

  /// Of a map, for one receiver.
  static func multiplyAdds(_ layer: InteractionLayer<Weight>) -> Int {
    layer.messageLinear.multiplyAdds / layer.sender.channels * paddedToVectors(layer.radialNetwork.rank)
  }

  /// Adds the maps of all pairs of the given species that have tables.
  mutating func complete(
    for species: [Int], _ layer: InteractionLayer<Weight>, _ model: MACEModel, _ tables: RadialTables<Weight>,
    _ data: [SpeciesData<Weight>?], basis: (_ table: Int, _ limit: Int) -> (MomentBasis, Buffer<Double>)?
  ) throws(MACEError) {
    while functions.count < tables.tables.count {
      functions.append(nil)
      maps += Array(repeating: nil, count: elements)
    }
    let weights = try model.values(layer.messageWeights)
    for index in tables.tables.indices where !insufficient.contains(index) {
      let senders = species.filter { z in
        maps[index * elements + z] == nil && species.contains { tables.lookup[$0 * elements + z] == index }
      }
      if senders.isEmpty { continue }
      guard let (basis, coefficients) = basis(index, layout.irreps.blocks.first?.multiplicity ?? 0) else {
        insufficient.insert(index)
        continue
      }
      functions[index] = padded(coefficients, tables.tables[index].grid.coefficientCount, basis.rank)
      for z in senders { maps[index * elements + z] = data[z].map { map(layer, basis, sender: $0, weights) } }
    }
  }

  private func padded(_ coefficients: Buffer<Double>, _ n: Int, _ rank: Int) -> Buffer<Weight> {
    let result = Buffer<Weight>(n * layout.channels)
    for k in 0..<n {
      for q in 0..<rank { result.base[k * layout.channels + q] = Weight(coefficients.base[k * rank + q]) }
    }
    return result
  }

  private func map(
    _ layer: InteractionLayer<Weight>, _ basis: MomentBasis, sender: SpeciesData<Weight>, _ weights: [Double]
  ) -> LinearMap<Weight> {
    let output = layer.messageOutput
    let channels = layer.radialNetwork.sliceChannels
    let width = layer.convolution.pathCount * channels
    let rank = layout.irreps.blocks.first?.multiplicity ?? 0
    var flat: [Double] = []
    var offset = 0
    for (a, x) in layer.message.irreps.blocks.enumerated() {
      let path = layer.configuration.paths.firstIndex { $0.output == a } ?? 0
      for y in output.irreps.blocks where y.irrep == x.irrep {
        let fanIn = layer.message.irreps.blocks.reduce(0) { $0 + ($1.irrep == y.irrep ? $1.multiplicity : 0) }
        let norm = layer.messageScale / Double(fanIn).squareRoot()
        var block = [Double](repeating: 0, count: rank * y.multiplicity)
        for q in 0..<basis.rank {
          for u in 0..<x.multiplicity {
            let factor =
              norm * basis.projection[q * width + path * channels + u] * Double(sender.senderRow.base[u])
            for w in 0..<y.multiplicity {
              block[q * y.multiplicity + w] += factor * weights[offset + u * y.multiplicity + w]
            }
          }
        }
        flat += block
        offset += x.multiplicity * y.multiplicity
      }
    }
    return LinearMap(layout, output, unscaled: flat)
  }
}
