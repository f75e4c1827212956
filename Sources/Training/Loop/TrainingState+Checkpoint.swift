import Checkpoint
import Diagnostics

/// A training state as tensors and texts of a safetensors file. Numbers are float64 and come back bit for bit.
extension TrainingState {
  static let format = "mace-training"
  static let version = "1"

  private static let keys = [
    "epoch", "stage_two", "last_loss", "evaluations_without_improvement", "lowest_losses", "optimizer_steps",
    "learning_rates", "averaging", "average_updates", "scheduler_best", "scheduler_bad_epochs",
    "stage_one_best", "stage_two_best",
  ]

  var metadata: JSON {
    func number(_ value: Double?) -> JSON { value.map { .number($0) } ?? .null }
    func best(_ best: Best?) -> JSON { best.map { .array([.integer($0.epoch), .number($0.loss)]) } ?? .null }
    return .object([
      ("epoch", .integer(epoch)), ("stage_two", .bool(isStageTwo)), ("last_loss", number(lastLoss)),
      ("evaluations_without_improvement", .integer(evaluationsWithoutImprovement)),
      ("lowest_losses", .array(lowestLosses.map { .number($0) })),
      ("optimizer_steps", .integer(optimizer.steps)),
      ("learning_rates", .array(optimizer.groups.map { .number($0.learningRate) })),
      (
        "averaging",
        .array(optimizer.averaging.flatMap { [.number($0.weightSum), .number($0.largestRate)] })
      ), ("average_updates", .integer(average?.updates ?? 0)), ("scheduler_best", number(scheduler.best)),
      ("scheduler_bad_epochs", .integer(scheduler.badEpochs)), ("stage_one_best", best(stageOneBest)),
      ("stage_two_best", best(stageTwoBest)),
    ])
  }

  var tensors: [String: Tensor] {
    var vectors = ["parameters": parameters, "optimizer.first": optimizer.first]
    vectors["optimizer.second"] = optimizer.second
    if !optimizer.largest.isEmpty { vectors["optimizer.largest"] = optimizer.largest }
    vectors["average"] = average?.shadow
    vectors["stage_one_best"] = stageOneBest?.parameters
    vectors["stage_two_best"] = stageTwoBest?.parameters
    return vectors.mapValues {
      Tensor(element: .float64, shape: [$0.count], values: $0, isParameter: true)
    }
  }

  /// Replaces all that changes while training.
  /// - Throws: `.format` when something is missing or of another size.
  mutating func restore(_ tensors: [String: Tensor], _ metadata: JSON, file: String) throws(MACEError) {
    let fields = try JSONFields(metadata, "\(file): the state", keys: Self.keys)
    let count = parameters.count
    func damaged(_ what: String) -> MACEError {
      MACEError(.format, "\(file): \(what); the file is damaged, restart from an earlier checkpoint")
    }
    func vector(_ name: String) throws(MACEError) -> [Double] {
      guard let tensor = tensors[name], tensor.shape == [count] else {
        throw damaged("'\(name)' does not hold \(count) numbers")
      }
      return tensor.values
    }
    func numbers(_ key: String) throws(MACEError) -> [Double] {
      var result: [Double] = []
      for item in try fields.array(key) {
        switch item {
        case .number(let x): result.append(x)
        case .integer(let i): result.append(Double(i))
        default: throw damaged("'\(key)' is not a list of numbers")
        }
      }
      return result
    }
    func optional(_ key: String) throws(MACEError) -> Double? {
      fields.value(key) == .null ? nil : try fields.number(key)
    }
    func best(_ key: String) throws(MACEError) -> Best? {
      if fields.value(key) == .null { return nil }
      let parts = try numbers(key)
      guard parts.count == 2, let epoch = Int(exactly: parts[0]) else {
        throw damaged("'\(key)' is malformed")
      }
      return Best(epoch: epoch, loss: parts[1], parameters: try vector(key))
    }
    epoch = try fields.integer("epoch")
    isStageTwo = try fields.flag("stage_two")
    lastLoss = try optional("last_loss")
    evaluationsWithoutImprovement = try fields.integer("evaluations_without_improvement")
    lowestLosses = try numbers("lowest_losses")
    stageOneBest = try best("stage_one_best")
    stageTwoBest = try best("stage_two_best")
    scheduler.best = try optional("scheduler_best")
    scheduler.badEpochs = try fields.integer("scheduler_bad_epochs")
    parameters = try vector("parameters")
    optimizer.steps = try fields.integer("optimizer_steps")
    optimizer.first = try vector("optimizer.first")
    optimizer.second = try vector("optimizer.second")
    if !optimizer.largest.isEmpty { optimizer.largest = try vector("optimizer.largest") }
    if average != nil {
      average?.shadow = try vector("average")
      average?.updates = try fields.integer("average_updates")
    }
    let rates = try numbers("learning_rates")
    let averaging = try numbers("averaging")
    guard rates.count == optimizer.groups.count, averaging.count == 2 * rates.count else {
      throw damaged("it does not hold \(optimizer.groups.count) learning rates")
    }
    for (group, rate) in rates.enumerated() {
      optimizer.groups[group].learningRate = rate
      optimizer.averaging[group] = .init(
        weightSum: averaging[2 * group], largestRate: averaging[2 * group + 1])
    }
  }
}
