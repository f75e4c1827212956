import Equivariance
import Glibc
import KernelInterface

/// Everything one thread writes to while it works on a block of receivers. Nothing here grows with the number
/// of atoms but the accumulators of forces and adjoints.
final class ThreadScratch<Element: FeatureScalar> {
  static var blockSize: Int { 32 }
  /// Bytes of a tile's weights of one path.
  static var pathBytes: Int { 256 << 10 }

  typealias Weight = Element.Weight
  typealias Wide = Element.Wide

  let tile: EdgeTile<Wide>
  // a block of atoms, sorted by species, and rows of one block
  let atoms = Buffer<Int>(blockSize)
  let messages: Buffer<Element>
  let targets: Buffer<Element>
  let targetsNext: Buffer<Element>
  let gates: Buffer<Element>
  let gatesNext: Buffer<Element>
  let products: Buffer<Element>
  /// What the gradient of a linear map behind others needs once more.
  let unmixed: Buffer<Element>
  let gateOffsets = Buffer<Int>(blockSize)
  let density = Buffer<Wide>(blockSize)
  let densityAdjoint = Buffer<Wide>(blockSize)
  // offsets of a block's rows in various buffers
  let inOffsets = Buffer<Int>(blockSize)
  let outOffsets = Buffer<Int>(blockSize)
  let rows = RowTables()
  // a tile of edges: rows of the networks, and path weights of one path
  let input: Buffer<Element>
  let inputAdjoint: Buffer<Element>
  let densityInputAdjoint: Buffer<Element>
  let exactWeights: Buffer<Element>
  let exactAdjoints: Buffer<Element>
  let exactDensities: Buffer<Element>
  let splines: EdgeSplines<Element>
  let weights: Buffer<Element>
  let weightAdjoints: Buffer<Element>
  let densities: Buffer<Element>
  let couplings: Buffer<Element>
  let couplingAdjoints: Buffer<Element>
  let harmonicNorms: Buffer<Double>
  /// ∂e/∂u [x, y, z][tile.stride], ∂e/∂f of each edge, and what the kernel of the couplings works in.
  let directionAdjoints: Buffer<Wide>
  let factorAdjoints: Buffer<Wide>
  let couplingScratch: Buffer<Wide>
  let senders: Buffer<UnsafePointer<Element>>
  let senderAdjoints: Buffer<UnsafeMutablePointer<Element>>
  let radialTapes: [EdgeNetwork<Weight>.Tape<Element>]
  let densityTapes: [EdgeNetwork<Weight>.Tape<Element>?]
  // moments of the first layer: [slot][row][q], the slot of each receiver and species, the constant "sender", offsets
  let moments = Buffer<Element>()
  let momentSlots: Buffer<Int32>
  let momentSender: Buffer<Element>
  let momentOffsets = Buffer<Int>(blockSize)
  // contraction
  let contraction: Buffer<Element>
  let inRows = Buffer<UnsafePointer<Element>>(4)
  let gradientRows = Buffer<UnsafePointer<Element>>(4)
  let outRows = Buffer<UnsafeMutablePointer<Element>>(4)
  let readout: Buffer<Wide>
  /// ∂e/∂S of each edge of a tile, when it is needed by itself.
  let edgeAdjoints = Buffer<Element>()
  /// The way back that is being gone, see `Evaluator+HeatFlux.swift`.
  var pass = 0
  // accumulators: forces [pass][node], ∂e/∂S [pass][layer][node]
  let forces: [Buffer<SIMD3<Double>>]
  let senderGradients: [[Buffer<Element>]]
  let atomicVirials = Buffer<Double>()
  /// ∂e/∂sc of the first layer, summed over the atoms of each species.
  let selfConnections = Buffer<Element>()
  var virial = [Double](repeating: 0, count: 9)
  /// The gradient of the parameters, when it is wanted.
  var gradient: ModelGradient<Weight>?
  /// Two nodes at one point, if the thread met any.
  var coincident: (Int, Int)?
  // profile
  var isProfiling = false
  var times = [Double](repeating: 0, count: Stage.allCases.count)
  /// Seconds per layer, forward and backward.
  var layerTimes: [LayerTime]
  /// The layer that laps are counted for.
  var layer = 0
  private var lastLap = 0.0

  init(_ model: CompiledModel<Weight>, readouts: [ReadoutHead], usesTables: Bool) {
    let block = Self.blockSize, layers = model.layers, networkSize = EdgeTile<Wide>.networkCapacity
    func most(_ width: (InteractionLayer<Weight>) -> Int) -> Int { layers.map(width).max() ?? 0 }
    // path weights of one path and their adjoints stay in the second cache
    let rowBytes = most { $0.sender.channels } * MemoryLayout<Element>.stride
    let tileSize = usesTables ? min(max(Self.pathBytes / rowBytes, networkSize), 512) : networkSize
    tile = EdgeTile(capacity: tileSize, basisCount: model.basis.count, harmonicCount: model.harmonics.count)
    messages = Buffer(block * most { $0.message.width })
    targets = Buffer(block * most { $0.target.width })
    targetsNext = Buffer(block * most { $0.target.width })
    gates = Buffer(block * most { $0.gated?.width ?? 0 })
    gatesNext = Buffer(block * most { $0.gated?.width ?? 0 })
    products = Buffer(block * most { $0.product.width })
    unmixed = Buffer(Wide.isDual ? block * most { $0.target.width } : 0)
    let padded = most { $0.radialNetwork.inputPadded }
    input = Buffer(networkSize * padded)
    inputAdjoint = Buffer(networkSize * padded)
    densityInputAdjoint = Buffer(networkSize * padded)
    exactWeights = Buffer(networkSize * most { $0.convolution.pathCount * $0.sender.channels })
    exactAdjoints = Buffer(networkSize * most { $0.convolution.pathCount * $0.sender.channels })
    exactDensities = Buffer(networkSize * channelAlignment)
    splines = EdgeSplines(capacity: tileSize)
    // of one path, or the functions of the first layer's moments
    let functions = max(most { $0.sender.channels }, paddedToVectors(layers[0].radialNetwork.rank))
    weights = Buffer(tileSize * functions)
    weightAdjoints = Buffer(tileSize * functions)
    densities = Buffer(tileSize * channelAlignment)
    couplings = Buffer(tileSize * most { $0.convolution.couplingCount })
    couplingAdjoints = Buffer(tileSize * most { $0.convolution.couplingCount })
    senders = Buffer(Array(repeating: UnsafePointer(weights.base), count: tileSize))
    senderAdjoints = Buffer(Array(repeating: weights.base, count: tileSize))
    harmonicNorms = Buffer(model.harmonics.norms)
    directionAdjoints = Buffer(3 * tile.stride)
    factorAdjoints = Buffer(tile.stride)
    let degrees = model.harmonics.maxDegree + 3
    couplingScratch = Buffer(16 * degrees * degrees)
    radialTapes = layers.map { EdgeNetwork<Weight>.Tape<Element>($0.radialNetwork, tile: networkSize) }
    densityTapes = layers.map {
      $0.densityNetwork.map { EdgeNetwork<Weight>.Tape<Element>($0, tile: networkSize) }
    }
    momentSlots = Buffer(block * model.model.configuration.atomicNumbers.count)
    momentSender = Buffer(
      Array(repeating: Element(wide: Wide(constant: 1)), count: functions))
    contraction = Buffer(most { $0.target.rows } * 2 * 4 * channelAlignment)
    readout = Buffer(readouts.map(\.scratchCount).max() ?? 1)
    forces = (0..<Evaluator<Element>.passCount).map { _ in Buffer() }
    senderGradients = forces.map { _ in layers.map { _ in Buffer() } }
    layerTimes = layers.map { _ in LayerTime() }
  }

  @inline(__always) func lap(_ stage: Stage) {
    guard isProfiling else { return }
    let now = monotonicSeconds()
    times[stage.rawValue] += now - lastLap
    if stage.isBackward {
      layerTimes[layer].backward += now - lastLap
    } else {
      layerTimes[layer].forward += now - lastLap
    }
    lastLap = now
  }

  @inline(__always) func startLaps() {
    if isProfiling { lastLap = monotonicSeconds() }
  }

  /// Bytes that do not depend on the number of atoms, and those that do.
  var bytes: (fixed: Int, perAtoms: Int) {
    let buffers = [
      messages, targets, targetsNext, gates, gatesNext, products, input, inputAdjoint, densityInputAdjoint,
      exactWeights, exactAdjoints, exactDensities, weights, weightAdjoints, densities, couplings,
      couplingAdjoints, contraction, edgeAdjoints, moments,
    ]
    let tapes = (radialTapes + densityTapes.compactMap { $0 }).reduce(splines.bytes) { $0 + $1.bytes }
    return (
      buffers.reduce(tapes) { $0 + $1.bytes },
      senderGradients.joined().reduce(forces.reduce(atomicVirials.bytes) { $0 + $1.bytes }) { $0 + $1.bytes }
    )
  }
}

/// Seconds of the monotonic clock.
package func monotonicSeconds() -> Double {
  var t = timespec()
  clock_gettime(CLOCK_MONOTONIC, &t)
  return Double(t.tv_sec) + 1e-9 * Double(t.tv_nsec)
}
