/// An irreducible representation of O(3): degree `l` and parity.
public struct Irrep: Hashable, Sendable, CustomStringConvertible {
  public var l: Int
  /// +1 (even, "e") or −1 (odd, "o").
  public var parity: Int

  public init(l: Int, parity: Int) {
    self.l = l
    self.parity = parity
  }

  public var dimension: Int { 2 * l + 1 }
  public var description: String { "\(l)\(parity > 0 ? "e" : "o")" }
}

/// A direct sum of irreps with multiplicities, in e3nn's order and notation: `128x0e+128x1o`.
public struct Irreps: Hashable, Sendable, CustomStringConvertible {
  public struct Block: Hashable, Sendable {
    /// Number of copies (channels).
    public var multiplicity: Int
    public var irrep: Irrep

    public init(multiplicity: Int, irrep: Irrep) {
      self.multiplicity = multiplicity
      self.irrep = irrep
    }

    public var dimension: Int { multiplicity * irrep.dimension }
  }

  public var blocks: [Block]

  public init(_ blocks: [Block]) {
    self.blocks = blocks
  }

  /// Reads e3nn's notation, for example `8x0e + 8x1o` or `0e`; nil when it is not that.
  public init?(_ text: some StringProtocol) {
    var blocks: [Block] = []
    for term in text.split(separator: "+") {
      var term = String(term.filter { $0 != " " })[...]
      var multiplicity = 1
      if let x = term.firstIndex(of: "x") {
        guard let m = Int(term[..<x]), m >= 0 else { return nil }
        multiplicity = m
        term = term[term.index(after: x)...]
      }
      guard let p = term.last, p == "e" || p == "o", let l = Int(term.dropLast()), l >= 0 else { return nil }
      blocks.append(Block(multiplicity: multiplicity, irrep: Irrep(l: l, parity: p == "e" ? 1 : -1)))
    }
    self.blocks = blocks
  }

  /// Length of one feature vector, Σ multiplicity · (2l + 1).
  public var dimension: Int { blocks.reduce(0) { $0 + $1.dimension } }
  /// Σ (2l + 1) over the blocks: the rows of a feature in the layout `[row][channel]`.
  public var rows: Int { blocks.reduce(0) { $0 + $1.irrep.dimension } }
  public var maxMultiplicity: Int { blocks.reduce(0) { max($0, $1.multiplicity) } }
  public var maxDegree: Int { blocks.reduce(0) { max($0, $1.irrep.l) } }
  public var description: String { blocks.map { "\($0.multiplicity)x\($0.irrep)" }.joined(separator: "+") }
}
