/// A rectangular piece of one tensor-product path: `rows` components m3 of the message from `columns`
/// components m1 of the sender, small enough for its accumulators to stay in registers.
public struct ConvolutionTile {
  /// Path: which radial weights R_p[edge][channel] apply.
  public var path: Int32
  /// First message row (m3) and first sender row (m1), in rows of one channel vector.
  public var messageRow: Int32
  public var senderRow: Int32
  /// 1...7 message rows, 1, 2, 3 or 5 sender rows.
  public var rows: Int32
  public var columns: Int32
  /// Where the tile's couplings Q[m3][m1] start in an edge's coupling vector.
  public var coupling: Int32
  /// The path's first tile sets ∂E/∂R, the others add to it.
  public var isFirst: Bool

  public init(
    path: Int, messageRow: Int, senderRow: Int, rows: Int, columns: Int, coupling: Int, isFirst: Bool
  ) {
    self.path = Int32(path)
    self.messageRow = Int32(messageRow)
    self.senderRow = Int32(senderRow)
    self.rows = Int32(rows)
    self.columns = Int32(columns)
    self.coupling = Int32(coupling)
    self.isFirst = isFirst
  }
}

/// Q[coupling] += coefficient · Y[harmonic], the Clebsch–Gordan sum over the harmonics' components.
public struct CouplingTerm {
  public var coupling: Int32
  public var harmonic: Int32
  public var coefficient: Double

  public init(coupling: Int, harmonic: Int, coefficient: Double) {
    self.coupling = Int32(coupling)
    self.harmonic = Int32(harmonic)
    self.coefficient = coefficient
  }
}

/// A node of the prefix tree of monomials A_i1 A_i2 … with i1 ≤ i2 ≤ …: its last factor, its own
/// coefficient (−1: none) and its children one level deeper.
public struct PolynomialNode {
  public var index: Int32
  public var coefficient: Int32
  public var firstChild: Int32
  public var endChild: Int32

  public init(index: Int, coefficient: Int, firstChild: Int, endChild: Int) {
    self.index = Int32(index)
    self.coefficient = Int32(coefficient)
    self.firstChild = Int32(firstChild)
    self.endChild = Int32(endChild)
  }
}

/// One component of a symmetric contraction as a polynomial in Horner form:
/// value(node) = coefficient(node) + Σ_children A[child] · value(child).
///
/// Nodes are numbered level by level; `levels[k]` is the first node of degree k + 1, the last entry is the
/// number of nodes.
public struct Polynomial {
  /// What the kernels have loops for.
  public static let maxDegree = 4

  public var nodes: UnsafePointer<PolynomialNode>
  public var levels: UnsafePointer<Int32>
  public var degree: Int32

  public init(nodes: UnsafePointer<PolynomialNode>, levels: UnsafePointer<Int32>, degree: Int) {
    self.nodes = nodes
    self.levels = levels
    self.degree = Int32(degree)
  }
}

/// Channels are padded with zeros to a multiple of this many, a whole number of vectors of every instruction
/// set and precision.
public let channelAlignment = 16
