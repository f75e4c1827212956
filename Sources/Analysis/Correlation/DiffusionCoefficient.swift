import Atomistics
import Diagnostics
import Glibc

/// The self-diffusion coefficient from the slope of the mean square displacement (Einstein).
public struct DiffusionCoefficient: Sendable, Equatable {
  /// Where an error comes from.
  public enum ErrorSource: Sendable, Equatable {
    /// Consecutive parts of the run, each analysed by itself.
    case timeBlocks(Int)
    /// Groups of atoms: the run is too short for parts in which the fit window fits.
    case atomGroups(Int)
  }

  /// Lags of the fit, fs.
  public let window: ClosedRange<Double>
  /// Å²/fs.
  public let value: Double
  /// Standard error, Å²/fs; nil when the data allow none.
  public let error: Double?
  public let errorSource: ErrorSource?
  /// d ln MSD / d ln τ in the window: 1 for diffusion, 2 for free flight, near 0 in a cage.
  public let exponent: Double

  /// 1 Å²/fs in 10⁻⁵ cm²/s.
  public static let inConventionalUnits = 1e4

  /// Fits MSD = 6 D τ + b by least squares for lags within `window` (by default 1/50 to 1/10 of the run: later
  /// lags have few independent origins).
  ///
  /// - Throws: `.invalidArgument` for a window outside the run or with fewer than three lags.
  public init(
    _ series: ParticleSeries, _ msd: MeanSquareDisplacement, window: ClosedRange<Double>? = nil
  ) throws(MACEError) {
    let length = series.axis.length
    let window = window ?? (length / 50)...(length / 10)
    let lags = Self.lags(msd.times, window)
    guard window.lowerBound > 0, window.upperBound < length, lags.count >= 3 else {
      throw MACEError(
        .invalidArgument,
        "\(series.name): the fit window \(window.lowerBound / 1e3) ... \(window.upperBound / 1e3) ps holds "
          + "\(lags.count) lags of a run of \(length / 1e3) ps; it must begin after 0, end before the run and hold "
          + "three or more")
    }
    self.window = window
    value = Self.slope(msd.times, msd.values, lags) / 6
    let positive = lags.filter { msd.values[$0] > 0 }
    exponent = Self.slope(msd.times.map { log($0) }, msd.values.map { log($0) }, positive)
    let blocks = min(10, Int(length / (2 * window.upperBound)))
    let groups = min(10, series.atomCount / 2)
    var values: [Double] = []
    if blocks >= 3 {
      errorSource = .timeBlocks(blocks)
      let frames = series.axis.count
      for block in 0..<blocks {
        let part = MeanSquareDisplacement(
          series, frames: block * frames / blocks..<(block + 1) * frames / blocks)
        values.append(Self.slope(part.times, part.values, Self.lags(part.times, window)) / 6)
      }
    } else if groups >= 3 {
      errorSource = .atomGroups(groups)
      for group in 0..<groups {
        let atoms = Array(stride(from: group, to: series.atomCount, by: groups))
        let part = MeanSquareDisplacement(series, atoms: atoms)
        values.append(Self.slope(part.times, part.values, lags) / 6)
      }
    } else {
      errorSource = nil
    }
    error = StandardError.ofMean(values)
  }

  /// The motion in the window is not diffusion, and D no diffusion coefficient.
  public var warning: String? {
    guard !((0.8...1.2).contains(exponent)) else { return nil }
    let rounded = (100 * exponent).rounded() / 100
    return
      "MSD grows as the power \(rounded) of time in the fit window, not linearly: this is no diffusion, and D "
      + "means nothing; choose a later window (--fit) or run longer"
  }

  /// What a cubic box of periodic images takes from D: k_B T ξ / (6π η L), ξ = 2.837297, in Å²/fs.
  ///
  /// Yeh and Hummer, J. Phys. Chem. B 108, 15873 (2004).
  ///
  /// - Parameters:
  ///   - temperature: K.
  ///   - viscosity: Pa s, of the real liquid or, better, of the model.
  ///   - edge: of the cube, Å.
  public static func finiteSizeCorrection(temperature: Double, viscosity: Double, edge: Double) -> Double {
    let viscosity = viscosity / Units.pascalsPerUnit * 1e15  // eV fs/Å³
    return Units.boltzmann * temperature * 2.837297 / (6 * .pi * viscosity * edge)
  }

  private static func lags(_ times: [Double], _ window: ClosedRange<Double>) -> [Int] {
    // Lags are multiples of the interval, which may be rounded.
    let slack = 1e-9 * window.upperBound
    return times.indices.filter {
      times[$0] >= window.lowerBound - slack && times[$0] <= window.upperBound + slack
    }
  }

  private static func slope(_ x: [Double], _ y: [Double], _ places: [Int]) -> Double {
    let n = Double(places.count)
    let meanX = places.reduce(0) { $0 + x[$1] } / n
    let meanY = places.reduce(0) { $0 + y[$1] } / n
    var (covariance, variance) = (0.0, 0.0)
    for place in places {
      covariance += (x[place] - meanX) * (y[place] - meanY)
      variance += (x[place] - meanX) * (x[place] - meanX)
    }
    return covariance / variance
  }
}
