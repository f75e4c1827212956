import Diagnostics
import MACE

extension Trainer {
  /// Errors of the parameters (default: the present ones) on any frames, with the loss of the present stage.
  /// - Throws: what the engine throws, or `.cancelled`.
  public func evaluate(
    _ frames: [TrainingFrame], parameters: [Double]? = nil
  ) throws(MACEError) -> ErrorMetrics {
    try engine.setParameters(parameters ?? state.evaluationParameters)
    return try metrics(frames)
  }

  /// Validates every head; gives the loss of the last.
  func validate(epoch: Int?) throws(MACEError) -> Double {
    try engine.setParameters(state.evaluationParameters)
    var deciding = 0.0
    for (index, set) in validation.enumerated() {
      let metrics = try metrics(set.frames)
      guard metrics.loss.isFinite else {
        throw MACEError(
          .invalidArgument,
          "the validation loss of head '\(set.head)' is \(metrics.loss)"
            + (epoch.map { " after epoch \($0)" } ?? "") + "; check the labels, or lower lr")
      }
      deciding = metrics.loss
      observer(
        .evaluation(
          .init(
            epoch: epoch, head: set.head, metrics: metrics, decides: index == validation.count - 1)))
    }
    return deciding
  }

  private func metrics(_ frames: [TrainingFrame]) throws(MACEError) -> ErrorMetrics {
    let start = monotonicSeconds()
    let wantsVirials = plan.loss.needsVirials || loss.needsVirials || plan.reportsVirials
    var errors = ErrorAccumulator()
    var first = 0
    while first < frames.count {
      try checkCancelled()
      let batch = frames[first..<min(first + plan.validationBatchSize, frames.count)]
      let prediction = try engine.predict(Array(batch), virials: wantsVirials)
      errors.add(prediction, batch, loss: loss.evaluate(prediction, for: Array(batch)).total)
      first += batch.count
    }
    return errors.metrics(time: monotonicSeconds() - start)
  }
}
