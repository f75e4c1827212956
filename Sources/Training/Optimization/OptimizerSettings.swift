import Diagnostics

/// The optimizer and its options, with mace-torch's names and defaults.
public struct OptimizerSettings: Sendable, Equatable {
  public enum Method: String, Sendable, CaseIterable {
    /// `torch.optim.Adam`: weight decay is added to the gradient.
    case adam
    /// `torch.optim.AdamW`: weight decay shrinks the parameters.
    case adamw
    /// `schedulefree.AdamWScheduleFree` 1.4; no scheduler, no amsgrad.
    case scheduleFree = "schedulefree"
  }

  /// Factors of the learning rate by part of the model (`lr_params_factors`).
  public struct LearningRateFactors: Sendable, Equatable {
    public var embedding: Double
    public var interactions: Double
    public var products: Double
    public var readouts: Double

    public init(
      embedding: Double = 1, interactions: Double = 1, products: Double = 1, readouts: Double = 1
    ) {
      self.embedding = embedding
      self.interactions = interactions
      self.products = products
      self.readouts = readouts
    }
  }

  public var method = Method.adam
  public var amsgrad = true
  public var learningRate = 0.01
  public var weightDecay = 5e-7
  /// (`beta`; `beta1_schedulefree`)
  public var beta1 = 0.9
  /// (`beta2_schedulefree`, default 0.98)
  public var beta2 = 0.999
  public var epsilon = 1e-8
  public var factors = LearningRateFactors()
  /// Names of parameters that do not change (`FrozenParameters` for mace-torch's `freeze`).
  public var frozen: Set<String> = []

  public init() {}

  /// - Throws: `.invalidArgument`, naming the option.
  func validate() throws(MACEError) {
    func require(_ holds: Bool, _ message: @autoclosure () -> String) throws(MACEError) {
      if !holds { throw MACEError(.invalidArgument, message()) }
    }
    try require(
      learningRate > 0 && learningRate.isFinite, "lr is \(learningRate); it must be positive and finite")
    try require(
      weightDecay >= 0 && weightDecay.isFinite,
      "weight_decay is \(weightDecay); it must be finite and not negative")
    for beta in [beta1, beta2] {
      // schedule-free divides by beta1
      try require(
        beta >= 0 && beta < 1 && (beta > 0 || method != .scheduleFree),
        "beta is \(beta); it must be at least 0 and below 1"
          + (method == .scheduleFree ? ", and not 0 for schedulefree" : ""))
    }
    try require(epsilon > 0 && epsilon.isFinite, "the optimizer's epsilon must be positive")
    for factor in [factors.embedding, factors.interactions, factors.products, factors.readouts] {
      try require(
        factor >= 0 && factor.isFinite,
        "lr_params_factors holds \(factor); factors must be finite and not negative")
    }
  }
}
