import CMace
import Diagnostics
import Glibc
import Training

/// A host's callback, and whether it has asked to stop.
final class HostProgress {
  private let callback: mace_training_callback?
  private let context: UnsafeMutableRawPointer?
  private(set) var isCancelled = false

  init(_ callback: mace_training_callback?, _ context: UnsafeMutableRawPointer?) {
    self.callback = callback
    self.context = context
  }

  /// Hands on a line of the log.
  /// - Throws: `.cancelled` when the host has asked to stop.
  func log(_ text: String) throws(MACEError) {
    let line = text.hasSuffix("\n") ? String(text.dropLast()) : text
    guard send(mace_training_event(MACE_TRAINING_LOG), text: line) else {
      throw MACEError(.cancelled, "training was ended, as the callback asked")
    }
  }

  /// Hands on what a host is told of; false when it has asked to stop.
  func send(_ event: TrainingEvent) -> Bool {
    switch event {
    case .step(let step):
      var event = mace_training_event(MACE_TRAINING_STEP, epoch: step.epoch)
      event.batch = Int64(step.batch)
      event.batch_count = Int64(step.batchCount)
      event.loss = step.loss
      event.seconds = step.time
      return send(event)
    case .evaluation(let evaluation):
      var event = mace_training_event(MACE_TRAINING_VALIDATION, epoch: evaluation.epoch ?? -1)
      event.loss = evaluation.metrics.loss
      event.seconds = evaluation.metrics.time
      return withUnsafePointer(to: mace_errors(evaluation.metrics)) {
        event.errors = $0
        return send(event, text: evaluation.head)
      }
    case .epochEnd(let epoch):
      var event = mace_training_event(MACE_TRAINING_EPOCH, epoch: epoch.epoch)
      event.loss = epoch.loss
      event.seconds = epoch.time
      event.stage = epoch.isStageTwo ? 2 : 1
      event.is_best = epoch.isBest ? 1 : 0
      return send(event)
    case .stageTwo, .checkpoint, .restart, .stop: return !isCancelled
    }
  }

  func sendModel(_ path: String) { _ = send(mace_training_event(MACE_TRAINING_MODEL), text: path) }

  private func send(_ event: mace_training_event, text: String? = nil) -> Bool {
    guard let callback, !isCancelled else { return !isCancelled }
    var event = event
    func call() {
      withUnsafePointer(to: event) { isCancelled = callback(context, $0) != 0 }
    }
    guard let text else {
      call()
      return !isCancelled
    }
    text.withCString {
      event.text = $0
      call()
    }
    return !isCancelled
  }
}

extension mace_training_event {
  fileprivate init(_ kind: mace_training_event_kind, epoch: Int = 0) {
    self.init()
    size = MemoryLayout<Self>.size
    self.kind = kind
    self.epoch = Int64(epoch)
  }
}

extension mace_errors {
  init(_ metrics: ErrorMetrics) {
    self.init(
      size: MemoryLayout<Self>.size, frames: Int64(metrics.frames), loss: metrics.loss,
      energy_mae: metrics.energy?.maePerAtom ?? .nan, energy_rmse: metrics.energy?.rmsePerAtom ?? .nan,
      forces_mae: metrics.forces?.mae ?? .nan, forces_rmse: metrics.forces?.rmse ?? .nan,
      stress_mae: metrics.stress?.mae ?? .nan, stress_rmse: metrics.stress?.rmse ?? .nan,
      virial_mae: metrics.virials?.maePerAtom ?? .nan, virial_rmse: metrics.virials?.rmsePerAtom ?? .nan)
  }
}
