/// Which of the three cell vectors repeat the structure ("pbc" in ASE).
public struct Periodicity: Sendable, Hashable {
  public var a: Bool
  public var b: Bool
  public var c: Bool

  public init(_ a: Bool, _ b: Bool, _ c: Bool) {
    self.a = a
    self.b = b
    self.c = c
  }

  /// No direction is periodic: a molecule.
  public static let none = Periodicity(false, false, false)

  /// All directions are periodic: a crystal or a liquid.
  public static let all = Periodicity(true, true, true)

  /// True when at least one direction is periodic.
  public var isAny: Bool { a || b || c }

  /// True when all three directions are periodic.
  public var isAll: Bool { a && b && c }

  /// The direction 0 (a), 1 (b) or 2 (c).
  public subscript(direction: Int) -> Bool {
    get {
      precondition(direction >= 0 && direction < 3)
      return direction == 0 ? a : direction == 1 ? b : c
    }
    set {
      precondition(direction >= 0 && direction < 3)
      switch direction {
      case 0: a = newValue
      case 1: b = newValue
      default: c = newValue
      }
    }
  }
}
