import Atomistics
import Diagnostics

/// A set of atoms, chosen by a text.
///
/// Terms separated by commas are united: an element ("O"), "all", atoms counted from 0 ("3", "0..9"), each of them
/// optionally followed by "in" and the formula of a molecule or ion ("O in H2O", "all in CO3"). What is bonded
/// is decided on the structure that is given, the first one of a trajectory.
public struct Selection: Sendable, Equatable {
  /// As the user wrote it.
  public let text: String
  /// Ascending.
  public let atoms: [Int]

  /// - Throws: `.invalidArgument` for a text that is not understood, or that selects nothing.
  public init(_ text: String, in structure: Structure) throws(MACEError) {
    self.text = text
    var fragments: Fragments?
    var selected: Set<Int> = []
    for term in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = term.split(whereSeparator: \.isWhitespace)
      guard words.count == 1 || (words.count == 3 && words[1] == "in") else {
        throw MACEError(
          .invalidArgument,
          "selection '\(text)': '\(term)' is not understood; write for example O, \"O in H2O\", 0..9 or all")
      }
      var atoms = try Self.atoms(words[0], structure, text)
      if words.count == 3 {
        guard let formula = Formula(parsing: words[2]) else {
          throw MACEError(
            .invalidArgument, "selection '\(text)': '\(words[2])' is no formula such as H2O or CO3")
        }
        if fragments == nil { fragments = try Fragments(structure) }
        atoms.formIntersection(fragments?.atoms(in: formula) ?? [])
      }
      selected.formUnion(atoms)
    }
    guard !selected.isEmpty else {
      throw MACEError(
        .invalidArgument, "selection '\(text)' has no atom; there are \(Self.inventory(structure, fragments))"
      )
    }
    atoms = selected.sorted()
  }

  private static func atoms(
    _ word: Substring, _ structure: Structure, _ text: String
  ) throws(MACEError) -> Set<Int> {
    if word == "all" { return Set(structure.atomicNumbers.indices) }
    if let z = Element.atomicNumber(of: word) {
      return Set(structure.atomicNumbers.indices.filter { structure.atomicNumbers[$0] == z })
    }
    guard let range = range(word) else {
      throw MACEError(
        .invalidArgument,
        "selection '\(text)': '\(word)' is no element, no range of atoms such as 0..9, and not 'all'")
    }
    guard range.lowerBound >= 0, range.upperBound < structure.count else {
      throw MACEError(
        .invalidArgument,
        "selection '\(text)': atoms are counted from 0 to \(structure.count - 1) here; \(word) is outside")
    }
    return Set(range)
  }

  private static func range(_ word: Substring) -> ClosedRange<Int>? {
    if let one = Int(word) { return one...one }
    guard let dots = word.firstIndex(of: "."), word[dots...].hasPrefix(".."), let first = Int(word[..<dots]),
      let last = Int(word[dots...].dropFirst(2)), first <= last
    else { return nil }
    return first...last
  }

  private static func inventory(_ structure: Structure, _ fragments: Fragments?) -> String {
    guard let fragments else { return Formula(structure.atomicNumbers).text }
    return fragments.composition.prefix(12).map { "\($0.count) \($0.formula)" }.joined(separator: ", ")
  }
}
