/// Sums of products over all pairs of times, Σ_t x(t) x(t+τ), by way of the power spectrum.
///
/// The series is padded with zeros to twice its length, so that its end does not meet its beginning. Spectra of
/// many series are added and transformed back once.
struct AutoCorrelation {
  private let length: Int
  private let transform: FourierTransform
  private var power: [Double]
  private var real: [Double]
  private var imaginary: [Double]

  init(length: Int) {
    self.length = length
    transform = FourierTransform(count: FourierTransform.paddedCount(for: 2 * length))
    power = [Double](repeating: 0, count: transform.count)
    real = power
    imaginary = power
  }

  /// Adds two series at once: the autocorrelation of x + iy has the sum of both as its real part.
  mutating func add(_ x: some Collection<Double>, _ y: some Collection<Double>, weight: Double = 1) {
    precondition(x.count == length && y.count == length)
    for (place, value) in x.enumerated() { real[place] = value }
    for (place, value) in y.enumerated() { imaginary[place] = value }
    for place in length..<transform.count {
      real[place] = 0
      imaginary[place] = 0
    }
    transform.forward(&real, &imaginary)
    for k in power.indices { power[k] += weight * (real[k] * real[k] + imaginary[k] * imaginary[k]) }
  }

  /// Σ_t x(t) x(t+τ) for τ = 0 ..< length, summed over all series.
  func sums() -> [Double] {
    var real = power
    var imaginary = [Double](repeating: 0, count: power.count)
    transform.forward(&real, &imaginary)
    let scale = 1 / Double(power.count)
    return real[..<length].map { $0 * scale }
  }
}
