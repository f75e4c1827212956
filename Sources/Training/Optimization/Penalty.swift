/// How a difference d counts.
enum Penalty {
  /// d²
  case square
  /// d²/2 up to |d| = δ, then δ (|d| − δ/2) (`torch.nn.functional.huber_loss`)
  case huber(Double)
  /// |d|
  case absolute

  func value(_ d: Double) -> Double {
    switch self {
    case .square: return d * d
    case .huber(let delta):
      let size = d.magnitude
      return size <= delta ? 0.5 * d * d : delta * (size - 0.5 * delta)
    case .absolute: return d.magnitude
    }
  }

  /// Derivative with respect to d; 0 at the corner of |d|.
  func slope(_ d: Double) -> Double {
    switch self {
    case .square: return 2 * d
    case .huber(let delta): return max(-delta, min(delta, d))
    case .absolute: return d > 0 ? 1 : d < 0 ? -1 : 0
    }
  }
}
