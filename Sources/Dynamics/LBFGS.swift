import Diagnostics

/// Limited-memory BFGS: Nocedal, Math. Comp. 35, 773 (1980), two-loop recursion, with bounded steps instead of a
/// line search.
///
/// Pairs of steps s and changes of the gradient y with s · y ≤ 0 tell nothing of a minimum and are left out.
public struct LBFGS: Minimizer {
  /// Å; no unknown moves further in one step.
  public var stepLimit = 0.2
  /// Pairs that are kept.
  public var memory = 50
  /// Å²/eV: the inverse curvature to begin with.
  public var firstInverseCurvature = 1.0 / 70

  private var pairs: [(s: [SIMD3<Double>], y: [SIMD3<Double>], rho: Double)] = []
  private var previous: (coordinates: [SIMD3<Double>], forces: [SIMD3<Double>])?

  public init() {}

  public mutating func advance(_ relaxation: inout Relaxation) throws(MACEError) {
    let coordinates = relaxation.coordinates
    let forces = relaxation.gradientForces
    if let previous {
      let s = zip(coordinates, previous.coordinates).map { $0 - $1 }
      let y = zip(previous.forces, forces).map { $0 - $1 }
      let curvature = Unknowns.dot(s, y)
      if curvature > 0 { pairs.append((s, y, 1 / curvature)) }
      if pairs.count > memory { pairs.removeFirst() }
    }
    previous = (coordinates, forces)
    let steps = Unknowns.limited(direction(forces), to: stepLimit)
    try relaxation.move(to: zip(coordinates, steps).map { $0 + $1 })
  }

  /// H · F by the two loops.
  private func direction(_ forces: [SIMD3<Double>]) -> [SIMD3<Double>] {
    var q = forces
    var alphas: [Double] = []
    for pair in pairs.reversed() {
      let alpha = pair.rho * Unknowns.dot(pair.s, q)
      alphas.append(alpha)
      for i in q.indices { q[i] -= alpha * pair.y[i] }
    }
    var curvature = firstInverseCurvature
    if let last = pairs.last { curvature = 1 / (last.rho * Unknowns.dot(last.y, last.y)) }
    for i in q.indices { q[i] *= curvature }
    for (pair, alpha) in zip(pairs, alphas.reversed()) {
      let beta = pair.rho * Unknowns.dot(pair.y, q)
      for i in q.indices { q[i] += (alpha - beta) * pair.s[i] }
    }
    return q
  }
}
