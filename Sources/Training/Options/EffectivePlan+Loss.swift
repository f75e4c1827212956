import Diagnostics

extension EffectivePlan {
  /// A loss function of mace-torch with its weights.
  public struct Loss: Sendable, Equatable {
    public enum Function: String, Sendable {
      case weighted, stress, virials, huber, universal, ef
      case forcesOnly = "forces_only"
      case l1l2 = "l1l2energyforces"
    }
    public var function: Function
    public var energyWeight: Double
    public var forcesWeight: Double
    public var stressWeight: Double
    public var virialsWeight: Double
    public var huberDelta: Double

    public var needsStress: Bool { [.stress, .huber, .universal].contains(function) }
    public var needsVirials: Bool { function == .virials }

    /// As mace-torch prints the loss: its class and weights.
    public var description: String {
      func weight(_ name: String, _ value: Double) -> String { "\(name)_weight=\(NumberText.fixed(value, 3))" }
      let energyAndForces = [weight("energy", energyWeight), weight("forces", forcesWeight)]
      let (name, weights): (String, [String]) =
        switch function {
        case .weighted, .ef: ("WeightedEnergyForcesLoss", energyAndForces)
        case .forcesOnly: ("WeightedForcesLoss", [weight("forces", forcesWeight)])
        case .stress: ("WeightedEnergyForcesStressLoss", energyAndForces + [weight("stress", stressWeight)])
        case .virials: ("WeightedEnergyForcesVirialsLoss", energyAndForces + [weight("virials", virialsWeight)])
        case .huber:
          ("WeightedHuberEnergyForcesStressLoss", energyAndForces + [weight("stress", stressWeight)])
        case .universal: ("UniversalLoss", energyAndForces + [weight("stress", stressWeight)])
        case .l1l2: ("WeightedEnergyForcesL1L2Loss", energyAndForces)
        }
      return "\(name)(\(weights.joined(separator: ", ")))"
    }
  }

  public struct StageTwo: Sendable, Equatable {
    /// First epoch of the stage.
    public var start: Int
    public var learningRate: Double
    public var loss: Loss
  }

  static func loss(_ options: TrainingOptions, multihead: Bool) -> Loss {
    var loss = Loss(
      function: multihead ? .universal : Loss.Function(rawValue: options.text("loss")) ?? .weighted,
      energyWeight: options.real("energy_weight"), forcesWeight: options.real("forces_weight"),
      stressWeight: options.real("stress_weight"), virialsWeight: options.real("virials_weight"),
      huberDelta: options.real("huber_delta"))
    if loss.function == .ef { (loss.energyWeight, loss.forcesWeight) = (1, 1) }
    if !options.flag("compute_forces") { loss.forcesWeight = 0 }
    return loss
  }

  static func stageTwo(_ options: TrainingOptions, _ loss: Loss) throws(MACEError) -> StageTwo? {
    guard options.flag("swa") || options.isGiven("start_swa") else { return nil }
    let epochs = options.integer("max_num_epochs")
    let start = options.optionalInteger("start_swa") ?? max(1, epochs / 4 * 3)
    guard start < epochs else {
      throw MACEError(
        .invalidArgument,
        "\(options.written("start_swa")): stage two would start at epoch \(start), but the run ends after "
          + "max_num_epochs=\(epochs)")
    }
    var second = loss
    // mace-torch knows these losses in stage two; all others become the weighted one.
    if ![.stress, .virials, .universal].contains(loss.function) { second.function = .weighted }
    second.energyWeight = options.real("swa_energy_weight")
    second.forcesWeight = options.flag("compute_forces") ? options.real("swa_forces_weight") : 0
    second.stressWeight = options.real("swa_stress_weight")
    second.virialsWeight = options.real("swa_virials_weight")
    return StageTwo(start: start, learningRate: options.real("swa_lr"), loss: second)
  }
}
