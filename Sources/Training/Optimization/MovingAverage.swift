/// Exponential moving average of the parameters, as `torch_ema.ExponentialMovingAverage`.
public struct MovingAverage: Sendable {
  public let decay: Double
  /// Updates so far.
  var updates = 0
  /// The averaged parameters.
  public internal(set) var shadow: [Double]

  public init(_ parameters: [Double], decay: Double) {
    self.decay = decay
    shadow = parameters
  }

  /// s ← s − (1 − d)(s − θ) with d = min(decay, (1 + n)/(10 + n)) at the n-th update.
  public mutating func update(_ parameters: [Double]) {
    precondition(parameters.count == shadow.count)
    updates += 1
    let weight = 1 - min(decay, Double(1 + updates) / Double(10 + updates))
    for i in shadow.indices { shadow[i] -= weight * (shadow[i] - parameters[i]) }
  }
}
