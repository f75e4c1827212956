/// Changes of the learning rate between epochs of stage one.
public enum LearningRateSchedule: Sendable, Equatable {
  /// `torch.optim.lr_scheduler.ReduceLROnPlateau` (mode min, relative threshold 1e-4): times `factor` after more
  /// than `patience` epochs without improvement.
  case reduceOnPlateau(factor: Double = 0.8, patience: Int = 50)
  /// `ExponentialLR`: times `gamma` every epoch.
  case exponential(gamma: Double = 0.9993)
  case constant
}

struct LearningRateScheduler: Sendable, Equatable {
  let schedule: LearningRateSchedule
  /// Lowest validation loss seen; nil before the first.
  var best: Double?
  var badEpochs = 0

  init(_ schedule: LearningRateSchedule) { self.schedule = schedule }

  /// The beginning of an epoch other than the first, with the last validation loss.
  mutating func step(_ loss: Double, _ optimizer: inout Optimizer) {
    switch schedule {
    case .constant: return
    case .exponential(let gamma): optimizer.setLearningRate { $0 * gamma }
    case .reduceOnPlateau(let factor, let patience):
      if loss < (best ?? .infinity) * (1 - 1e-4) {
        best = loss
        badEpochs = 0
      } else {
        badEpochs += 1
      }
      guard badEpochs > patience else { return }
      badEpochs = 0
      // torch leaves a rate as it is when the change would be below 1e-8
      optimizer.setLearningRate { $0 - $0 * factor > 1e-8 ? $0 * factor : $0 }
    }
  }
}
