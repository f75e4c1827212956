import Atomistics
import Diagnostics
import Glibc

/// The velocity autocorrelation C(τ) = ⟨Σ m v(t)·v(t+τ)⟩ / ⟨Σ m v²⟩ over all time origins, and its spectrum.
public struct VelocityCorrelation: Sendable {
  /// Lag times, fs, from 0.
  public let times: [Double]
  /// C(τ); 1 at τ = 0.
  public let values: [Double]
  /// ν̃ in 1/cm, from 0.
  public let wavenumbers: [Double]
  /// The density of states P(ν̃), cm, whose integral over ν̃ ≥ 0 is 1.
  public let spectrum: [Double]

  /// 1/fs in 1/cm: 1/c.
  private static let wavenumberPerFrequency = 1e15 / 29_979_245_800

  /// - Parameters:
  ///   - maximumLag: fs; the spectrum resolves 1/(c · maximumLag).
  /// - Throws: `.invalidArgument` when nothing moves or the lag is longer than the run.
  public init(_ series: ParticleSeries, maximumLag: Double) throws(MACEError) {
    let interval = series.axis.interval
    let lags = Int((maximumLag / interval).rounded()) + 1
    guard lags >= 3, lags <= series.axis.count else {
      throw MACEError(
        .invalidArgument,
        "\(series.name): the longest lag, \(maximumLag) fs, must lie between two intervals (\(2 * interval) fs) and "
          + "the length of the run (\(series.axis.length) fs)")
    }
    var correlation = AutoCorrelation(length: series.axis.count)
    let zero = [Double](repeating: 0, count: series.axis.count)
    for (atom, z) in series.atomicNumbers.enumerated() {
      let mass = Element.mass(of: z) ?? 1
      correlation.add(series.components[0][atom], series.components[1][atom], weight: mass)
      correlation.add(series.components[2][atom], zero, weight: mass)
    }
    let sums = correlation.sums()
    let means = (0..<lags).map { sums[$0] / Double(series.axis.count - $0) }
    guard means[0] > 0 else {
      throw MACEError(.invalidArgument, "\(series.name): no chosen atom moves; there is nothing to correlate")
    }
    times = (0..<lags).map { Double($0) * interval }
    let values = means.map { $0 / means[0] }
    self.values = values
    (wavenumbers, spectrum) = Self.transform(values, interval: interval)
  }

  /// P(ν) = 4 ∫ C(τ) w(τ) cos(2πντ) dτ with Hann's window w, which ends at the longest lag; padded four times.
  private static func transform(_ values: [Double], interval: Double) -> ([Double], [Double]) {
    let lags = values.count
    let transform = FourierTransform(count: FourierTransform.paddedCount(for: 8 * lags))
    var real = [Double](repeating: 0, count: transform.count)
    var imaginary = real
    for lag in 0..<lags {
      let window = 0.5 * (1 + cos(.pi * Double(lag) / Double(lags)))
      real[lag] = values[lag] * window
      // Negative lags, so that the transform is real.
      if lag > 0 { real[transform.count - lag] = real[lag] }
    }
    transform.forward(&real, &imaginary)
    let step = wavenumberPerFrequency / (Double(transform.count) * interval)
    let count = transform.count / 2 + 1
    return (
      (0..<count).map { Double($0) * step },
      real[..<count].map { 2 * interval * $0 / wavenumberPerFrequency }
    )
  }
}
