import Diagnostics

/// An algorithm that goes downhill.
public protocol Minimizer: Sendable {
  /// One step, with one evaluation.
  mutating func advance(_ relaxation: inout Relaxation) throws(MACEError)
}

extension Relaxation {
  /// Runs until converged.
  ///
  /// - Parameter observe: called at the start and after every step; false stops.
  /// - Returns: whether it converged within `steps`.
  public mutating func run(
    _ minimizer: inout any Minimizer, _ criteria: Criteria, steps: Int,
    observe: (Int, Relaxation) throws(MACEError) -> Bool = { _, _ in true }
  ) throws(MACEError) -> Bool {
    guard try observe(0, self) else { return isConverged(criteria) }
    for step in 0..<steps {
      if isConverged(criteria) { return true }
      do throws(MACEError) {
        try minimizer.advance(&self)
      } catch {
        throw MACEError(error.kind, "relaxation step \(step + 1): \(error.message)")
      }
      guard try observe(step + 1, self) else { return isConverged(criteria) }
    }
    return isConverged(criteria)
  }
}

/// Sums over the unknowns of a minimisation.
enum Unknowns {
  static func dot(_ a: [SIMD3<Double>], _ b: [SIMD3<Double>]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += (a[i] * b[i]).sum() }
    return sum
  }

  /// `steps`, all shortened by one factor so that none is longer than `limit`.
  static func limited(_ steps: [SIMD3<Double>], to limit: Double) -> [SIMD3<Double>] {
    let longest = steps.reduce(0) { max($0, ($1 * $1).sum()) }.squareRoot()
    return longest > limit ? steps.map { $0 * (limit / longest) } : steps
  }
}
