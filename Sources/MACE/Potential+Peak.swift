extension Potential {
  /// What one core reaches with independent fused multiply–adds in this potential's precision and instruction
  /// set, GFLOP/s: the ceiling of the kernels. The best of several short runs, about 0.1 s in all.
  public func measurePeak() -> Double {
    switch compiled {
    case .float64(let model): Self.measurePeak(model)
    case .float32(let model): Self.measurePeak(model)
    }
  }

  private static func measurePeak<Element: PlainScalar>(_ model: CompiledModel<Element>) -> Double {
    let kernels = Element.kernels(model.instructionSet)
    // Two vectors of any width. The chains a ← a·x + y tend to y / (1 − x) = 1: no overflow, nothing denormal.
    let sink = Buffer<Element>([Element](repeating: 0.5, count: 256))
    var iterations = 10_000
    var best = 0.0
    for _ in 0..<12 {
      let started = monotonicSeconds()
      let operations = kernels.peakLoop(iterations, sink.base)
      let seconds = monotonicSeconds() - started
      if seconds < 5e-3 { iterations *= 2 }
      if seconds > 0 { best = max(best, operations / seconds) }
      for i in 0..<sink.capacity { sink.base[i] = 0.5 }
    }
    return best * 1e-9
  }
}
