/// Clipping by the global norm, as `torch.nn.utils.clip_grad_norm_`.
enum GradientClipping {
  /// ‖g‖₂ over all groups that learn.
  static func norm(_ gradient: [Double], _ groups: [ParameterGroup]) -> Double {
    var total = 0.0
    for group in groups where !group.isFrozen {
      for range in group.ranges {
        var sum = 0.0
        for i in range { sum += gradient[i] * gradient[i] }
        total += sum
      }
    }
    return total.squareRoot()
  }

  /// g ← g · min(1, limit / (‖g‖ + 1e-6))
  static func clip(_ gradient: inout [Double], norm: Double, limit: Double) {
    let scale = limit / (norm + 1e-6)
    guard scale < 1 else { return }
    for i in gradient.indices { gradient[i] *= scale }
  }
}
