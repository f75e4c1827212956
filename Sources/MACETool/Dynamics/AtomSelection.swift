import Atomistics
import Diagnostics

/// Atoms by index (counted from 0), range or element: "0-15,20,Ca".
public struct AtomSelection: Sendable, Equatable {
  public enum Item: Sendable, Equatable {
    case range(ClosedRange<Int>)
    case element(Int)
  }

  public let text: String
  public let items: [Item]

  /// - Throws: `.invalidArgument`
  public init(_ text: String) throws(MACEError) {
    self.text = text
    var items: [Item] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      if let z = Element.atomicNumber(of: part) {
        items.append(.element(z))
      } else if let first = ends[0], let last = ends.last ?? nil, ends.count <= 2, 0 <= first, first <= last {
        items.append(.range(first...last))
      } else {
        throw MACEError(
          .invalidArgument,
          "'\(part)' in '\(text)' is no atom: write indices counted from 0, ranges or elements, such as 0-15,20,Ca"
        )
      }
    }
    self.items = items
  }

  /// Which atoms of `structure` are meant.
  /// - Throws: `.invalidArgument` for an index or element that the structure does not have.
  public func mask(of structure: Structure) throws(MACEError) -> [Bool] {
    var mask = [Bool](repeating: false, count: structure.count)
    for item in items {
      switch item {
      case .range(let range):
        guard range.upperBound < structure.count else {
          throw MACEError(
            .invalidArgument,
            "'\(text)': there is no atom \(range.upperBound); the \(structure.count) atoms are counted from 0"
          )
        }
        for atom in range { mask[atom] = true }
      case .element(let z):
        guard structure.atomicNumbers.contains(z) else {
          throw MACEError(.invalidArgument, "'\(text)': the structure has no \(Element.name(of: z))")
        }
        for (atom, number) in structure.atomicNumbers.enumerated() where number == z { mask[atom] = true }
      }
    }
    return mask
  }
}
