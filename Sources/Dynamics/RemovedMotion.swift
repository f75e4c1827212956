/// Motion of the whole that is taken out at the start and that the dynamics then leaves out.
public enum RemovedMotion: String, Sendable {
  /// All velocities are free: a thermostat acts on each atom, or atoms are fixed.
  case none
  /// The centre of mass rests: periodic systems.
  case translation
  /// Neither motion nor rotation about the centre of mass: isolated molecules.
  case translationAndRotation

  /// What is missing of 3 × `atoms` velocities. Two atoms cannot turn about their own axis, one cannot turn.
  func degreesOfFreedom(_ atoms: Int) -> Int {
    switch self {
    case .none: 0
    case .translation: 3
    case .translationAndRotation: atoms == 1 ? 3 : atoms == 2 ? 5 : 6
    }
  }
}
