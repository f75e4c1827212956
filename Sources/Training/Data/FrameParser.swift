import Diagnostics
import ExtendedXYZ

/// Makes training frames of the frames of a file, with the keys and weights of mace-torch.
struct FrameParser {
  let options: DataOptions

  /// - Throws: `.format` naming the frame, the key and the atom for a label that is not what it must be.
  func parse(_ frame: Frame, source: String) throws(MACEError) -> TrainingFrame {
    do throws(MACEError) {
      guard frame.structure.count > 0 else { throw MACEError(.format, "the frame has no atoms; remove it") }
      let labels = Labels(
        energy: try energy(frame), forces: try forces(frame),
        stress: try tensor(frame, options.keys.stress), virials: try tensor(frame, options.keys.virials))
      let type = Self.configurationType(frame)
      var weights = PropertyWeights()
      weights.config = try weight(frame, "config_weight") * (options.configurationTypeWeights[type] ?? 1)
      // A label that is not there has no weight, whatever the frame says.
      weights.energy = labels.energy == nil ? 0 : try weight(frame, "config_energy_weight")
      weights.forces = labels.forces == nil ? 0 : try weight(frame, "config_forces_weight")
      weights.stress = labels.stress == nil ? 0 : try weight(frame, "config_stress_weight")
      weights.virials = labels.virials == nil ? 0 : try weight(frame, "config_virials_weight")
      return TrainingFrame(
        structure: frame.structure, labels: labels, weights: weights,
        head: options.head ?? Self.name(frame.info[options.keys.head]) ?? "Default", configurationType: type,
        source: source)
    } catch {
      throw MACEError(error.kind, "\(source): \(error.message)")
    }
  }

  static func configurationType(_ frame: Frame) -> String { name(frame.info["config_type"]) ?? "Default" }

  static func isIsolatedAtom(_ frame: Frame) -> Bool {
    frame.structure.count == 1 && configurationType(frame) == "IsolatedAtom"
  }

  /// A text, also one that looks like a number.
  private static func name(_ value: Value?) -> String? { value?.string ?? value?.int.map { "\($0)" } }

  private func energy(_ frame: Frame) throws(MACEError) -> Double? {
    let key = options.keys.energy
    guard let value = frame.info[key] else { return nil }
    guard let energy = value.real, energy.isFinite else {
      throw MACEError(.format, "the energy '\(key)' is not a finite number; correct it or remove the key")
    }
    return energy
  }

  private func forces(_ frame: Frame) throws(MACEError) -> [SIMD3<Double>]? {
    let key = options.keys.forces
    guard let column = frame.column(key) else { return nil }
    guard let forces = column.vectors else {
      throw MACEError(.format, "the forces '\(key)' are not three numbers per atom")
    }
    for (atom, force) in forces.enumerated() where !(force.x.isFinite && force.y.isFinite && force.z.isFinite) {
      throw MACEError(
        .format, "the force '\(key)' of atom \(atom) (counted from 0) is not finite; correct or remove it")
    }
    return forces
  }

  /// Nine numbers row by row. In a comment line nine bare numbers stand column by column, as ASE has it.
  private func tensor(_ frame: Frame, _ key: String) throws(MACEError) -> [Double]? {
    guard let value = frame.info[key] else { return nil }
    guard let t = value.reals, t.count == 9 || t.count == 6, t.allSatisfy(\.isFinite) else {
      throw MACEError(.format, "'\(key)' is neither nine nor six finite numbers; correct it or remove the key")
    }
    if t.count == 6 { return [t[0], t[5], t[4], t[5], t[1], t[3], t[4], t[3], t[2]] }
    switch value {
    case .realMatrix, .intMatrix: return t
    default: return [t[0], t[3], t[6], t[1], t[4], t[7], t[2], t[5], t[8]]
    }
  }

  private func weight(_ frame: Frame, _ key: String) throws(MACEError) -> Double {
    guard let value = frame.info[key] else { return 1 }
    guard let weight = value.real, weight.isFinite, weight >= 0 else {
      throw MACEError(.format, "'\(key)' is not a number of at least 0")
    }
    return weight
  }
}
