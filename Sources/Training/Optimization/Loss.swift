import Diagnostics

/// The loss functions of mace-torch.
///
/// Means are over all graphs (energy), Cartesian components (forces) or tensor components (stress, virials) of
/// a batch. A missing label adds nothing but is counted in the mean, as in mace-torch, where its weight is 0.
/// With n the atoms of a frame, w its config weight and w_x the weight of a label:
///
/// | kind | energy | forces | stress or virials |
/// |---|---|---|---|
/// | weighted, ef, stress, virials | w w_E (ΔE/n)² | w w_F ΔF² | w w_S Δσ², w w_V (ΔW/n)² |
/// | forces_only | | w w_F ΔF² | |
/// | huber | h(ΔE/n) | h(ΔF) | h(Δσ) |
/// | universal | h(w_E ΔE/n) | h(w_F ΔF), δ by \|w_F F\| | h(w_S Δσ) |
/// | l1l2energyforces | w w_E \|ΔE/n\| | ‖ΔF‖ | |
///
/// In huber, universal and the forces of l1l2energyforces mace-torch uses no config weight (and in huber none
/// at all). `headWeights` multiply all contributions of a head's frames in every kind.
public struct Loss: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    case weighted
    case forcesOnly = "forces_only"
    /// `weighted` with both weights 1, whatever they are set to.
    case energyForces = "ef"
    case huber, universal, virials, stress
    case l1l2 = "l1l2energyforces"
  }

  public struct Weights: Sendable, Equatable {
    public var energy: Double
    public var forces: Double
    public var stress: Double
    public var virials: Double

    /// The defaults of mace-torch.
    public init(energy: Double = 1, forces: Double = 100, stress: Double = 1, virials: Double = 1) {
      self.energy = energy
      self.forces = forces
      self.stress = stress
      self.virials = virials
    }

    /// mace-torch's defaults for stage two.
    public static let stageTwo = Weights(energy: 1000, forces: 100, stress: 10, virials: 10)
  }

  public let kind: Kind
  public let weights: Weights
  public let huberDelta: Double
  /// Factors of the contributions of frames by head, 1 where absent (`weight_pt_head`).
  public var headWeights: [String: Double]

  public init(
    _ kind: Kind, weights: Weights = Weights(), huberDelta: Double = 0.01, headWeights: [String: Double] = [:]
  ) {
    self.kind = kind
    self.weights = kind == .energyForces ? Weights(energy: 1, forces: 1) : weights
    self.huberDelta = huberDelta
    self.headWeights = headWeights
  }

  /// The loss of stage two: the same kind for universal, stress and virials, else `weighted`, as in mace-torch.
  /// - Throws: `.invalidArgument` for forces_only, which has no stage two.
  public func stageTwo(_ weights: Weights = .stageTwo) throws(MACEError) -> Loss {
    switch kind {
    case .forcesOnly:
      throw MACEError(
        .invalidArgument, "loss forces_only has no stage two; remove 'swa' or choose another loss")
    case .universal, .stress, .virials:
      return Loss(kind, weights: weights, huberDelta: huberDelta, headWeights: headWeights)
    case .weighted, .energyForces, .huber, .l1l2:
      return Loss(.weighted, weights: weights, headWeights: headWeights)
    }
  }

  public var usesStress: Bool { kind == .stress || kind == .huber || kind == .universal }
  public var usesVirials: Bool { kind == .virials }
  /// Whether predictions need virials.
  public var needsVirials: Bool { usesStress || usesVirials }

  /// Whether a frame contributes anything to this loss.
  func uses(_ frame: TrainingFrame) -> Bool {
    (kind != .forcesOnly && frame.labels.energy != nil) || frame.labels.forces != nil
      || (usesStress && frame.labels.stress != nil) || (usesVirials && frame.labels.virials != nil)
  }
}
