import Glibc

/// Adam, AdamW or schedule-free AdamW over a flat vector of parameters, all state included.
///
/// Moments have the length of the vector and are changed in place.
public struct Optimizer: Sendable {
  public let settings: OptimizerSettings
  public internal(set) var groups: [ParameterGroup]
  /// Steps taken.
  var steps = 0
  /// Mean of gradients; in schedule-free the sequence z.
  var first: [Double]
  /// Mean of squared gradients.
  var second: [Double]
  /// Largest mean of squared gradients so far; empty without amsgrad.
  var largest: [Double]
  /// Schedule-free averaging, per group.
  var averaging: [Averaging]

  struct Averaging: Sendable, Equatable {
    var weightSum = 0.0
    var largestRate = -1.0
  }

  public init(_ layout: ParameterLayout, _ settings: OptimizerSettings) {
    self.settings = settings
    groups = ParameterGroup.groups(layout, settings)
    let zeros = [Double](repeating: 0, count: layout.count)
    first = zeros
    second = zeros
    largest = settings.amsgrad && settings.method != .scheduleFree ? zeros : []
    averaging = Array(repeating: Averaging(), count: groups.count)
  }

  /// One step; `gradient` and `parameters` have the length of the layout.
  public mutating func step(_ parameters: inout [Double], gradient: [Double]) {
    precondition(parameters.count == first.count && gradient.count == first.count)
    if settings.method == .scheduleFree, steps == 0 { first = parameters }
    steps += 1
    for index in groups.indices where !groups[index].isFrozen {
      switch settings.method {
      case .adam, .adamw: stepAdam(groups[index], &parameters, gradient)
      case .scheduleFree: stepScheduleFree(index, &parameters, gradient)
      }
    }
  }

  /// The parameters to evaluate with: the schedule-free average x = y + (1 − 1/β₁) (z − y), else those given.
  public func evaluationParameters(_ parameters: [Double]) -> [Double] {
    guard settings.method == .scheduleFree, steps > 0 else { return parameters }
    var result = parameters
    let weight = 1 - 1 / settings.beta1
    for group in groups where !group.isFrozen {
      for range in group.ranges {
        for i in range { result[i] += weight * (first[i] - result[i]) }
      }
    }
    return result
  }

  /// Sets the learning rate of all groups that learn.
  mutating func setLearningRate(_ change: (Double) -> Double) {
    for index in groups.indices where !groups[index].isFrozen {
      groups[index].learningRate = change(groups[index].learningRate)
    }
  }

  /// `torch.optim.Adam` and `AdamW`: m ← m + (1−β₁)(g − m), v ← β₂ v + (1−β₂) g²,
  /// θ ← θ − lr/(1−β₁ᵗ) · m / (√v̂/√(1−β₂ᵗ) + ε) with v̂ = v, or its largest value so far (amsgrad).
  private mutating func stepAdam(_ group: ParameterGroup, _ parameters: inout [Double], _ gradient: [Double])
  {
    let (gain1, beta2, epsilon) = (1 - settings.beta1, settings.beta2, settings.epsilon)
    let correction1 = 1 - pow(settings.beta1, Double(steps))
    let correction2 = (1 - pow(beta2, Double(steps))).squareRoot()
    let rate = group.learningRate / correction1
    let coupled = settings.method == .adam ? group.weightDecay : 0
    let shrink = settings.method == .adamw ? 1 - group.learningRate * group.weightDecay : 1
    let amsgrad = !largest.isEmpty
    for range in group.ranges {
      for i in range {
        let parameter = parameters[i] * shrink
        let g = gradient[i] + coupled * parameter
        first[i] += gain1 * (g - first[i])
        second[i] = second[i] * beta2 + (1 - beta2) * g * g
        var scale = second[i]
        if amsgrad {
          scale = max(largest[i], scale)
          largest[i] = scale
        }
        parameters[i] = parameter - rate * first[i] / (scale.squareRoot() / correction2 + epsilon)
      }
    }
  }

  /// `schedulefree.AdamWScheduleFree` 1.4 without warm-up (Defazio et al., arXiv 2405.15682): gradients are
  /// taken at y, the base sequence is z, and y moves with the average of z weighted by lr².
  private mutating func stepScheduleFree(
    _ index: Int, _ parameters: inout [Double], _ gradient: [Double]
  ) {
    let group = groups[index]
    let rate = group.learningRate
    averaging[index].largestRate = max(rate, averaging[index].largestRate)
    let weight = averaging[index].largestRate * averaging[index].largestRate
    averaging[index].weightSum += weight
    let sum = averaging[index].weightSum
    let share = sum == 0 ? 0 : weight / sum
    let (beta2, epsilon, decay) = (settings.beta2, settings.epsilon, group.weightDecay)
    let correction = 1 - pow(beta2, Double(steps))
    let pull = rate * (settings.beta1 * (1 - share) - 1)
    for range in group.ranges {
      for i in range {
        let g = gradient[i]
        second[i] = second[i] * beta2 + (1 - beta2) * g * g
        let y = parameters[i]
        let direction = g / ((second[i] / correction).squareRoot() + epsilon) + decay * y
        parameters[i] = y + share * (first[i] - y) + pull * direction
        first[i] -= rate * direction
      }
    }
  }
}
