/// Which frames may be selected, by the elements in them.
public enum ElementFilter: String, Sendable, CaseIterable {
  /// All.
  case none
  /// Those that have no other elements than the given ones.
  case combinations
  /// Those that have exactly the given elements.
  case exclusive
  /// Those that have all the given elements, and maybe others.
  case inclusive

  func accepts(_ present: Set<Int>, given: Set<Int>) -> Bool {
    switch self {
    case .none: true
    case .combinations: present.isSubset(of: given)
    case .exclusive: present == given
    case .inclusive: present.isSuperset(of: given)
    }
  }
}
