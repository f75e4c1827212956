import Atomistics

/// How many atoms of each element something has.
struct Formula: Equatable {
  private var counts: [Int: Int] = [:]

  init(_ atomicNumbers: [Int]) {
    for z in atomicNumbers { counts[z, default: 0] += 1 }
  }

  /// "CO3", "H2O", "C6H12O6"; nil for anything else.
  init?(parsing text: some StringProtocol) {
    var rest = text[...]
    while let first = rest.first {
      guard first.isLetter else { return nil }
      var symbol = String(rest.removeFirst())
      if let next = rest.first, next.isLowercase {
        symbol.append(next)
        rest.removeFirst()
      }
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest.removeFirst(digits.count)
      guard let z = Element.atomicNumber(of: symbol), let count = digits.isEmpty ? 1 : Int(digits), count > 0,
        count < 1 << 31
      else { return nil }
      counts[z, default: 0] += count
    }
    if counts.isEmpty { return nil }
  }

  var text: String {
    let hasCarbon = counts[6] != nil
    func rank(_ z: Int) -> String {
      let name = Element.name(of: z)
      return hasCarbon && z == 6 ? "0" : hasCarbon && z == 1 ? "1" : name
    }
    return counts.sorted { rank($0.key) < rank($1.key) }.map {
      Element.name(of: $0.key) + ($0.value == 1 ? "" : "\($0.value)")
    }.joined()
  }
}
