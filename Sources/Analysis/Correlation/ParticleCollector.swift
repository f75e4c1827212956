import Atomistics
import Diagnostics

/// Gathers the vectors of chosen atoms while a trajectory is read.
struct ParticleCollector {
  private(set) var components: [[[Double]]] = []
  private(set) var times: [Double?] = []
  private(set) var atomicNumbers: [Int] = []
  /// Velocities are displacements between frames, the first of which has none.
  private(set) var usesDisplacements = false
  private(set) var isCubic = true
  private let kind: ParticleSeries.Kind
  private let removesDrift: Bool
  private var atoms: [Int] = []
  private var masses: [Double] = []
  private var volumes = 0.0
  private var unwrapper = Unwrapper()
  private var previous: [SIMD3<Double>] = []

  init(kind: ParticleSeries.Kind, removesDrift: Bool) {
    self.kind = kind
    self.removesDrift = removesDrift
  }

  var isEmpty: Bool { times.isEmpty }
  var byteCount: Int { 24 * atoms.count * times.count }
  var volume: Double? { volumes > 0 ? volumes / Double(times.count) : nil }

  var warnings: [String] {
    var result = unwrapper.warning.map { [$0] } ?? []
    if usesDisplacements {
      result.append(
        "there are no velocities; they are displacements between frames, which weakens frequencies whose period "
          + "is only a few frames")
    }
    return result
  }

  mutating func select(_ selection: String, _ frame: TrajectoryFrame, _ path: String) throws(MACEError) {
    do throws(MACEError) {
      atoms = try Selection(selection, in: frame.structure).atoms
    } catch {
      throw MACEError(error.kind, "\(path): \(error.message)")
    }
    atomicNumbers = atoms.map { frame.structure.atomicNumbers[$0] }
    for z in frame.structure.atomicNumbers {
      guard let mass = Element.mass(of: z) else {
        throw MACEError(.unknownElement, "\(path): \(Element.name(of: z)) has no mass")
      }
      masses.append(mass)
    }
    components = [[[Double]]](repeating: [[Double]](repeating: [], count: atoms.count), count: 3)
    usesDisplacements = kind == .velocities && frame.velocities == nil
  }

  mutating func add(_ frame: TrajectoryFrame, _ path: String) throws(MACEError) {
    measure(frame.structure)
    times.append(frame.time)
    var vectors: [SIMD3<Double>]
    if kind == .velocities, !usesDisplacements {
      guard let velocities = frame.velocities, velocities.allSatisfy(\.isFinite) else {
        throw MACEError(
          .format,
          "\(path): frame \(times.count) of the chosen part has no velocities, or some are not finite")
      }
      vectors = velocities
    } else {
      vectors = try unwrapper.next(frame)
    }
    if usesDisplacements {
      defer { previous = vectors }
      guard !previous.isEmpty else { return }
      append(driftFree(zip(vectors, previous).map { $0 - $1 }))
    } else {
      append(driftFree(vectors))
    }
  }

  private mutating func append(_ vectors: [SIMD3<Double>]) {
    for (place, atom) in atoms.enumerated() {
      for k in 0..<3 { components[k][place].append(vectors[atom][k]) }
    }
  }

  private func driftFree(_ vectors: [SIMD3<Double>]) -> [SIMD3<Double>] {
    guard removesDrift else { return vectors }
    var centre = SIMD3<Double>.zero
    var total = 0.0
    for (vector, mass) in zip(vectors, masses) {
      centre += mass * vector
      total += mass
    }
    centre /= total
    return vectors.map { $0 - centre }
  }

  private mutating func measure(_ structure: Structure) {
    guard structure.pbc.isAll, let cell = structure.cell else {
      isCubic = false
      return
    }
    volumes += cell.volume
    let edge = cell.a.length
    let isRight = [cell.a.dot(cell.b), cell.b.dot(cell.c), cell.c.dot(cell.a)].allSatisfy {
      $0.magnitude < 0.01 * edge * edge
    }
    let isEqual = [cell.b.length, cell.c.length].allSatisfy { ($0 - edge).magnitude < 0.01 * edge }
    isCubic = isCubic && isRight && isEqual
  }
}
