/// Errors on a set of frames, as `evaluate` of mace-torch gives them. A property is nil when no frame has a
/// label with positive weight for it.
public struct ErrorMetrics: Sendable, Equatable {
  /// Σ over batches of the loss / number of frames. (Batch losses are means: this is not the mean loss of a
  /// frame, and depends on the batch size.)
  public var loss: Double
  public var frames: Int
  /// eV
  public var energy: Energy?
  /// eV/Å
  public var forces: Forces?
  /// eV/Å³
  public var stress: Tensor?
  /// eV
  public var virials: Tensor?
  /// Seconds.
  public var time: Double

  public struct Energy: Sendable, Equatable {
    public var mae: Double
    public var maePerAtom: Double
    public var rmse: Double
    public var rmsePerAtom: Double
    /// 95 % of the errors are below.
    public var q95: Double
  }

  public struct Forces: Sendable, Equatable {
    public var mae: Double
    /// Percent of the mean |F|.
    public var relativeMAE: Double
    public var rmse: Double
    /// Percent of the root mean square of F.
    public var relativeRMSE: Double
    public var q95: Double
  }

  public struct Tensor: Sendable, Equatable {
    public var mae: Double
    public var rmse: Double
    public var maePerAtom: Double
    public var rmsePerAtom: Double
    public var q95: Double
  }

  /// Names and order of mace-torch's JSON lines.
  public var fields: [(name: String, value: Double)] {
    var fields = [("loss", loss)]
    if let energy {
      fields += [
        ("mae_e", energy.mae), ("mae_e_per_atom", energy.maePerAtom), ("rmse_e", energy.rmse),
        ("rmse_e_per_atom", energy.rmsePerAtom), ("q95_e", energy.q95),
      ]
    }
    if let forces {
      fields += [
        ("mae_f", forces.mae), ("rel_mae_f", forces.relativeMAE), ("rmse_f", forces.rmse),
        ("rel_rmse_f", forces.relativeRMSE), ("q95_f", forces.q95),
      ]
    }
    if let stress {
      fields += [("mae_stress", stress.mae), ("rmse_stress", stress.rmse), ("q95_stress", stress.q95)]
    }
    if let virials {
      fields += [
        ("mae_virials", virials.mae), ("rmse_virials", virials.rmse),
        ("rmse_virials_per_atom", virials.rmsePerAtom), ("q95_virials", virials.q95),
      ]
    }
    return fields + [("time", time)]
  }
}
