import Diagnostics

/// The mean square displacement ⟨|r(t+τ) − r(t)|²⟩ over all time origins t and atoms.
///
/// By way of the Fourier transform in O(N log N) per atom (Kneller et al., Comput. Phys. Commun. 91, 191
/// (1995)): MSD(τ) = S₁(τ) − 2 S₂(τ), with S₂ the autocorrelation of the positions and S₁ a sum of squares.
public struct MeanSquareDisplacement: Sendable {
  /// Lag times, fs, from 0.
  public let times: [Double]
  /// Å².
  public let values: [Double]

  /// - Parameters:
  ///   - atoms: places in the series; nil: all.
  ///   - frames: nil: all.
  public init(_ series: ParticleSeries, atoms: [Int]? = nil, frames: Range<Int>? = nil) {
    let frames = frames ?? 0..<series.axis.count
    let atoms = atoms ?? Array(0..<series.atomCount)
    let length = frames.count
    var correlation = AutoCorrelation(length: length)
    var squares = [Double](repeating: 0, count: length)
    let zero = [Double](repeating: 0, count: length)
    for atom in atoms {
      // About their mean, so that a molecule far from the origin loses no digits.
      let vectors = (0..<3).map { k -> [Double] in
        let part = series.components[k][atom][frames]
        let mean = part.reduce(0, +) / Double(length)
        return part.map { $0 - mean }
      }
      for t in 0..<length {
        squares[t] +=
          vectors[0][t] * vectors[0][t] + vectors[1][t] * vectors[1][t] + vectors[2][t] * vectors[2][t]
      }
      correlation.add(vectors[0], vectors[1])
      correlation.add(vectors[2], zero)
    }
    let products = correlation.sums()
    var remaining = 2 * squares.reduce(0, +)
    var values = [Double](repeating: 0, count: length)
    for lag in 0..<length {
      if lag > 0 { remaining -= squares[lag - 1] + squares[length - lag] }
      // Rounding must not make a displacement negative.
      values[lag] = max(0, (remaining - 2 * products[lag]) / Double((length - lag) * atoms.count))
    }
    values[0] = 0
    self.values = values
    times = (0..<length).map { Double($0) * series.axis.interval }
  }
}
