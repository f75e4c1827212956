import Diagnostics
import ExtendedXYZ

/// One label: under which key the frames have it.
public struct LabelKey: Sendable, Equatable {
  /// The key asked for.
  public let name: String
  /// The key that is used instead when the first labelled frame has only that one.
  public let fallback: String?
  /// The key in use, once a frame had one of them. It does not change, so that references are not mixed.
  public private(set) var resolved: String?

  public init(_ name: String, fallback: String? = nil) {
    self.name = name
    self.fallback = fallback
  }

  /// The key to look up, nil if the frame has none.
  public mutating func key(where exists: (String) -> Bool) -> String? {
    if let resolved { return exists(resolved) ? resolved : nil }
    if exists(name) {
      resolved = name
    } else if let fallback, exists(fallback) {
      resolved = fallback
    }
    return resolved
  }

  var usesFallback: Bool { resolved != nil && resolved == fallback && fallback != name }
}

/// The reference energies, forces and stresses of frames.
public struct ReferenceLabels: Sendable {
  public var energy: LabelKey
  public var forces: LabelKey
  public var stress: LabelKey

  /// nil stands for the key that mace's training uses (`REF_…`), or ASE's where that is absent.
  public init(energy: String? = nil, forces: String? = nil, stress: String? = nil) {
    func key(_ given: String?, _ quantity: String) -> LabelKey {
      given.map { LabelKey($0) } ?? LabelKey("REF_\(quantity)", fallback: quantity)
    }
    self.energy = key(energy, "energy")
    self.forces = key(forces, "forces")
    self.stress = key(stress, "stress")
  }

  /// Total energy, eV; nil when the frame has none or it is not finite.
  public mutating func energy(of frame: Frame) throws(MACEError) -> Double? {
    guard let key = energy.key(where: { frame.info[$0] != nil }) else { return nil }
    guard let value = frame.info[key]?.real else {
      throw MACEError(.format, "the reference energy '\(key)' is not a number")
    }
    return value.isFinite ? value : nil
  }

  /// [atom][3], eV/Å; nil when the frame has none or one is not finite.
  public mutating func forces(of frame: Frame) throws(MACEError) -> [Double]? {
    guard let key = forces.key(where: { frame.column($0) != nil }), let column = frame.column(key) else {
      return nil
    }
    guard column.width == 3, let values = column.reals else {
      throw MACEError(.format, "the reference forces '\(key)' are not three numbers per atom")
    }
    return values.allSatisfy(\.isFinite) ? values : nil
  }

  /// Nine components, eV/Å³; nil when the frame has none or one is not finite.
  ///
  /// Six numbers are taken in Voigt's order xx, yy, zz, yz, xz, xy.
  public mutating func stress(of frame: Frame) throws(MACEError) -> [Double]? {
    guard let key = stress.key(where: { frame.info[$0] != nil }) else { return nil }
    guard let s = frame.info[key]?.reals, s.count == 9 || s.count == 6 else {
      throw MACEError(.format, "the reference stress '\(key)' is neither nine nor six numbers")
    }
    guard s.allSatisfy(\.isFinite) else { return nil }
    return s.count == 9 ? s : [s[0], s[5], s[4], s[5], s[1], s[3], s[4], s[3], s[2]]
  }

  /// What to tell the user about keys that were replaced.
  public var notes: [String] {
    [energy, forces, stress].filter(\.usesFallback).map {
      "reference labels '\($0.name)' are absent; compared with '\($0.fallback ?? "")' instead"
    }
  }
}
